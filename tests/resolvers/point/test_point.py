from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

DAY = timedelta(days=1)
Put = Callable[..., Any]


@pytest.fixture
async def jana(session: AsyncSession) -> models.Customer:
    """A customer with 30 points that expire tomorrow, 50 that never do, and 20 that wait until tomorrow."""
    customer = factories.customer()
    await factories.save(
        session,
        factories.points(customer=customer, amount=Decimal(50), created_at=NOW - 2 * DAY),
        factories.points(customer=customer, amount=Decimal(30), created_at=NOW - DAY, expires_at=NOW + DAY),
        factories.points(customer=customer, amount=Decimal(20), active_from=NOW + DAY),
    )
    return customer


def at(days: int) -> str:
    return (NOW + days * DAY).isoformat()


async def balance(crm: Operations, customer: models.Customer) -> tuple[str, str, str, str]:
    found = await crm.answer(
        "query($id: ID!) { customer(by: {id: $id}) { pointAccount { active pending reserved ledger } } }",
        id=opaque_id("Customer", customer.id),
    )
    return tuple(found["customer"]["pointAccount"].values())


def cid(customer: models.Customer) -> str:
    return opaque_id("Customer", customer.id)


async def test_assigned_points_make_a_lot_with_what_was_said_of_them(crm: Operations, session: AsyncSession) -> None:
    customer, store = factories.customer(), factories.store(name="Brno")
    kind, partner = factories.point_type(name="Bonus"), factories.partner()
    await factories.save(session, customer, store, kind, partner)

    answer = await crm.do(
        "pointsAssign",
        "entry { kind amount note extendedData at pointType { name } partner { id } store { name } lots { amount"
        " lot { amount remaining activeFrom expiresAt } } } account { active pending } userErrors { code }",
        customer=cid(customer),
        amount="12.50",
        type=opaque_id("PointType", kind.id),
        store=opaque_id("Store", store.id),
        partner=opaque_id("Partner", partner.id),
        note=" Welcome ",
        extendedData={"orderId": [1, "a"]},
        expiresAt=at(30),
    )

    lot = {"amount": "12.5", "remaining": "12.5", "activeFrom": NOW.isoformat(), "expiresAt": at(30)}
    assert answer == {
        "entry": {
            "kind": "ASSIGN",
            "amount": "12.5",
            "note": "Welcome",
            "extendedData": {"orderId": [1, "a"]},
            "at": NOW.isoformat(),
            "pointType": {"name": "Bonus"},
            "partner": {"id": opaque_id("Partner", partner.id)},
            "store": {"name": "Brno"},
            "lots": [{"amount": "12.5", "lot": lot}],
        },
        "account": {"active": "12.5", "pending": "0"},
        "userErrors": [],
    }
    assert await crm.rows(models.Event, "kind", "customer_id", "data") == [
        ("POINTS_ASSIGNED", customer.id, {"amount": "12.50"})
    ]


async def test_points_wait_until_the_date_they_are_active_from(crm: Operations, session: AsyncSession) -> None:
    customer = factories.customer()
    await factories.save(session, customer)

    answer = await crm.do(
        "pointsAssign", "account { active pending }", customer=cid(customer), amount="5", activeFrom=at(1)
    )

    assert answer == {"account": {"active": "0", "pending": "5"}}


async def test_points_that_expire_first_are_spent_first(crm: Operations, jana: models.Customer) -> None:
    answer = await crm.do(
        "pointsSpend",
        "entry { kind amount lots { amount lot { expiresAt remaining } } } account { active }",
        customer=cid(jana),
        amount="40",
    )

    lots = [
        {"amount": "-30", "lot": {"expiresAt": at(1), "remaining": "0"}},
        {"amount": "-10", "lot": {"expiresAt": None, "remaining": "40"}},
    ]
    assert answer == {"entry": {"kind": "SPEND", "amount": "-40", "lots": lots}, "account": {"active": "40"}}


