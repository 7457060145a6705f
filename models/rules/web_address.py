"""Which texts are addresses of pages and pictures on the web."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST_ADDRESS = 2048


def is_web_address(text: str) -> bool:
    """Whether it is `https://…` or `http://…` with a host, without a user's name, space or control characters."""
    if not text.isprintable() or " " in text or len(text) > LONGEST_ADDRESS:
        return False
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and parts.username is None and port != 0
