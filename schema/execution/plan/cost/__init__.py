"""What documents cost, known before they run."""
