"""The names that the gateway answers to.

A page of somebody else's may give its own name to an address of this machine; the request then comes in under that
name, and is refused before anything else is looked at.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

LONGEST = 255


class Hosts:
    """Names by which a gateway may be called: whole ones, `*.example.com` for all below one, and `*` for any."""

    def __init__(self, names: tuple[str, ...], *, addresses: bool = False) -> None:
        """`addresses`: whether any address of a machine will do, which no page can give to another."""
        self.names = frozenset(name.lower() for name in names if not name.startswith("*"))
        self.endings = tuple(name[1:].lower() for name in names if name.startswith("*."))
        self.any = "*" in names
        self.addresses = addresses
        self.knows = lru_cache(maxsize=256)(self._knows)

    def _knows(self, host: bytes) -> bool:
        """Whether a `Host` header names this gateway, whatever the port."""
        if len(host) > LONGEST:
            return False
        name = _without_port(host.decode("latin-1").lower())
        if name in self.names or name.endswith(self.endings):
            return True
        return bool(name) and (self.any or (self.addresses and _is_address(name)))


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
