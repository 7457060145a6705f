"""Values as people write them, put into the one form that files are read in; what isn't understood stays as it is."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from resolvers.files.format.conventions import Conventions

PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
BLANKS = re.compile(r"[\s\u00a0\u202f'\u2019]")
"""What groups digits without being mistaken for a decimal mark."""
AMOUNT = re.compile(r"(?P<before>[^\d.,+-]*)(?P<number>[+-]?[\d.,]*\d)(?P<after>[^\d]*)", re.ASCII)
EITHER_WAY = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}", re.ASCII)
"""A thousand and more, or a number with three decimals."""
GROUPS = re.compile(r"-?[0-9]{1,3}([.,][0-9]{3})+", re.ASCII)

YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\.?", re.ASCII)
YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{4})", re.ASCII)
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s*([ap])\.?m\.?)?", re.ASCII | re.IGNORECASE)
OFFSET = re.compile(r"\s*(Z|UTC|[+-]\d{2}:?\d{2})$", re.ASCII)

YES = frozenset(
    [
        "true",
        "yes",
        "y",
        "1",
        "ano",
        "áno",
        "ja",
        "tak",
        "oui",
        "sí",
        "si",
        "sim",
        "igen",
        "da",
        "wahr",
        "pravda",
        "vrai",
    ]
)
NO = frozenset(
    ["false", "no", "n", "0", "ne", "nie", "nein", "nee", "non", "não", "nem", "nu", "falsch", "nepravda", "faux"]
)


def number(written: str, conventions: Conventions) -> str:
    """A number with a point for its decimals; a currency beside it is left out."""
    if PLAIN.fullmatch(written) and not EITHER_WAY.fullmatch(written):
        return written
    found = AMOUNT.fullmatch(BLANKS.sub("", written).replace("\u2212", "-"))
    if found is None:
        return written
    digits = found["number"].removeprefix("+")
    mark = _decimal_mark(digits, conventions)
    whole, _, places = digits.rpartition(mark) if mark else (digits, "", "")
    if re.search("[.,]", whole) and not GROUPS.fullmatch(whole):
        return written
    return re.sub("[.,]", "", whole) + (f".{places}" if places else "")


def _decimal_mark(digits: str, usual: Conventions) -> str:
    """The mark that parts the decimals. Two kinds of marks, or a group not of three digits, tell by themselves."""
    marks = re.findall("[.,]", digits)
    if len(set(marks)) == 2:
        return marks[-1] if marks.count(marks[-1]) == 1 else ""
    if len(marks) != 1:
        return ""
    if not EITHER_WAY.fullmatch(digits):
        return str(marks[0])
    if (marks[0], usual.delimiter) in {(".", ","), (".", "")}:
        # Programs part cells by commas, and write points.
        return "."
    if marks[0] in (usual.decimal, usual.group):
        return str(marks[0]) if marks[0] == usual.decimal else ""
    if (marks[0], usual.delimiter) == (",", ";"):
        # Spreadsheets part cells by semicolons where their numbers have commas.
        return ","
    raise ValueError("may be a thousand or a fraction: say by a locale which mark parts decimals")


def currency_beside(written: str, conventions: Conventions) -> str | None:
    """The currency that stands beside an amount, by its code or symbol."""
    found = None if PLAIN.fullmatch(written) else AMOUNT.fullmatch(BLANKS.sub("", written))
    mark = "" if found is None else found["before"] or found["after"]
    return conventions.currency_of(mark) if mark else None


def currency(written: str, conventions: Conventions) -> str:
    """The code of a currency."""
    return conventions.currency_of(written.strip())


def code(written: str, _: Conventions) -> str:
    """A code in capitals."""
    return written.strip().upper()


def yes_no(written: str, _: Conventions) -> bool | str:
    """A yes or a no, in the languages of Europe."""
    word = written.strip().casefold()
    return True if word in YES else False if word in NO else written


def day(written: str, conventions: Conventions) -> str:
    """A day in the order of ISO 8601."""
    text = written.strip()
    if found := YEAR_FIRST.fullmatch(text):
        return _iso(*found.groups()) or written
    if found := YEAR_LAST.fullmatch(text):
        first, mark, second, year = found.groups()
        order = "dmy" if mark == "." else conventions.order
        if order is None:
            raise ValueError("may have the day or the month first: say by a locale which")
        return (_iso(year, first, second) if order == "mdy" else _iso(year, second, first)) or written
    return written


def _iso(year: str, month: str, day_: str) -> str:
    return f"{year}-{month:0>2}-{day_:0>2}"


def moment(written: str, conventions: Conventions, *, ends: bool = False) -> str:
    """A moment with its offset: of a clock without one, in the zone that is meant.

    A day alone is its beginning; where something `ends`, that day is the last one.
    """
    if written[10:11] == "T" and (written.endswith("Z") or written[-6:-5] in ("+", "-")):
        return written
    text, offset = written.strip(), ""
    if found := OFFSET.search(text):
        text, offset = text[: found.start()], "+00:00" if found[1] in ("Z", "UTC") else found[1]
    date_, clock = _parts(text)
    try:
        at = datetime.combine(datetime.fromisoformat(day(date_, conventions)), _clock(clock))
    except ValueError as error:
        if "locale" in str(error):
            raise
        return written
    if ends and not clock:
        at += timedelta(days=1)
    if offset:
        return f"{at.isoformat()}{offset}"
    if conventions.zone is None:
        raise ValueError("needs an offset, as in 2024-05-15T12:00:00+02:00, or a time zone that is declared")
    return at.replace(tzinfo=ZoneInfo(conventions.zone)).isoformat()


def _parts(text: str) -> tuple[str, str]:
    """A moment's day and clock."""
    if text[10:11] == "T":
        return text[:10], text[11:]
    for pattern in (YEAR_FIRST, YEAR_LAST):
        if found := pattern.match(text):
            return found[0], text[found.end() :].lstrip(", ").strip()
    return text, ""


def _clock(text: str) -> time:
    if not text:
        return time()
    found = CLOCK.fullmatch(text)
    if found is None:
        return time.fromisoformat(text)
    hour, minute, second, half = found.groups()
    hours = int(hour) % 12 + 12 * (half in "pP") if half else int(hour)
    return time(hours, int(minute), int(second or 0))
