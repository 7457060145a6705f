"""Guessing codes is slowed: what is typed and can't be used is counted before anything is told of it.

A reward's code is no secret, and a customer's own vouchers are nothing to guess. Any other code is: once too many of
them were nobody's, or another's, none is looked at any more for a while, in all processes, right or wrong.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from models import Reward, Voucher, VoucherState
from models.rules.error_codes import ErrorCode
from models.rules.login import Subject, code_verdict, counted_address
from models.rules.voucher_code import readings
from models.types import text
from resolvers.access.throttle import TOO_MANY, Purpose, count
from resolvers.errors import Refused
from resolvers.operation.perform import Stage
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.storage.context import RequestContext

VOUCHERS = CompiledQuery(
    lambda backend: (
        select(Voucher.code_key, Voucher.customer_id, Voucher.state, Reward.is_portable)
        .join(Reward, Reward.id == Voucher.reward_id)
        .where(among(Voucher.code_key, "codes", backend, text()))
    )
)
REWARDS = CompiledQuery(lambda backend: select(Reward.code_key).where(among(Reward.code_key, "codes", backend, text())))


async def guessed(
    context: RequestContext, codes: Iterable[str], customer_id: int | None, *, in_hand: bool = False
) -> frozenset[str]:
    """The codes of which nothing is to be told; those that can't be used are counted.

    With `in_hand`, whoever knows a voucher's code may use it: only what there isn't is a miss.
    """
    subjects = _subjects(context, customer_id)
    wanted = list(codes)
    if context.engine is None or not wanted or subjects.keys() <= {Subject.ACCOUNT}:
        return frozenset()
    keys = sorted({each for code in wanted for each in readings(code)})
    vouchers = {row[0]: row[1:] for row in await VOUCHERS.read(context, codes=keys)}
    rewards = {row[0] for row in await REWARDS.read(context, codes=keys)}
    theirs, misses = set(), 0
    for code in set(wanted):
        voucher = next((vouchers[each] for each in readings(code) if each in vouchers), None)
        if (voucher and voucher[0] == customer_id) or not rewards.isdisjoint(readings(code)):
            continue
        theirs.add(code)
        misses += voucher is None or not (in_hand or _is_anyones(*voucher))
    if not theirs:
        return frozenset()
    stage = Stage(context.engine, context)
    admitted = await count(stage, Purpose.VOUCHER, subjects, code_verdict, misses)
    return frozenset() if admitted else frozenset(theirs)


async def refuse_guesses(stage: Stage, code: str | None, customer_id: int | None) -> None:
    """Refuse an operation on a voucher that is named by its code, once too many codes were nobody's."""
    if code is not None and await guessed(stage.context, [code], customer_id, in_hand=True):
        raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, TOO_MANY, "code")


def _is_anyones(_owner: int, state: VoucherState, is_portable: bool) -> bool:
    return is_portable and state in (VoucherState.ACTIVE, VoucherState.RESERVED)


def _subjects(context: RequestContext, customer_id: int | None) -> dict[Subject, str]:
    """By what guesses are counted; the gateway's own work has neither a token nor an address."""
    subjects: dict[Subject, str] = {}
    if context.viewer.token_id is not None:
        subjects[Subject.NAME] = f"token {context.viewer.token_id}"
    elif context.address:
        subjects[Subject.ADDRESS] = counted_address(context.address)
    if customer_id is not None:
        subjects[Subject.ACCOUNT] = f"customer {customer_id}"
    return subjects
