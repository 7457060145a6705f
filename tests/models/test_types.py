from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, case, delete, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from models import types
from models.types import MONEY, PERCENT, POINTS, ExactDecimal, Instant

MEASURES = Table(
    "measure",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("amount", MONEY),
    Column("at", Instant()),
    Column("word", types.text()),
)
PRAGUE = timezone(timedelta(hours=2))
DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}

same_each_time = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
amounts = st.decimals(min_value=-(10**13), max_value=10**13, places=4, allow_nan=False, allow_infinity=False)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=OFFSETS)
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


async def stored(engine: AsyncEngine, column: str, values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """What the database gives back: as it was put in, and in its own order."""
    field = MEASURES.columns[column]
    async with engine.begin() as connection:
        await connection.run_sync(MEASURES.create, checkfirst=True)
        await connection.execute(delete(MEASURES))
        rows = [{"id": number, column: value} for number, value in enumerate(values)]
        await connection.execute(insert(MEASURES), rows)
        kept = await connection.scalars(select(field).order_by(MEASURES.c.id))
        ordered = await connection.scalars(select(field).order_by(field))
        return list(kept), list(ordered)


@same_each_time
@given(values=st.lists(amounts, min_size=1, max_size=20))
async def test_decimals_come_back_exactly_and_in_order(engine: AsyncEngine, values: list[Decimal]) -> None:
    kept, ordered = await stored(engine, "amount", values)

    assert kept == values
    assert ordered == sorted(values)
    assert all(isinstance(value, Decimal) and value.as_tuple().exponent == -4 for value in kept)


@same_each_time
@given(values=st.lists(instants, min_size=1, max_size=20))
async def test_instants_come_back_in_utc_and_in_order(engine: AsyncEngine, values: list[datetime]) -> None:
    kept, ordered = await stored(engine, "at", values)

    assert kept == values
    assert ordered == sorted(values)
    assert {value.tzinfo for value in kept} == {UTC}


@same_each_time
@given(values=st.lists(words, min_size=1, max_size=20))
async def test_text_is_ordered_by_code_point(engine: AsyncEngine, values: list[str]) -> None:
    kept, ordered = await stored(engine, "word", values)

    assert kept == values
    assert ordered == sorted(values)


async def test_sums_and_comparisons_are_exact(engine: AsyncEngine) -> None:
    await stored(engine, "amount", [Decimal("0.1"), Decimal("0.2"), Decimal("99999999999999.9999"), None])

    async with engine.connect() as connection:
        amount = MEASURES.c.amount
        total = await connection.scalar(select(func.sum(amount)))
        small = await connection.scalar(select(func.sum(case((amount < Decimal("0.15"), amount)))))
        doubled = await connection.scalar(select(amount + amount).where(amount == Decimal("0.1")))
    assert total == Decimal("100000000000000.2999")
    assert small == Decimal("0.1")
    assert doubled == Decimal("0.2")


async def test_instants_sort_with_and_without_a_fraction(engine: AsyncEngine) -> None:
    whole = datetime(2024, 5, 15, 12, 0, 0, tzinfo=UTC)
    _, ordered = await stored(engine, "at", [whole + timedelta(microseconds=1), whole, whole - timedelta(seconds=1)])

    assert ordered == [whole - timedelta(seconds=1), whole, whole + timedelta(microseconds=1)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (MONEY, Decimal("0.00001"), "more than 4 decimal places"),
        (POINTS, Decimal("1.005"), "more than 2 decimal places"),
        (PERCENT, Decimal(100000), "too large"),
        (MONEY, Decimal(100000000000000), "too large"),
        (MONEY, Decimal("NaN"), "not a number"),
        (MONEY, Decimal("Infinity"), "not a number"),
        (MONEY, "twelve", "not a number"),
    ],
)
def test_decimals_that_do_not_fit_are_refused(dialect: str, kind: ExactDecimal, value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        kind.process_bind_param(value, DIALECTS[dialect])


async def test_a_time_without_an_offset_is_refused(engine: AsyncEngine) -> None:
    with pytest.raises(StatementError, match="has no offset"):
        await stored(engine, "at", [datetime(2024, 5, 15, 12, 0)])


async def test_a_time_with_another_offset_is_the_same_moment(engine: AsyncEngine) -> None:
    noon, eleven = datetime(2024, 5, 15, 12, 0, tzinfo=PRAGUE), datetime(2024, 5, 15, 11, 0, tzinfo=UTC)
    kept, ordered = await stored(engine, "at", [eleven, noon])

    assert kept == [eleven, datetime(2024, 5, 15, 10, 0, tzinfo=UTC)]
    assert ordered == [noon, eleven]


async def test_a_rate_has_at_most_five_digits_before_the_point(engine: AsyncEngine) -> None:
    assert PERCENT.scaled(Decimal("99999.9999")) == 999999999
    with pytest.raises(ValueError, match="too large"):
        PERCENT.scaled(Decimal(-100000))


async def test_the_database_itself_holds_no_float(engine: AsyncEngine, database_kind: str) -> None:
    await stored(engine, "amount", [Decimal("0.1")])

    question = {"sqlite": "SELECT typeof(amount) FROM measure", "postgresql": "SELECT pg_typeof(amount) FROM measure"}
    async with engine.connect() as connection:
        kind = await connection.scalar(text(question[database_kind]))
    assert str(kind) == {"sqlite": "integer", "postgresql": "numeric"}[database_kind]


async def test_text_of_a_length_is_kept_whole(engine: AsyncEngine) -> None:
    kept, _ = await stored(engine, "word", ["Příliš žluťoučký kůň 🐎" * 50])

    assert kept == ["Příliš žluťoučký kůň 🐎" * 50]


async def test_postgresql_takes_no_null_character(engine: AsyncEngine, database_kind: str) -> None:
    if database_kind == "postgresql":
        with pytest.raises(DBAPIError, match="0x00"):
            await stored(engine, "word", ["a\0b"])
