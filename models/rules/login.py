"""Log-in: how often one may guess, what makes a password, and how long a one-time code is good for.

Guesses are counted by three subjects: the address that the caller comes from, the words that name the account, and
the account itself where there is one. The first two are the same for an account that exists and one that doesn't, so
only they may be told apart from a wrong password.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

WINDOW = timedelta(minutes=15)
MOST_GUESSES = 5
"""Per account and per address within the window."""
CODE_LIVES = timedelta(minutes=10)
CONFIRMATION_LIVES = timedelta(hours=1)
CODE_DIGITS = 6
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256


class Subject(StrEnum):
    """By what guesses are counted."""

    ADDRESS = "ADDRESS"
    NAME = "NAME"
    ACCOUNT = "ACCOUNT"


class Verdict(StrEnum):
    """What becomes of a guess before it is looked at."""

    OPEN = "OPEN"
    """It is looked at."""
    SILENT = "SILENT"
    """It is refused as a wrong one is: too many were made at the account by its other names."""
    TOO_MANY = "TOO_MANY"
    """It is refused, and the caller told why."""


def verdict(guesses: Mapping[Subject, int]) -> Verdict:
    """What becomes of another guess, after so many within the window."""
    if max(guesses.get(Subject.ADDRESS, 0), guesses.get(Subject.NAME, 0)) >= MOST_GUESSES:
        return Verdict.TOO_MANY
    return Verdict.SILENT if guesses.get(Subject.ACCOUNT, 0) >= MOST_GUESSES else Verdict.OPEN


MOST_MISSES: Mapping[Subject, int] = {Subject.ACCOUNT: 20, Subject.NAME: 200, Subject.ADDRESS: 200}
"""Codes of vouchers within the window that turned out to be nobody's or another's: as typed for one customer, and
through one token, or from one address where there is no token."""


def code_verdict(misses: Mapping[Subject, int]) -> Verdict:
    """What becomes of further codes, after so many within the window that could not be used."""
    over = any(misses.get(subject, 0) >= most for subject, most in MOST_MISSES.items())
    return Verdict.TOO_MANY if over else Verdict.OPEN


def counted_address(address: str) -> str:
    """The address by which guesses are counted: a whole /64 of IPv6, which is what one household is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))


def one_time_code(pick: Callable[[str], str]) -> str:
    """A fresh code; `pick` draws one of the characters it is given, at random and beyond guessing."""
    return "".join(pick("0123456789") for _ in range(CODE_DIGITS))


def code_expiry(at: datetime) -> datetime:
    """Until when a code made at a moment is good for."""
    return at + CODE_LIVES


def confirmation_expiry(at: datetime) -> datetime:
    """Until when a code that confirms an address is good for: e-mail may take its time."""
    return at + CONFIRMATION_LIVES


def password_flaw(password: str, names: Iterable[str | None] = ()) -> str | None:
    """Why a password won't do. It has 8 to 256 characters, three different ones, and isn't its owner's own name."""
    if len(password) < SHORTEST_PASSWORD or len(set(password)) < 3:
        return f"A password has {SHORTEST_PASSWORD} characters at least, and three different ones."
    if len(password) > LONGEST_PASSWORD:
        return f"A password has {LONGEST_PASSWORD} characters at most."
    if password.casefold() in {name.casefold() for name in names if name}:
        return "A password isn't the customer's own name, e-mail address or phone number."
    return None
