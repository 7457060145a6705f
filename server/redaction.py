"""Lines of the log without personal data and secrets, whoever writes them.

The gateway's own lines hold none. What libraries write may: an exception's message repeats a row's values, a warning an
address. Exceptions are told by their types and the code that raised them, and what looks like a token, a password, an
address or a phone number, or stands behind the name of a column that tells something of a person, is taken out.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from types import TracebackType

from models.personal import MASKED, PERSONAL
from models.rules.token_format import PREFIXES
from resolvers.operation.structs import camel
from resolvers.traces import where_raised

HIDDEN = "•••"
PATTERNS = (
    (re.compile(rf"\b({'|'.join(map(re.escape, PREFIXES.values()))})\w+"), rf"\1{HIDDEN}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), HIDDEN),
    (re.compile(r"[\w.%+-]+@[\w-]+(\.[\w-]+)+"), HIDDEN),
    (re.compile(r"(?<![\w:.+-])\+\d(?:[ -]?\d){7,14}\b"), HIDDEN),
)
VALUE = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\([^)]*\)|[^\s,;&)}\]]+)"""


@cache
def _named() -> re.Pattern[str]:
    """What stands behind the name of a column, as the database or the API writes it."""
    columns = {name for classes in PERSONAL.values() for name, kind in classes.items() if kind in MASKED}
    columns |= {"password", "secret"}
    names = sorted({*columns, *map(camel, columns)}, key=len, reverse=True)
    return re.compile(rf"""\b({"|".join(names)})(["')]*\s*[:=]\s*){VALUE}""")


def redacted(line: str) -> str:
    """A line without what it should not hold."""
    line = _named().sub(rf"\1\2{HIDDEN}", line)
    for pattern, instead in PATTERNS:
        line = pattern.sub(instead, line)
    return line


class Redacting(logging.Formatter):
    """Writes lines of the log, what they should not hold taken out."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; what another handler made of an exception is not taken over."""
        record.exc_text = None
        return redacted(super().format(record))

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Where an exception was raised, not what it says."""
        return where_raised(ei[1]) if ei[1] is not None else ""