async def test_spending_too_much_says_how_many_points_are_missing(crm: Operations, jana: models.Customer) -> None:
    refused = await crm.refused("pointsSpend", customer=cid(jana), amount="80.01")

    assert refused == [("POINTS_SHORT", "amount", "0.01 points")]
    assert await balance(crm, jana) == ("80", "20", "0", "100")


async def test_reserved_points_are_not_spent_until_they_are_released(crm: Operations, jana: models.Customer) -> None:
    reserved = await crm.do(
        "pointsReserve",
        "reservation { id amount expiresAt state } account { active reserved }",
        customer=cid(jana),
        amount="70",
        externalId="order-1",
    )
    short = await crm.refused("pointsSpend", customer=cid(jana), amount="11")
    released = await crm.do(
        "pointsRelease", "reservation { state } account { active reserved }", reservation=reserved["reservation"]["id"]
    )

    until = (NOW + timedelta(minutes=15)).isoformat()
    assert reserved["reservation"].items() >= {"amount": "70", "expiresAt": until, "state": "ACTIVE"}.items()
    assert reserved["account"] == {"active": "10", "reserved": "70"}
    assert short == [("POINTS_SHORT", "amount", "1 point")]
    assert released == {"reservation": {"state": "RELEASED"}, "account": {"active": "80", "reserved": "0"}}


async def test_a_reservation_ends_by_itself(crm: Operations, jana: models.Customer) -> None:
    made = await crm.do("pointsReserve", "reservation { id }", customer=cid(jana), amount="80", expiresAt=at(2))

    crm.now = NOW + 2 * DAY
    captured = await crm.refused("pointsCapture", reservation=made["reservation"]["id"])

    assert captured == [("EXPIRED", "reservation", None)]
    assert await balance(crm, jana) == ("70", "0", "0", "100")


async def test_the_same_external_id_is_the_same_reservation(crm: Operations, jana: models.Customer) -> None:
    given = {"customer": cid(jana), "externalId": "order-1"}

    first = await crm.do("pointsReserve", "repeated reservation { id }", **given, amount="10")
    second = await crm.do("pointsReserve", "repeated reservation { id }", **given, amount="10.00")
    other = await crm.refused("pointsReserve", **given, amount="11")

    assert (first["repeated"], second["repeated"]) == (False, True)
    assert first["reservation"] == second["reservation"]
    assert other == [("EXTERNAL_ID_TAKEN", "externalId", None)]


async def test_capturing_a_part_frees_the_rest(crm: Operations, jana: models.Customer) -> None:
    made = await crm.do("pointsReserve", "reservation { id }", customer=cid(jana), amount="60")
    reservation = made["reservation"]["id"]

    captured = await crm.do(
        "pointsCapture",
        "reservation { state } entry { kind amount } account { active reserved }",
        reservation=reservation,
        amount="35",
    )
    again = await crm.refused("pointsCapture", reservation=reservation)

    assert captured == {
        "reservation": {"state": "CAPTURED"},
        "entry": {"kind": "SPEND", "amount": "-35"},
        "account": {"active": "45", "reserved": "0"},
    }
    assert again == [("WRONG_STATE", "reservation", None)]


async def test_more_than_was_reserved_cannot_be_captured(crm: Operations, jana: models.Customer) -> None:
    made = await crm.do("pointsReserve", "reservation { id }", customer=cid(jana), amount="60")

    refused = await crm.refused("pointsCapture", reservation=made["reservation"]["id"], amount="61")

    assert refused == [("LIMIT_REACHED", "reservation", "1 point")]


async def test_transferred_points_keep_their_expiry(
    crm: Operations, session: AsyncSession, jana: models.Customer
) -> None:
    eva = factories.customer()
    await factories.save(session, eva)

    answer = await crm.do(
        "pointsTransfer",
        "entries { kind amount customer { id } lots { amount lot { expiresAt } } } account { active }",
        **{"from": cid(jana), "to": cid(eva), "amount": "40"},
    )

    assert answer == {
        "entries": [
            {
                "kind": "TRANSFER_OUT",
                "amount": "-40",
                "customer": {"id": cid(jana)},
                "lots": [{"amount": "-30", "lot": {"expiresAt": at(1)}}, {"amount": "-10", "lot": {"expiresAt": None}}],
            },
            {
                "kind": "TRANSFER_IN",
                "amount": "40",
                "customer": {"id": cid(eva)},
                "lots": [{"amount": "30", "lot": {"expiresAt": at(1)}}, {"amount": "10", "lot": {"expiresAt": None}}],
            },
        ],
        "account": {"active": "40"},
    }
    assert await balance(crm, eva) == ("40", "0", "0", "40")


