"""The tiers of the programme: what a customer needs to keep a status or to rise, and which one they should have.

A status' condition is turnover or points within its own months: reaching the threshold of any one currency is
enough, and so is reaching the points. A condition that asks for nothing is never met, as it would lift everyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from models.rules.money import ZERO
from models.rules.periods import TimeUnit, add_months, add_period, end_of, is_period

END_OF_YEAR = "END_OF_YEAR"


class Qualification(StrEnum):
    """How a status is reached."""

    REGISTRATION = "REGISTRATION"
    MANUAL = "MANUAL"
    CONDITION = "CONDITION"


class StatusChange(StrEnum):
    """Why a customer's status record began."""

    REGISTERED = "REGISTERED"
    SET = "SET"
    RISEN = "RISEN"
    KEPT = "KEPT"
    FALLEN = "FALLEN"


@dataclass(frozen=True, slots=True)
class Status:
    """A tier, reached through the one before it.

    Turnover and points count so many months back, or all of them. The tier is held for a period such as `P12M`,
    until `END_OF_YEAR`, or without end.
    """

    id: int
    rank: int
    previous_id: int | None = None
    qualification: Qualification = Qualification.CONDITION
    months: int | None = None
    turnover: Mapping[str, Decimal] = field(default_factory=dict)
    points: Decimal | None = None
    validity: str | None = None


@dataclass(frozen=True, slots=True)
class Achievement:
    """What a customer spent, per currency, and collected within a number of months."""

    turnover: Mapping[str, Decimal] = field(default_factory=dict)
    points: Decimal = ZERO


Achievements = Mapping[int | None, Achievement]
"""Achievements by months back from a moment; those of the whole past are under none. See `starts`."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is still missing: any one of these will do. Empty when nothing is missing, or nothing would help."""

    turnover: list[tuple[str, Decimal]] = field(default_factory=list)
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What is missing to keep the current status and to rise to the next."""

    keeps_with: Missing
    next: Status | None
    rises_with: Missing


@dataclass(frozen=True, slots=True)
class Holding:
    """The status that a customer has, and until when. One set by hand holds until its end, whatever is bought."""

    status_id: int
    valid_to: datetime | None = None
    by_hand: bool = False

    def is_over(self, at: datetime) -> bool:
        """At its end a status is over."""
        return self.valid_to is not None and self.valid_to <= at


@dataclass(frozen=True, slots=True)
class StatusDecision:
    """A new status record: which status, why, and from when until when; without a status, there is none to have."""

    status: Status | None
    change: StatusChange
    valid_from: datetime
    valid_to: datetime | None


def starts(statuses: Iterable[Status], at: datetime, zone: str) -> dict[int | None, datetime | None]:
    """Each number of months that a status looks back, and the moment from which that counts."""
    return {
        status.months: None if status.months is None else add_months(at, -status.months, zone) for status in statuses
    }


def holds(status: Status, achievements: Achievements) -> bool:
    """Any one currency's threshold, or the points, meet the condition; registration has none to meet."""
    if status.qualification is Qualification.REGISTRATION:
        return True
    done = achievements.get(status.months, Achievement())
    rich = any(done.turnover.get(currency, ZERO) >= wanted for currency, wanted in status.turnover.items())
    return rich or (status.points is not None and done.points >= status.points)


def missing(status: Status, achievements: Achievements) -> Missing:
    """What each way to meet the condition still lacks; never negative, and nothing once one way is met."""
    if holds(status, achievements):
        return Missing()
    done = achievements.get(status.months, Achievement())
    turnover = [(currency, wanted - done.turnover.get(currency, ZERO)) for currency, wanted in status.turnover.items()]
    return Missing(turnover, None if status.points is None else status.points - done.points)


