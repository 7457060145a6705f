"""Where an error was raised, told without what it says: messages and values may hold personal data."""

from __future__ import annotations

import traceback
from collections.abc import Iterator


def where_raised(error: BaseException) -> str:
    """The types of an error and of those before it, and the lines of code that raised them."""
    return "".join(_lines(error)).rstrip()


def _lines(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield f"{type(current).__module__}.{type(current).__qualname__}\n"
        yield from traceback.format_tb(current.__traceback__)
        current = current.__cause__ or current.__context__