async def test_points_are_not_handed_on_to_oneself(crm: Operations, jana: models.Customer) -> None:
    refused = await crm.refused("pointsTransfer", **{"from": cid(jana), "to": cid(jana), "amount": "1"})

    assert refused == [("SAME_CUSTOMER", "to", None)]


async def test_reversing_a_spending_puts_points_back_into_their_lots(crm: Operations, jana: models.Customer) -> None:
    spent = await crm.do("pointsSpend", "entry { id }", customer=cid(jana), amount="40")

    part = await crm.do(
        "pointsReverse",
        "entry { kind amount reverses { id } lots { amount lot { expiresAt } } }",
        entry=spent["entry"]["id"],
        amount="15",
    )
    rest = await crm.do("pointsReverse", "entry { amount } account { active }", entry=spent["entry"]["id"])
    again = await crm.refused("pointsReverse", entry=spent["entry"]["id"])

    lots = [{"amount": "10", "lot": {"expiresAt": None}}, {"amount": "5", "lot": {"expiresAt": at(1)}}]
    assert part["entry"] == {"kind": "REVERSE", "amount": "15", "reverses": spent["entry"], "lots": lots}
    assert rest == {"entry": {"amount": "25"}, "account": {"active": "80"}}
    assert again == [("ALREADY_REVERSED", "entry", None)]
    assert await crm.rows(models.PointLot, "amount", "remaining") == [
        (Decimal(50), Decimal(50)),
        (Decimal(30), Decimal(30)),
        (Decimal(20), Decimal(20)),
    ]


async def test_reversing_an_assignment_takes_only_what_is_left_of_its_lot(
    crm: Operations, jana: models.Customer
) -> None:
    assigned = await crm.do("pointsAssign", "entry { id }", customer=cid(jana), amount="100", expiresAt=at(1))
    entry = assigned["entry"]["id"]
    await crm.do("pointsSpend", "entry { id }", customer=cid(jana), amount="80")

    short = await crm.refused("pointsReverse", entry=entry)
    part = await crm.do("pointsReverse", "entry { amount } account { active }", entry=entry, amount="49")
    over = await crm.refused("pointsReverse", entry=entry, amount="51.01")

    assert short == [("POINTS_SHORT", "amount", "50 points")]
    assert part == {"entry": {"amount": "-49"}, "account": {"active": "51"}}
    assert over == [("LIMIT_REACHED", "amount", "0.01 points")]


async def test_what_a_bill_or_a_voucher_moved_is_not_reversed_by_itself(crm: Operations, session: AsyncSession) -> None:
    bill = factories.point_entry(purchase=factories.purchase())
    voucher = factories.point_entry(voucher=factories.voucher(), kind="SPEND", amount=Decimal(-1))
    moved = factories.point_entry(kind="TRANSFER_IN")
    await factories.save(session, bill, voucher, moved)

    refused = [
        await crm.refused("pointsReverse", entry=opaque_id("PointEntry", entry.id)) for entry in (bill, voucher, moved)
    ]

    assert refused == [[("NOT_REVERSIBLE", "entry", None)]] * 3


