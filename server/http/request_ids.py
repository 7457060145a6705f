"""The id of a request: the caller's own where it is well-formed, else a new one.

The answer and each line of the log name it, so that what a caller reports is found again.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from os import urandom

HEADER = b"x-request-id"
WELL_FORMED = re.compile(rb"[A-Za-z0-9._:+/=@-]{1,128}")

current: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the request that is being answered."""


def identify(given: bytes | None) -> bytes:
    """A request's id, which from now on stands in the log."""
    request_id = given if given is not None and WELL_FORMED.fullmatch(given) else urandom(8).hex().encode()
    current.set(request_id.decode())
    return request_id


class NamesRequest(logging.Filter):
    """Has each line of the log name the request that it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Give the record the id."""
        record.request = current.get()
        return True
