"""An operation can be retried under its key: the same answer, one effect. Points are given; any mutation would do."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models.rules.error_codes import ErrorCode
from resolvers import point
from resolvers.ids import key_of, opaque_id
from resolvers.operation.idempotency import KEPT_FOR, fingerprint, restored, stored
from resolvers.operation.perform import Call, Payload, perform
from resolvers.point.inputs import EntryAnswer, PointsAssign
from resolvers.storage.context import RequestContext, RowRef
from resolvers.storage.engine import make_engine
from resolvers.storage.transaction import Transaction
from resolvers.voucher.inputs import RefusedCustomer, VoucherBatchAnswer, VoucherIssue
from tests import factories
from tests.conftest import NewDatabase
from tests.factories import NOW
from tests.resolvers.running_operations import Operations, running_operations

SHOWS = "repeated entry { id amount } account { active } userErrors { code field }"


@pytest.fixture
async def jana(session: AsyncSession) -> str:
    customer = factories.customer()
    await factories.save(session, customer)
    return opaque_id("Customer", customer.id)


async def test_a_retry_answers_the_same_and_does_nothing(crm: Operations, jana: str) -> None:
    first = await crm.do("pointsAssign", SHOWS, key="till-1/42", customer=jana, amount="5")
    before = await crm.dump()
    second = await crm.do("pointsAssign", SHOWS, key="till-1/42", customer=jana, amount="5")

    assert first == {
        "repeated": False,
        "entry": {"id": opaque_id("PointEntry", 1), "amount": "5"},
        "account": {"active": "5"},
        "userErrors": [],
    }
    assert second == first | {"repeated": True}
    assert await crm.dump() == before


async def test_another_input_or_another_operation_under_the_same_key_is_refused(crm: Operations, jana: str) -> None:
    await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="5")

    other_input = await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="6")
    other_operation = await crm.do("pointsSpend", SHOWS, key="k", customer=jana, amount="5")

    refused = [{"code": "KEY_REUSED", "field": "idempotencyKey"}]
    assert (other_input["userErrors"], other_operation["userErrors"]) == (refused, refused)
    assert await crm.rows(models.PointEntry, "amount") == [(Decimal(5),)]


async def test_what_was_refused_or_only_tried_can_be_done_under_the_key(crm: Operations, jana: str) -> None:
    refused = await crm.do("pointsSpend", SHOWS, key="k", customer=jana, amount="5")
    tried = await crm.do("pointsAssign", SHOWS, key="k", dry=True, customer=jana, amount="5")
    done = await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="5")

    assert refused["userErrors"][0]["code"] == "POINTS_SHORT"
    assert (tried["repeated"], done["repeated"]) == (False, False)
    assert await crm.rows(models.PointEntry, "amount") == [(Decimal(5),)]


async def test_a_key_can_be_used_again_once_it_was_forgotten(crm: Operations, jana: str) -> None:
    await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="5")

    crm.now = NOW + KEPT_FOR + timedelta(seconds=1)
    again = await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="6")

    assert (again["repeated"], again["account"]) == (False, {"active": "11"})


@pytest.mark.parametrize("key", ["", "x" * 129, "a\0b"])
async def test_a_key_that_cannot_be_kept_is_refused(crm: Operations, jana: str, key: str) -> None:
    answer = await crm.do("pointsAssign", SHOWS, key=key, customer=jana, amount="5")

    assert answer["userErrors"] == [{"code": "BAD_KEY", "field": "idempotencyKey"}]


async def test_a_whole_number_of_any_size_in_a_callers_own_json_can_be_retried(crm: Operations, jana: str) -> None:
    document = (
        'mutation($customer: ID!) { pointsAssign(idempotencyKey: "k", input: {customer: $customer, amount: "5",'
        f" extendedData: {{big: {10**30}}}}}) {{ repeated userErrors {{ code }} }} }}"
    )

    answers = [await crm.answer(document, customer=jana) for _ in range(2)]

    assert [answer["pointsAssign"] for answer in answers] == [
        {"repeated": False, "userErrors": []},
        {"repeated": True, "userErrors": []},
    ]


class OfAnotherProcess(set[str]):
    """Keys in flight that are in flight somewhere else: a call finds only its own."""

    def __contains__(self, key: object) -> bool:
        return False

    remove = set.discard


async def test_a_second_call_while_the_first_is_under_way_is_told_so(crm: Operations, jana: str) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slow(transaction: Transaction, given: Any) -> Any:
        started.set()
        await go_on.wait()
        return await point.assign(transaction, given)

    async def shown(payload: Payload, _context: RequestContext) -> Payload:
        return payload

    given = PointsAssign(customer=key_of(jana, "Customer"), amount=Decimal(5))
    call = Call("points_assign", slow, PointsAssign, EntryAnswer, given, "k")
    first = asyncio.ensure_future(perform(crm.engine, RequestContext(crm.reader, now=NOW), call, shown))
    await started.wait()
    told = await perform(crm.engine, RequestContext(crm.reader, now=NOW), call, shown)
    go_on.set()
    done = await first
    retried = await perform(crm.engine, RequestContext(crm.reader, now=NOW), call, shown)

    assert [error.code for error in told.user_errors] == ["IN_FLIGHT"]
    assert (done.user_errors, done.repeated, retried.user_errors, retried.repeated) == ([], False, [], True)
    assert await crm.rows(models.PointEntry, "amount") == [(Decimal(5),)]


async def test_a_key_that_is_in_flight_in_another_process_is_told_so(new_database: NewDatabase) -> None:
    # SQLite has one writer: whoever comes second waits for it, and finds what it did.
    url = new_database("postgresql")
    engine = make_engine(url)

    async with running_operations(engine, url) as crm, engine.begin() as elsewhere:
        await elsewhere.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('k', 0))"))
        told = await crm.do("segmentGroupUpsert", "userErrors { code field }", key="k", code="a", name="A")

    await engine.dispose()
    assert told == {"userErrors": [{"code": "IN_FLIGHT", "field": "idempotencyKey"}]}


@pytest.mark.parametrize("processes", ["one", "many"])
async def test_of_20_who_call_at_once_under_one_key_one_does_it(
    crm: Operations, jana: str, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.setattr(
        "resolvers.operation.idempotency._in_flight", OfAnotherProcess() if processes == "many" else set()
    )
    calls = [crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="5") for _ in range(20)]

    answers = await asyncio.gather(*calls)

    done = [answer for answer in answers if not answer["userErrors"]]
    told = [error["code"] for answer in answers for error in answer["userErrors"]]
    assert sum(not answer["repeated"] for answer in done) == 1
    assert set(told) <= {"IN_FLIGHT"}
    assert await crm.rows(models.PointEntry, "amount") == [(Decimal(5),)]


async def test_a_key_noted_only_after_its_effect_lets_a_retry_do_it_again(engine: AsyncEngine, jana: str) -> None:
    """The control: the key in a transaction of its own, and a crash between the two."""
    lot, key = models.PointLot, models.IdempotencyKey

    async def assign_naively(*, crash: bool) -> None:
        async with AsyncSession(engine) as session:
            if await session.scalar(select(key.id).where(key.key == "k")):
                return
        async with AsyncSession(engine) as session:
            session.add(lot(customer_id=1, amount=5, remaining=5, active_from=NOW, created_at=NOW))
            await session.commit()
        if crash:
            return
        async with AsyncSession(engine) as session:
            made = {"operation": "assign", "fingerprint": "", "answer": {}, "created_at": NOW, "expires_at": NOW}
            session.add(key(key="k", **made))
            await session.commit()

    for crash in (True, False, False):
        await assign_naively(crash=crash)

    async with AsyncSession(engine) as session:
        assert list(await session.scalars(select(lot.remaining))) == [5, 5]


@pytest.mark.parametrize(("first", "again"), [("7", "7.00"), ("0.50", ".5"), ("100", "1E+2")])
async def test_an_amount_is_the_same_however_it_is_written(crm: Operations, jana: str, first: str, again: str) -> None:
    await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount=first)

    answer = await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount=again)

    assert (answer["repeated"], answer["userErrors"]) == (True, [])


def test_what_a_typed_input_leaves_out_is_the_same_as_its_default() -> None:
    given = {"customer": 7, "reward": 1, "value": Decimal("7.00"), "currency": "EUR"}

    prints = {
        fingerprint(VoucherIssue(**given)),
        fingerprint(VoucherIssue(**given, note=None)),
        fingerprint(VoucherIssue(**given | {"value": Decimal(7)})),
    }

    assert len(prints) == 1
    assert fingerprint(VoucherIssue(**given | {"value": Decimal(8)})) not in prints


def test_an_answer_comes_back_as_its_class() -> None:
    lost = RefusedCustomer(customer=None, code=ErrorCode.NOT_FOUND, message="No.", missing=None)
    answer = VoucherBatchAnswer(issued=1, vouchers=[RowRef("Voucher", 5)], refused=[lost])

    kept = orjson.loads(orjson.dumps(stored(answer)))

    assert restored(kept, VoucherBatchAnswer) == answer
