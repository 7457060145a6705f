"""The tiers of the programme as the retailer sets them up: a chain, each reached through the one before it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from sqlalchemy import select

import models
from models import Qualification, State
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from models.rules.qualification import is_validity
from models.types import MONEY
from resolvers.errors import Refused
from resolvers.operation.activation import switch_operation
from resolvers.operation.records.translations import read_translations
from resolvers.operation.upsert import Kept, Part, Record, UpsertSpec, no_twice, refuse_cycle, replace_parts, upsert
from resolvers.operation.validation import above_zero
from resolvers.status.inputs import StatusAnswer, StatusId, StatusUpsertInput
from resolvers.storage.context import RowRef
from resolvers.storage.transaction import Transaction

STATUS, TURNOVER = models.Status, models.StatusTurnover
TURNOVERS = Kept[Sequence[Part]]()
HIGHEST_DISCOUNT = 100


async def upsert_status(transaction: Transaction, given: StatusUpsertInput) -> StatusAnswer:
    """Create or update a status of the programme."""
    return StatusAnswer(status=RowRef("Status", (await upsert(FORM, transaction, given)).id))


deactivate = switch_operation(STATUS, State.INACTIVE, EventKind.STATUS_DEACTIVATED, StatusId, StatusAnswer)
reactivate = switch_operation(STATUS, State.ACTIVE, EventKind.STATUS_REACTIVATED, StatusId, StatusAnswer)

_refuse_cycle = refuse_cycle(STATUS.previous_id)


async def _check(record: Record[StatusUpsertInput]) -> None:
    """What a status asks for, gives, and where it stands all make sense together."""
    read_translations(record, record.input.translations, STATUS.translations)
    for check in (_check_numbers, _check_turnover, _check_chain):
        with record.problems.noted():
            await check(record)
    record.problems.check()
    await _check_condition(record)


async def _check_numbers(record: Record[StatusUpsertInput]) -> None:
    at, rank = record.problems.at, record.given_for(STATUS.rank)
    discount, points = record.given_for(STATUS.discount), record.given_for(STATUS.qualification_points)
    if not is_validity(record.given_for(STATUS.validity)):
        raise Refused(ErrorCode.INVALID_PERIOD, "Give a period such as P12M, or END_OF_YEAR.", at(STATUS.validity))
    if discount is not None and discount > HIGHEST_DISCOUNT:
        raise Refused(ErrorCode.OUT_OF_RANGE, "The discount must be from 0 to 100 per cent.", at(STATUS.discount))
    if points is not None and not points:
        message = "The points must be above zero."
        raise Refused(ErrorCode.NEGATIVE_AMOUNT, message, at(STATUS.qualification_points))
    if rank is not None:
        other = select(STATUS.id).where(STATUS.rank == rank, STATUS.id != (record.holds(STATUS.id) or 0))
        if await record.transaction.session.scalar(other) is not None:
            raise Refused(ErrorCode.TAKEN, "Another status has this rank.", at(STATUS.rank))


async def _check_turnover(record: Record[StatusUpsertInput]) -> None:
    given = record.input.qualification_turnover
    if given is UNSET:
        return
    path = record.problems.at("qualification_turnover")
    no_twice([money.currency for money in given or ()], record.problems, "qualification_turnover", ".currency")
    turnovers: list[Part] = [
        {
            TURNOVER.currency_code: money.currency,
            TURNOVER.amount: above_zero(MONEY, money.amount, f"{path}[{place}].amount"),
        }
        for place, money in enumerate(given or ())
    ]
    record.keep(TURNOVERS, turnovers)


async def _check_chain(record: Record[StatusUpsertInput]) -> None:
    """A status stands above the one before it, and only one follows each."""
    await _refuse_cycle(record)
    session, at, own = record.transaction.session, record.problems.at, record.holds(STATUS.id) or 0
    rank, before = record.will_be(STATUS.rank), record.will_be(STATUS.previous_id)
    assert rank is not None  # A new status needs one, and none loses it.
    if before is not None:
        other = select(STATUS.id).where(STATUS.previous_id == before, STATUS.id != own)
        if await session.scalar(other) is not None:
            raise Refused(ErrorCode.TAKEN, "Another status follows that one.", at("previous"))
        below = await session.scalar(select(STATUS.rank).where(STATUS.id == before))
        if below is not None and rank <= below:
            raise Refused(
                ErrorCode.BAD_RANK,
                "The rank must be above that of the status before.",
                at(STATUS.rank),
                f"above {below}",
            )
    above = await session.scalar(select(STATUS.rank).where(STATUS.previous_id == own))
    if above is not None and rank >= above:
        message = "The rank must be below that of the status that follows."
        raise Refused(ErrorCode.BAD_RANK, message, at(STATUS.rank), f"below {above}")


async def _check_condition(record: Record[StatusUpsertInput]) -> None:
    """A condition that asks for nothing would never be met."""
    if record.will_be(STATUS.qualification) is not Qualification.CONDITION:
        return
    turnovers = record.kept(TURNOVERS)
    asked = bool(turnovers)
    if turnovers is None and record.row is not None:
        there = select(TURNOVER.id).where(TURNOVER.status_id == record.key).limit(1)
        asked = await record.transaction.session.scalar(there) is not None
    if not asked and record.will_be(STATUS.qualification_points) is None:
        message = "A status by condition needs a turnover or points to reach."
        raise Refused(ErrorCode.REQUIRED, message, record.problems.at("qualification_turnover"))


async def _follow(record: Record[StatusUpsertInput]) -> None:
    turnovers = record.kept(TURNOVERS)
    if turnovers is not None:
        await replace_parts(record, TURNOVER.status_id, TURNOVER.currency_code, turnovers)


SAME = (
    "code", "name", "description", "rank", "qualification", "qualification_months", "qualification_points",
    "validity", "collects_points", "pays_with_points", "discount", "discounts_discounted_items",
)  # fmt: skip

FORM = UpsertSpec[StatusUpsertInput](
    STATUS,
    columns={name: name for name in SAME},
    references={"previous": ("previous_id", STATUS)},
    required=("code", "name", "rank", "qualification"),
    known_by="code",
    check=_check,
    follow=_follow,
)
