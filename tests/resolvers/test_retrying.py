"""An operation can be retried under its key: the same answer, one effect. Points are given; any mutation would do."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers import point
from resolvers.ids import opaque_id
from resolvers.reading import Reading
from resolvers.writing import KEPT_FOR, Call, Payload, Writing, perform
from tests import factories
from tests.factories import NOW
from tests.resolvers.doing import Doing

SHOWS = "repeated entry { id amount } account { active } userErrors { code field }"


@pytest.fixture
async def jana(session: AsyncSession) -> str:
    customer = factories.customer()
    await factories.save(session, customer)
    return opaque_id("Customer", customer.id)


async def test_a_retry_answers_the_same_and_does_nothing(crm: Doing, jana: str) -> None:
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


async def test_another_input_or_another_operation_under_the_same_key_is_refused(crm: Doing, jana: str) -> None:
    await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="5")

    other_input = await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="6")
    other_operation = await crm.do("pointsSpend", SHOWS, key="k", customer=jana, amount="5")

    refused = [{"code": "KEY_REUSED", "field": "idempotencyKey"}]
    assert (other_input["userErrors"], other_operation["userErrors"]) == (refused, refused)
    assert await crm.rows(models.PointEntry, "amount") == [(Decimal(5),)]


async def test_what_was_refused_or_only_tried_can_be_done_under_the_key(crm: Doing, jana: str) -> None:
    refused = await crm.do("pointsSpend", SHOWS, key="k", customer=jana, amount="5")
    tried = await crm.do("pointsAssign", SHOWS, key="k", dry=True, customer=jana, amount="5")
    done = await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="5")

    assert refused["userErrors"][0]["code"] == "POINTS_SHORT"
    assert (tried["repeated"], done["repeated"]) == (False, False)
    assert await crm.rows(models.PointEntry, "amount") == [(Decimal(5),)]


async def test_a_key_can_be_used_again_once_it_was_forgotten(crm: Doing, jana: str) -> None:
    await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="5")

    crm.now = NOW + KEPT_FOR + timedelta(seconds=1)
    again = await crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="6")

    assert (again["repeated"], again["account"]) == (False, {"active": "11"})


@pytest.mark.parametrize("key", ["", "x" * 129, "a\0b"])
async def test_a_key_that_cannot_be_kept_is_refused(crm: Doing, jana: str, key: str) -> None:
    answer = await crm.do("pointsAssign", SHOWS, key=key, customer=jana, amount="5")

    assert answer["userErrors"] == [{"code": "BAD_KEY", "field": "idempotencyKey"}]


async def test_a_whole_number_of_any_size_in_a_callers_own_json_can_be_retried(crm: Doing, jana: str) -> None:
    document = (
        'mutation($customer: ID!) { pointsAssign(idempotencyKey: "k", input: {customer: $customer, amount: "5",'
        f" extendedData: {{big: {10**30}}}}}) {{ repeated userErrors {{ code }} }} }}"
    )

    answers = [await crm.answer(document, customer=jana) for _ in range(2)]

    assert [answer["pointsAssign"] for answer in answers] == [
        {"repeated": False, "userErrors": []},
        {"repeated": True, "userErrors": []},
    ]


async def test_a_second_call_while_the_first_is_under_way_is_told_so(crm: Doing, jana: str) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slow(writing: Writing, given: Any) -> Any:
        started.set()
        await go_on.wait()
        return await point.assign(writing, given)

    async def shown(payload: Payload, _reading: Reading) -> Payload:
        return payload

    call = Call("points_assign", slow, {"customer": jana, "amount": Decimal(5)}, "k")
    first = asyncio.ensure_future(perform(crm.engine, Reading(crm.reader, now=NOW), call, shown))
    await started.wait()
    # SQLite has one writer at a time: the second one waits for the file, unless it is told before.
    second = asyncio.ensure_future(perform(crm.engine, Reading(crm.reader, now=NOW), call, shown))
    done, _ = await asyncio.wait([second], timeout=1)
    go_on.set()
    answers = [await first, await second]

    assert [error.code for error in answers[0].user_errors] == []
    if done:
        assert [error.code for error in answers[1].user_errors] == ["IN_FLIGHT"]
    else:
        assert answers[1].repeated
    assert await crm.rows(models.PointEntry, "amount") == [(Decimal(5),)]


async def test_of_20_who_call_at_once_under_one_key_one_does_it(crm: Doing, jana: str) -> None:
    calls = [crm.do("pointsAssign", SHOWS, key="k", customer=jana, amount="5") for _ in range(20)]

    answers = await asyncio.gather(*calls)

    done = [answer for answer in answers if not answer["userErrors"]]
    told = [error["code"] for answer in answers for error in answer["userErrors"]]
    assert sum(not answer["repeated"] for answer in done) == 1
    assert set(told) <= {"IN_FLIGHT"}
    assert await crm.rows(models.PointEntry, "amount") == [(Decimal(5),)]
