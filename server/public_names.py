"""Names that settings list: the hosts that the gateway answers as, and the pages that may use it."""

from __future__ import annotations

import re

LOCAL = ("localhost", "*.localhost", "127.0.0.1", "::1")
"""What this machine calls itself."""
HOST = re.compile(r"\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f:.]+", re.IGNORECASE)
ORIGIN = re.compile(r"\*|https?://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


def listed(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(filter(None, (each.strip() for each in text.split(","))))


def host_names(text: str) -> str:
    """Names of hosts, without ports."""
    for name in listed(text):
        if not HOST.fullmatch(name):
            raise ValueError(f"{name} is no name of a host; give it without a scheme, a port or a path")
    return text


def page_origins(text: str) -> str:
    """Origins of pages, as browsers write them."""
    for origin in listed(text):
        if not ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin} is no origin; it looks like https://shop.example.com, without a path")
    return text
