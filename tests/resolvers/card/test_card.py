from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.rules.card_number import luhn_digit
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

DAY = timedelta(days=1)


def key(row: models.Base) -> str:
    return opaque_id(type(row).__name__, row.id)


async def test_a_number_is_generated_as_its_type_says(crm: Operations, session: AsyncSession) -> None:
    kind = factories.card_type(prefix="97", number_length=10, check_digit="LUHN", name="Gold card")
    await factories.save(session, kind)

    answer = await crm.do("cardGenerate", "card { number state cardType { name } customer { id } }", cardType=key(kind))

    number = answer["card"].pop("number")
    assert answer == {"card": {"state": "FREE", "cardType": {"name": "Gold card"}, "customer": None}}
    assert (len(number), number[:2], number[-1]) == (10, "97", luhn_digit(number[:-1]))
    assert await crm.rows(models.CardEvent, "change", "customer_id", "at") == [("ISSUED", None, NOW)]
    assert await crm.rows(models.Event, "kind", "entity") == [("CARD_ISSUED", "Card")]


async def test_the_last_number_of_a_type_is_found_and_then_there_are_none(
    crm: Operations, session: AsyncSession
) -> None:
    kind = factories.card_type(prefix="99", number_length=4)
    cards = [factories.card(card_type=kind, number=f"99{serial:02d}") for serial in range(100) if serial != 42]
    await factories.save(session, *cards)

    last = await crm.do("cardGenerate", "card { number }", cardType=key(kind))
    refused = await crm.refused("cardGenerate", cardType=key(kind))

    assert last == {"card": {"number": "9942"}}
    assert refused == [("NUMBERS_USED_UP", "cardType", None)]


async def test_a_given_number_is_checked_against_its_type(crm: Operations, session: AsyncSession) -> None:
    kind = factories.card_type(prefix="97", number_length=10, check_digit="LUHN")
    await factories.save(session, kind)
    good = "97" + "0000042" + luhn_digit("970000042")

    shows, given = "card { number secondaryNumber }", {"cardType": key(kind), "secondaryNumber": "c"}
    made = await crm.do("cardCreate", shows, **given, number=good)
    refused = [
        await crm.refused("cardCreate", cardType=key(kind), number=number)
        for number in ("9800000426", "970000", good[:-1] + str((int(good[-1]) + 1) % 10), "97ž0000426", good, " ")
    ]

    assert made == {"card": {"number": good, "secondaryNumber": "c"}}
    codes = ["WRONG_PREFIX", "WRONG_LENGTH", "WRONG_CHECK_DIGIT", "WRONG_CHARACTER", "NUMBER_TAKEN", "REQUIRED"]
    assert refused == [[(code, "number", None)] for code in codes]


async def test_a_card_is_assigned_for_as_long_as_its_type_says(crm: Operations, session: AsyncSession) -> None:
    jana, yearly = factories.customer(), factories.card_type(valid_months=12)
    card = factories.card(card_type=yearly, number="99000001")
    await factories.save(session, jana, card)

    answer = await crm.do(
        "cardAssign",
        "card { id number state validFrom validTo customer { id } }",
        customer=key(jana),
        number="99000001",
    )
    found = await crm.answer('{ customers(search: "99000001") { nodes { id } } }')

    assert answer["card"] == {
        "id": key(card),
        "number": "99000001",
        "state": "ASSIGNED",
        "validFrom": NOW.isoformat(),
        "validTo": "2025-05-15T12:00:00+00:00",
        "customer": {"id": key(jana)},
    }
    assert found == {"customers": {"nodes": [{"id": key(jana)}]}}
    assert await crm.rows(models.CardEvent, "change", "customer_id") == [("ASSIGNED", jana.id)]


async def test_any_free_card_of_a_type_will_do(crm: Operations, session: AsyncSession) -> None:
    jana, kind = factories.customer(), factories.card_type()
    over = factories.card(card_type=kind, valid_to=NOW)
    held, free = factories.card(card_type=kind, customer=factories.customer()), factories.card(card_type=kind)
    await factories.save(session, jana, over, held, free)

    first = await crm.do("cardAssign", "card { id }", customer=key(jana), cardType=key(kind))
    second = await crm.refused("cardAssign", customer=key(jana), cardType=key(kind))

    assert first == {"card": {"id": key(free)}}
    assert second == [("NO_FREE_CARD", "cardType", None)]


async def test_a_card_that_is_not_free_is_not_assigned(crm: Operations, session: AsyncSession) -> None:
    jana, off = factories.customer(), factories.customer(state="INACTIVE")
    held, blocked = factories.card(customer=factories.customer()), factories.card(state="BLOCKED")
    over, free = factories.card(valid_to=NOW), factories.card()
    await factories.save(session, jana, off, held, blocked, over, free)
    before = await crm.dump()

    refused = [await crm.refused("cardAssign", customer=key(jana), id=key(card)) for card in (held, blocked, over)]
    nothing = await crm.refused("cardAssign", customer=key(jana))
    both = await crm.refused("cardAssign", customer=key(jana), id=key(free), number=free.number)
    unknown = await crm.refused("cardAssign", customer=key(jana), number="nope")
    inactive = await crm.refused("cardAssign", customer=key(off), id=key(free))

    assert refused == [[("CARD_NOT_FREE", "id", None)]] * 3
    assert [nothing[0][0], both[0][0]] == ["ONE_CARD", "ONE_CARD"]
    assert unknown == [("NOT_FOUND", "number", None)]
    assert inactive == [("CUSTOMER_INACTIVE", "customer", None)]
    assert await crm.dump() == before


