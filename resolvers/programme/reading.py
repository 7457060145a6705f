"""The programme as rules see it: the terms that held at a moment, in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import BigInteger, Integer, Select, String, cast, null, or_, select, union_all
from sqlalchemy import literal_column as literal
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

import models
from models import State
from models.programme import TARGETS
from models.rules import programme as rules
from models.types import MONEY, PERCENT, POINTS, RATE, ExactDecimal, Instant
from resolvers.query.columns import scaled
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import word
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from resolvers.storage.sql import AnySelect, SqlColumn, SqlType, SqlValue
from resolvers.storage.statement import parameter

TERMS, CURRENCY, RULE, TARGET = range(4)
AT = parameter("at", Instant())

COLUMNS: tuple[tuple[str, SqlType], ...] = (
    ("part", Integer()),
    *((f"t{place}", String()) for place in range(7)),
    *((f"n{place}", BigInteger()) for place in range(7)),
    ("starts", Instant()),
    ("ends", Instant()),
)


def _row(
    part: int,
    texts: Sequence[SqlColumn] = (),
    numbers: Sequence[SqlColumn] = (),
    period: Sequence[SqlColumn] = (),
) -> list[SqlValue]:
    given: dict[str, SqlColumn] = {"part": literal(str(part))}
    given |= {f"t{place}": value for place, value in enumerate(texts)}
    given |= {f"n{place}": value for place, value in enumerate(numbers)}
    given |= dict(zip(("starts", "ends"), period, strict=False))
    return [cast(given.get(name, null()), kind).label(name) for name, kind in COLUMNS]


def in_force() -> SqlValue:
    """The key of the programme that holds: of those that are valid, the one that began last."""
    one = aliased(models.Programme)
    valid = (one.state == word(State.ACTIVE), one.valid_from <= AT, or_(one.valid_to.is_(None), one.valid_to > AT))
    latest = select(one.id).where(*valid).order_by(one.valid_from.desc(), one.id.desc())
    return latest.limit(literal("1")).scalar_subquery()


def _parts(backend: str) -> Iterable[AnySelect]:
    one, currency = aliased(models.Programme), aliased(models.ProgrammeCurrency)
    rule, target = aliased(models.EarningRule), aliased(models.EarningRuleTarget)
    texts = (one.code, one.time_zone, one.points_last, one.points_end, one.rounding, one.turnover_basis)
    amounts = [scaled(each, backend) for each in (one.least_points, one.most_points, one.most_share)]
    numbers = (one.point_decimals, one.clock_tolerance, *amounts)
    yield select(*_row(TERMS, (*texts, one.automatic_choice), numbers)).where(one.id == in_force())
    worth = _row(CURRENCY, (currency.currency_code,), (scaled(currency.point_value, backend),))
    yield select(*worth).where(currency.programme_id == in_force())
    holds = (
        rule.programme_id == in_force(),
        or_(rule.valid_from.is_(None), rule.valid_from <= AT),
        or_(rule.valid_to.is_(None), rule.valid_to > AT),
    )
    amounts = [scaled(each, backend) for each in (rule.points, rule.per_amount, rule.factor, rule.minimum_purchase)]
    flags = [cast(each, Integer) for each in (rule.whole_steps, rule.exclusive)]
    names = (rule.code, rule.kind, rule.name, rule.currency_code, rule.delay)
    period = (rule.valid_from, rule.valid_to)
    yield select(*_row(RULE, names, (rule.priority, *flags, *amounts), period)).where(*holds)
    keys = [getattr(target, name) for name in TARGETS]
    yield select(*_row(TARGET, (rule.code,), keys)).join(rule, rule.id == target.rule_id).where(*holds)


def _home() -> Select[str | None]:
    return select(models.Programme.country_code).where(models.Programme.id == in_force())


COUNTRY = CompiledQuery(lambda _: _home())


async def home_country(context: RequestContext) -> str | None:
    """The country of the programme that holds now, in which phone numbers without a prefix are meant."""
    return next((country for (country,) in await COUNTRY.read(context, at=context.now)), None)


async def home_country_of(connection: AsyncConnection, at: datetime) -> str | None:
    """The same as an import sees it, in its own transaction."""
    return await connection.scalar(_home(), {"at": at})


IN_FORCE = CompiledQuery(lambda backend: union_all(*_parts(backend)))


async def read_terms(context: RequestContext, at: datetime) -> rules.Programme:
    """The programme that held at a moment; one that earns and pays nothing where there was none."""
    return terms_of(await IN_FORCE.read(context, at=at))


def terms_of(found: Iterable[Row]) -> rules.Programme:
    """The same, of rows that were read already."""
    return _made(tuple(tuple(row) for row in found))


@lru_cache(maxsize=64)
def _made(found: tuple[Row, ...]) -> rules.Programme:
    """The terms that some rows say, made once for all bills that are judged by them."""
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        rows[row[0]].append(row[1:])
    if not rows[TERMS]:
        return rules.NO_PROGRAMME
    terms = rows[TERMS][0]
    code, zone, last, end, rounding, turnover, automatic, decimals, tolerance, least, most, share = terms[:12]
    bound: dict[str, list[set[int]]] = defaultdict(lambda: [set() for _ in TARGETS])
    for target in rows[TARGET]:
        for place, key in enumerate(target[7 : 7 + len(TARGETS)]):
            bound[target[0]][place].update(() if key is None else (key,))
    return rules.Programme(
        code,
        zone,
        {row[0]: _decimal(row[7], RATE) for row in rows[CURRENCY]},
        tuple(_rule(row, bound[row[0]]) for row in rows[RULE]),
        rules.PointRounding(rounding),
        decimals,
        last,
        rules.PointsEnd(end),
        None if least is None else _decimal(least, POINTS),
        None if most is None else _decimal(most, POINTS),
        _decimal(share, PERCENT),
        rules.TurnoverBasis(turnover),
        rules.AutomaticChoice(automatic),
        timedelta(seconds=tolerance),
    )


def _rule(row: Row, bound: Sequence[set[int]]) -> rules.EarningRule:
    code, kind, name, currency, delay = row[:5]
    priority, steps, exclusive, points, per_amount, factor, minimum = row[7:14]
    products, groups, brands, stores, statuses, segments = map(frozenset, bound)
    return rules.EarningRule(
        code,
        rules.EarningKind(kind),
        name,
        currency,
        _decimal(points, RATE),
        _decimal(per_amount, MONEY),
        _decimal(factor, RATE),
        bool(steps),
        bool(exclusive),
        None if minimum is None else _decimal(minimum, MONEY),
        delay,
        priority,
        row[14],
        row[15],
        products,
        groups,
        brands,
        stores,
        statuses,
        segments,
    )


def _decimal(units: int, kind: ExactDecimal) -> Decimal:
    return Decimal(units).scaleb(-kind.scale)
