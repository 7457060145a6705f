"""Files as lines of UTF-8, whatever they are compressed by and encoded in."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self, cast

LONGEST_LINE = 16 * 1024 * 1024
BLOCK = 1024 * 1024
MOST_EMPTY_LINES = 100_000
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""What files begin with that tell their encoding."""


class BrokenFile(Exception):
    """Nothing more can be read from a file."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class Bytes(Protocol):
    """What lines are read from."""

    def readline(self, size: int, /) -> bytes:
        """The rest of a line, or so much of it."""

    def read(self, size: int, /) -> bytes:
        """So much, or what there is."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, at: BaseException | None, to: TracebackType | None, /
    ) -> None: ...


class Recoded:
    """A file in another encoding, as UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self.text = io.TextIOWrapper(file, encoding, newline="\n")

    def readline(self, size: int, /) -> bytes:
        """The rest of a line, or so much of it."""
        return self.text.readline(size).encode()

    def read(self, size: int, /) -> bytes:
        """So much, or what there is."""
        return self.text.read(size).encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.text.close()


def opened(path: Path, encoding: str | None = None) -> Bytes:
    """A file that is UTF-8, is marked as UTF-16, or is in the encoding that was declared."""
    with _unpacked(path) as file:
        begins = file.read(3)
    marked = next((known for mark, known in MARKS if begins.startswith(mark)), None)
    found = marked or encoding
    file = _unpacked(path)
    return file if found in (None, "utf-8-sig") else Recoded(file, found)


def _unpacked(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def count_lines(path: Path, encoding: str | None = None) -> int:
    """How many lines a file has, about; what is wrong with it comes to light later."""
    lines = 0
    try:
        with opened(path, encoding) as file:
            while block := file.read(BLOCK):
                lines += block.count(b"\n")
    except (OSError, EOFError, UnicodeError, zlib.error):
        pass
    return lines


def lines_of(path: Path, encoding: str | None = None) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number; none in the place of one that is longer than memory should hold."""
    number = last = 0
    try:
        with opened(path, encoding) as file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if not line.isspace():
                    last = number
                elif number - last > MOST_EMPTY_LINES:
                    raise BrokenFile(number, f"has {MOST_EMPTY_LINES} empty lines on end")
                whole = len(line) <= LONGEST_LINE or line.endswith(b"\n")
                while not whole and (rest := file.readline(BLOCK)) and not rest.endswith(b"\n"):
                    pass
                if number == 1:
                    line = line.removeprefix(codecs.BOM_UTF8)
                yield number, line if whole else None
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise BrokenFile(None, f"can't be read: {error.strerror}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenFile(number + 1, f"can't be read on: {error}") from error
    except UnicodeError as error:
        raise BrokenFile(number + 1, f"is not in the encoding {encoding or 'UTF-16'}") from error
