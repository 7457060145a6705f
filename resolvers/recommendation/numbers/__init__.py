"""The numeric work behind recommendations. It needs the extra `recommend`, and never runs in a server's own process."""