def next_status(current: Status | None, statuses: Iterable[Status]) -> Status | None:
    """The status that shopping leads to from the current one; none when the one above is given only by hand."""
    above = (
        status
        for status in statuses
        if status.previous_id == (current.id if current else None)
        and status.qualification is Qualification.CONDITION
        and (current is None or status.rank > current.rank)
    )
    return next(above, None)


def above(holding: Holding | None, statuses: Sequence[Status]) -> list[Status]:
    """The statuses that shopping may lead to from the one that is held, one after the other."""
    current = next((status for status in statuses if holding and status.id == holding.status_id), None)
    found: list[Status] = []
    following = next_status(current or _registration(statuses), statuses)
    while following is not None:
        found.append(following)
        following = next_status(following, statuses)
    return found


def progress(
    current: Status | None,
    statuses: Sequence[Status],
    achievements: Achievements,
    keeping: Achievement | None = None,
) -> Progress:
    """How far a customer is from keeping the status and from the next; one held without end can't be lost.

    `keeping` is what counts at the end of its validity, of the months before that; where it has no end, those until now
    count.
    """
    following = next_status(current, statuses)
    keeps_with = Missing()
    if current is not None and current.validity is not None:
        keeps_with = missing(current, achievements if keeping is None else {current.months: keeping})
    return Progress(
        keeps_with=keeps_with,
        next=following,
        rises_with=missing(following, achievements) if following else Missing(),
    )


def qualify(
    holding: Holding | None, statuses: Sequence[Status], achievements: Achievements, *, at: datetime, zone: str
) -> StatusDecision | None:
    """The status that a customer should have now; none when it is the one they have.

    A customer rises as soon as a condition is met, and through as many statuses as conditions allow, one after
    the other. At the end of its validity a status is kept if its own condition still holds; else the customer
    falls to the highest status below whose condition holds, at worst to that of registration.
    """
    by_id = {status.id: status for status in statuses}
    if holding is not None and holding.by_hand and not holding.is_over(at):
        return None
    current = by_id.get(holding.status_id) if holding else None
    base = current or _registration(statuses)
    reached = _risen(base, statuses, achievements)
    if holding is None or current is None:
        return _decided(reached, StatusChange.REGISTERED, at, zone) if reached else None
    if reached is not current:
        return _decided(reached, StatusChange.RISEN, at, zone)
    if not holding.is_over(at):
        return None
    if holds(current, achievements):
        return _decided(current, StatusChange.KEPT, at, zone)
    return _decided(_fallen(current, statuses, achievements), StatusChange.FALLEN, at, zone)


def valid_until(validity: str | None, start: datetime, zone: str) -> datetime | None:
    """A status is held for its period, until the calendar year is over, or without end."""
    if validity is None:
        return None
    return end_of(TimeUnit.YEAR, start, zone) if validity == END_OF_YEAR else add_period(start, validity, zone)


def is_validity(text: str | None) -> bool:
    """Whether a text says how long a status is held."""
    return text is None or text == END_OF_YEAR or is_period(text)


def _decided(status: Status | None, change: StatusChange, at: datetime, zone: str) -> StatusDecision:
    return StatusDecision(status, change, at, valid_until(status.validity, at, zone) if status else None)


def _registration(statuses: Iterable[Status]) -> Status | None:
    given = (status for status in statuses if status.qualification is Qualification.REGISTRATION)
    return min(given, key=lambda status: status.rank, default=None)


def _risen(base: Status | None, statuses: Sequence[Status], achievements: Achievements) -> Status | None:
    following = next_status(base, statuses)
    if following is None or not holds(following, achievements):
        return base
    return _risen(following, statuses, achievements)


def _fallen(current: Status, statuses: Iterable[Status], achievements: Achievements) -> Status | None:
    """A status given by hand is never fallen into."""
    below = (
        status
        for status in statuses
        if status.rank < current.rank
        and status.qualification is not Qualification.MANUAL
        and holds(status, achievements)
    )
    return max(below, key=lambda status: status.rank, default=None)