REFUSED: list[tuple[dict[str, Any], Any]] = [
    ({"amount": "0"}, ("NEGATIVE_AMOUNT", "amount", None)),
    ({"amount": "-1"}, ("NEGATIVE_AMOUNT", "amount", None)),
    ({"amount": "1000000000001"}, ("TOO_LARGE", "amount", None)),
    ({"amount": "0.001"}, ("TOO_PRECISE", "amount", None)),
    ({"expiresAt": at(0)}, ("INVALID_PERIOD", "amount", None)),
    ({"activeFrom": at(-9), "expiresAt": at(-1)}, ("INVALID_PERIOD", "amount", None)),
    ({"activeFrom": at(3), "expiresAt": at(2)}, ("INVALID_PERIOD", "amount", None)),
    ({"expiresAt": "2030-01-01T00:00:00"}, ("NO_OFFSET", "expiresAt", None)),
    ({"expiresAt": "0001-01-01T00:00:00+14:00"}, ("OUT_OF_RANGE", "expiresAt", None)),
    ({"type": opaque_id("PointType", 99)}, ("NOT_FOUND", "type", None)),
    ({"store": opaque_id("Store", 99)}, ("NOT_FOUND", "store", None)),
    ({"customer": opaque_id("Customer", 99)}, ("NOT_FOUND", "customer", None)),
    ({"note": "a\0b"}, ("BAD_TEXT", "note", None)),
    ({"note": "x" * 1001}, ("TOO_LONG", "note", None)),
    ({"note": "for JANA1@example.com"}, ("PERSONAL_DATA", "note", None)),
    ({"note": "Jana Novakova asked for it"}, ("PERSONAL_DATA", "note", None)),
    ({"extendedData": {"phone": "601 000 001"}}, ("PERSONAL_DATA", "extendedData", None)),
    ({"extendedData": [1]}, ("BAD_JSON", "extendedData", None)),
    ({"extendedData": {"a\0": 1}}, ("BAD_TEXT", "extendedData", None)),
    ({"extendedData": {"a": "x" * 8192}}, ("TOO_LONG", "extendedData", None)),
]


async def test_what_cannot_be_assigned_is_refused_and_changes_nothing(crm: Operations, session: AsyncSession) -> None:
    customer = factories.customer()
    await factories.save(session, customer)
    before = await crm.dump()

    usual = {"customer": cid(customer), "amount": "1"}
    refused = [await crm.refused("pointsAssign", **{**usual, **given}) for given, _ in REFUSED]

    assert refused == [[refusal] for _, refusal in REFUSED]
    assert await crm.dump() == before


async def test_a_deactivated_customer_moves_no_points(
    crm: Operations, session: AsyncSession, jana: models.Customer
) -> None:
    off = factories.customer(state="INACTIVE")
    await factories.save(session, off)

    refused = [
        await crm.refused(name, customer=cid(off), amount="1")
        for name in ("pointsAssign", "pointsSpend", "pointsReserve")
    ]
    handed_on = await crm.refused("pointsTransfer", **{"from": cid(jana), "to": cid(off), "amount": "1"})

    assert refused == [[("CUSTOMER_INACTIVE", "customer", None)]] * 3
    assert handed_on == [("CUSTOMER_INACTIVE", "to", None)]


async def test_a_dry_run_shows_the_account_as_it_would_be_and_changes_nothing(
    crm: Operations, session: AsyncSession, jana: models.Customer
) -> None:
    eva = factories.customer()
    await factories.save(session, eva)
    before = await crm.dump()
    shows = "account { active reserved history(first: 1) { nodes { amount } } }"

    assigned = await crm.do("pointsAssign", shows, dry=True, customer=cid(jana), amount="1")
    spent = await crm.do("pointsSpend", shows, dry=True, customer=cid(jana), amount="80")
    kept = await crm.do("pointsReserve", "account { active reserved }", dry=True, customer=cid(jana), amount="8")
    sent = await crm.do("pointsTransfer", shows, dry=True, **{"from": cid(jana), "to": cid(eva), "amount": "5"})

    assert assigned["account"] == {"active": "81", "reserved": "0", "history": {"nodes": [{"amount": "1"}]}}
    assert spent["account"] == {"active": "0", "reserved": "0", "history": {"nodes": [{"amount": "-80"}]}}
    assert kept["account"] == {"active": "72", "reserved": "8"}
    assert sent["account"] == {"active": "75", "reserved": "0", "history": {"nodes": [{"amount": "-5"}]}}
    assert await crm.dump() == before