async def test_a_card_goes_back_and_no_longer_finds_its_holder(crm: Operations, session: AsyncSession) -> None:
    card = factories.card(customer=factories.customer(), number="99000001", valid_to=NOW + DAY)
    await factories.save(session, card)

    answer = await crm.do("cardRelease", "card { state validTo customer { id } }", id=key(card), reason="Left")
    again = await crm.refused("cardRelease", id=key(card))
    found = await crm.answer('{ customers(search: "99000001") { totalCount } }')

    assert answer == {"card": {"state": "FREE", "validTo": None, "customer": None}}
    assert again == [("WRONG_STATE", "id", None)]
    assert found == {"customers": {"totalCount": 0}}
    assert await crm.rows(models.CardEvent, "change", "reason", "customer_id") == [("RELEASED", "Left", 1)]


async def test_blocking_needs_a_reason_and_keeps_history(crm: Operations, session: AsyncSession) -> None:
    held, free = factories.card(customer=factories.customer()), factories.card()
    await factories.save(session, held, free)

    without = await crm.refused("cardBlock", id=key(held), reason="  ")
    blocked = await crm.do("cardBlock", "card { state blockedReason isValid }", id=key(held), reason="Lost")
    again = await crm.refused("cardBlock", id=key(held), reason="Lost")
    back = await crm.do("cardUnblock", "card { state blockedReason }", id=key(held), reason="Found")
    too_much = await crm.refused("cardUnblock", id=key(held))
    await crm.do("cardBlock", "card { id }", id=key(free), reason="Bent")
    freed = await crm.do("cardUnblock", "card { state }", id=key(free))

    assert without == [("REQUIRED", "reason", None)]
    assert blocked == {"card": {"state": "BLOCKED", "blockedReason": "Lost", "isValid": False}}
    assert again == too_much == [("WRONG_STATE", "id", None)]
    assert (back, freed) == ({"card": {"state": "ASSIGNED", "blockedReason": None}}, {"card": {"state": "FREE"}})
    assert (await crm.rows(models.CardEvent, "change", "reason"))[:2] == [("BLOCKED", "Lost"), ("UNBLOCKED", "Found")]


async def test_a_type_is_made_and_changed_by_its_code(crm: Operations, session: AsyncSession) -> None:
    shows = "cardType { code name prefix numberLength checkDigit validMonths state }"

    new = {"name": "Gold", "prefix": "97", "checkDigit": "LUHN", "validMonths": 24}
    made = await crm.do("cardTypeUpsert", shows, code="gold", **new)
    changed = await crm.do("cardTypeUpsert", shows, code="gold", name="Golden", validMonths=None, numberLength=12)

    assert made["cardType"] == {
        "code": "gold",
        "name": "Gold",
        "prefix": "97",
        "numberLength": 16,
        "checkDigit": "LUHN",
        "validMonths": 24,
        "state": "ACTIVE",
    }
    assert changed["cardType"] == made["cardType"] | {"name": "Golden", "validMonths": None, "numberLength": 12}


BAD_TYPES: list[tuple[dict[str, Any], str, str]] = [
    ({"prefix": "97", "numberLength": 3, "checkDigit": "EAN13"}, "LIMIT_REACHED", "prefix"),
    ({"prefix": "9ž"}, "WRONG_CHARACTER", "prefix"),
    ({"prefix": "A", "checkDigit": "LUHN"}, "WRONG_CHARACTER", "prefix"),
    ({"numberLength": 65}, "OUT_OF_RANGE", "numberLength"),
    ({"validMonths": 0}, "OUT_OF_RANGE", "validMonths"),
    ({"state": "DELETED"}, "WRONG_STATE", "state"),
]


@pytest.mark.parametrize(("given", "code", "field"), BAD_TYPES)
async def test_a_type_whose_numbers_cannot_be_is_refused(crm: Operations, given: Any, code: str, field: str) -> None:
    refused = await crm.refused("cardTypeUpsert", **{"code": "x", "name": "X", "prefix": "97", **given})

    assert refused == [(code, field, None)]


async def test_a_malformed_id_is_told_beside_what_was_done(crm: Operations, session: AsyncSession) -> None:
    card = factories.card()
    await factories.save(session, card)

    answer = await crm.answer(
        "mutation($card: ID!) {"
        '  a: cardBlock(input: {id: $card, reason: "lost"}) { card { state } userErrors { code field } }'
        '  b: cardBlock(input: {id: "x", reason: " "}) { card { id } userErrors { code field } }'
        " }",
        card=key(card),
    )

    assert answer == {
        "a": {"card": {"state": "BLOCKED"}, "userErrors": []},
        "b": {
            "card": None,
            "userErrors": [{"code": "BAD_ID", "field": "id"}, {"code": "REQUIRED", "field": "reason"}],
        },
    }
