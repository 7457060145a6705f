"""Filters by relative time: moments and days until now or from now on, and birthdays that come round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, Integer
from sqlalchemy.types import TypeEngine

from models.customer import birthday_of
from models.rules.relative_time import birthdays, duration_of
from resolvers.query.columns import Expression
from resolvers.storage.relative import Relative

BIRTHDAY = Expression("birthday", lambda customer: birthday_of(customer.birthdate), Integer(), nullable=True)
"""The day of the year on which a customer was born, the month times 100 plus the day."""


def bounds(operator: str, operand: Any, kind: TypeEngine[Any]) -> list[tuple[str, Relative]]:
    """The comparisons that `last` and `next` come to, with a moment or a day."""
    duration = duration_of(str(operand))
    is_day = isinstance(kind, Date)
    as_kind: Callable[[datetime], Any] = _day if is_day else _moment
    now = Relative(as_kind)
    if operator == "last":
        return [("gte", Relative(lambda at: as_kind(duration.before(at)))), ("lte", now)]
    return [("gte" if is_day else "gt", now), ("lte", Relative(lambda at: as_kind(duration.after(at))))]


def _moment(moment: datetime) -> datetime:
    return moment


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def coming(operand: str | None) -> Relative:
    """The birthdays of today, or of the days from today on until a duration is over."""
    duration = duration_of(str(operand or "P0D"))
    return Relative(lambda at: birthdays(_day(at), _day(duration.after(at))))
