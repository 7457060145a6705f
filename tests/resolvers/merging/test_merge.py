"""Two accounts of one person become one: books, status, ids and who can be found."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import PointEntry, PointLot
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import Shop, bill, item, open_shop
from tests.resolvers.running_operations import Operations

SENT = "purchase { customer { id } } userErrors { code }"


def key(row: models.Base) -> str:
    return opaque_id(type(row).__name__, row.id)


@dataclass(frozen=True)
class Pair:
    """A shop, and two accounts of Jana's in its club: the one of the shop, and one of the web."""

    shop: Shop
    web: models.Customer

    @property
    def both(self) -> dict[str, str]:
        """The web's account is to be merged into the shop's."""
        return {"from": key(self.web), "into": key(self.shop.jana)}


async def open_pair(session: AsyncSession, *rows: models.Base, points: int = 100, **web: Any) -> Pair:
    other = factories.customer(**web)
    shop = await open_shop(session, other, *rows, points=points)
    return Pair(shop, other)


async def merge(crm: Operations, pair: Pair, shows: str = "customer { id }", **more: Any) -> Any:
    return await crm.do("customerMerge", f"{shows} repeated userErrors {{ code field }}", **pair.both, **more)


async def account_of(crm: Operations, customer: models.Customer) -> dict[str, int]:
    shows = "pointAccount { active pending reserved owed }"
    found = await crm.answer(f'{{ customer(by: {{ id: "{key(customer)}" }}) {{ {shows} }} }}')
    return {name: int(Decimal(value)) for name, value in found["customer"]["pointAccount"].items()}


async def assert_books_balance(session: AsyncSession) -> None:
    """Each customer's lots hold what their ledger says, entry by entry."""
    ledger = select(PointEntry.customer_id, func.sum(PointEntry.amount)).group_by(PointEntry.customer_id)
    lots = select(PointLot.customer_id, func.sum(PointLot.remaining)).group_by(PointLot.customer_id)
    sums = [dict((await session.execute(each)).all()) for each in (ledger, lots)]
    await session.commit()
    assert sums[0] == sums[1]


async def send(crm: Operations, customer: models.Customer, number: str, paid: str, **more: Any) -> str:
    given = {"customer": {"id": key(customer)}, "bill": bill(item(paid), external_id=number)}
    sent = await crm.do("purchaseSend", "purchase { id } userErrors { code }", **given, **more)
    assert sent["userErrors"] == []
    return str(sent["purchase"]["id"])


NAMES = """query($old: ID!) {
  id: customer(by: {id: $old}) { id }
  node(id: $old) { id }
  nodes(ids: [$old]) { id }
  card: customer(by: {cardNumber: "9907 0001"}) { id }
  account: customer(by: {externalId: {source: "web", externalId: "w-7"}}) { id }
  export: customerExport(by: {id: $old})
  purchases(where: {customer: {id: {eq: $old}}}) { nodes { id customer { id } } }
  customers { totalCount }
  search: customers(search: "99070001") { nodes { id } }
}"""
"""Every way to one customer."""


async def test_what_belonged_to_the_one_belongs_to_the_other_and_all_its_names_lead_there(
    crm: Operations, session: AsyncSession
) -> None:
    source = factories.customer_source(code="web")
    pair = await open_pair(session, source, first_name="Jana", last_name="Nová", phone="+420777000111")
    await factories.save(
        session,
        factories.customer_source_record(customer=pair.web, source=source, external_id="w-7"),
        factories.card(customer=pair.web, number="99070001"),
        factories.points(customer=pair.web, amount=Decimal(30)),
    )
    bought = await send(crm, pair.web, "b-1", "50")

    answer = await merge(crm, pair, "customer { id } mergedId takenOver givenUp pointsRepaid")
    found = await crm.answer(
        NAMES,
        old=key(pair.web),
    )

    jana = {"id": key(pair.shop.jana)}
    assert answer == {
        "customer": jana,
        "mergedId": key(pair.web),
        "takenOver": [],
        "givenUp": ["lastName", "email", "phone"],
        "pointsRepaid": "0",
        "repeated": False,
        "userErrors": [],
    }
    assert found.pop("export")["firstName"] == "Jana"
    assert found == {
        **dict.fromkeys(("id", "node", "card", "account"), jana),
        "nodes": [jana],
        "purchases": {"nodes": [{"id": bought, "customer": jana}]},
        "customers": {"totalCount": 1},
        "search": {"nodes": [jana]},
    }
    assert await account_of(crm, pair.web) == {"active": 180, "pending": 0, "reserved": 0, "owed": 0}
    await assert_books_balance(session)
    events = await crm.rows(models.Event, "kind", "customer_id", "data")
    assert events[-1] == ("CUSTOMER_MERGED", pair.shop.jana.id, {"merged": key(pair.web)})
    assert {row[1] for row in events} == {pair.shop.jana.id}
    assert await crm.rows(models.AuditEntry, "what", "customer_id") == [("CUSTOMER_MERGED", pair.shop.jana.id)]


async def test_calls_that_name_the_one_mean_the_other(crm: Operations, session: AsyncSession) -> None:
    pair = await open_pair(session, factories.segment())
    segment = factories.segment(kind="LIST")
    await factories.save(session, segment)
    await merge(crm, pair)
    old, jana = key(pair.web), {"id": key(pair.shop.jana)}

    done = [
        await crm.do("pointsAssign", "entry { customer { id } } userErrors { code }", customer=old, amount="5"),
        await crm.do("customerUpdate", "customer { id } userErrors { code }", id=old, store=key(pair.shop.store)),
        await crm.do("segmentAddCustomers", "added userErrors { code }", segment=key(segment), customers=[old]),
        await crm.do("segmentRemoveCustomers", "removed userErrors { code }", segment=key(segment), customers=[old]),
        await crm.do("purchaseSend", SENT, customer={"id": old}, bill=bill()),
    ]

    assert done == [
        {"entry": {"customer": jana}, "userErrors": []},
        {"customer": jana, "userErrors": []},
        {"added": 1, "userErrors": []},
        {"removed": 1, "userErrors": []},
        {"purchase": {"customer": jana}, "userErrors": []},
    ]


async def test_what_was_done_before_under_a_key_is_answered_with_who_goes_on(
    crm: Operations, session: AsyncSession
) -> None:
    pair = await open_pair(session)
    given = {"personalInformation": {"firstName": "Jana"}}
    made = await crm.do("customerCreate", "customer { id }", key="k", **given)
    await crm.do("customerMerge", "mergedId", **{"from": made["customer"]["id"], "into": key(pair.web)})

    again = await crm.do("customerCreate", "customer { id } repeated", key="k", **given)

    assert again == {"customer": {"id": key(pair.web)}, "repeated": True}


async def test_merging_again_changes_nothing_and_a_customer_is_merged_once(
    crm: Operations, session: AsyncSession
) -> None:
    pair = await open_pair(session)
    third = factories.customer()
    await factories.save(session, third)
    first = await merge(crm, pair)
    before = await crm.dump()

    again = await merge(crm, pair)
    other = await crm.refused("customerMerge", **{"from": key(pair.web), "into": key(third)})
    same = await crm.refused("customerMerge", **{"from": key(pair.shop.jana), "into": key(pair.web)})

    assert (first["repeated"], again["repeated"], again["customer"]) == (False, True, first["customer"])
    assert other == [("ALREADY_MERGED", "from", None)]
    assert same == [("SAME_CUSTOMER", "into", None)]
    assert await crm.dump() == before


async def test_ids_lead_on_when_the_other_is_merged_too(crm: Operations, session: AsyncSession) -> None:
    pair = await open_pair(session)
    third = factories.customer()
    await factories.save(session, third)
    await merge(crm, pair)

    done = await crm.do(
        "customerMerge", "customer { id } userErrors { code }", **{"from": key(pair.shop.jana), "into": key(third)}
    )
    fourth = factories.customer()
    await factories.save(session, fourth)
    into_old = await crm.do(
        "customerMerge", "customer { id } userErrors { code }", **{"from": key(fourth), "into": key(pair.web)}
    )

    found = await crm.answer("query($id: ID!) { customer(by: {id: $id}) { id } }", id=key(pair.web))
    assert done == into_old == {"customer": {"id": key(third)}, "userErrors": []}
    assert found["customer"] == {"id": key(third)}
    assert (await account_of(crm, pair.web))["active"] == 100


async def test_who_is_gone_or_the_same_is_not_merged(crm: Operations, session: AsyncSession) -> None:
    pair = await open_pair(session)
    await crm.do("customerErase", "erasedId", id=key(pair.web))
    before = await crm.dump()

    gone = await crm.refused("customerMerge", **pair.both)
    into_gone = await crm.refused("customerMerge", **{"from": key(pair.shop.jana), "into": key(pair.web)})
    same = await crm.refused("customerMerge", **{"from": key(pair.shop.jana), "into": key(pair.shop.jana)})

    assert gone == [("NOT_FOUND", "from", None)]
    assert into_gone == [("NOT_FOUND", "into", None)]
    assert same == [("SAME_CUSTOMER", "into", None)]
    assert await crm.dump() == before


async def test_a_dry_run_tells_what_would_follow_and_moves_nothing(crm: Operations, session: AsyncSession) -> None:
    letter = factories.consent()
    pair = await open_pair(session, letter, factories.voucher(), phone=None)
    await factories.save(
        session,
        factories.card(customer=pair.web),
        factories.customer_consent(customer=pair.web, consent=letter),
        factories.customer_consent(customer=pair.shop.jana, consent=letter),
        factories.points(customer=pair.web, amount=Decimal(30)),
    )
    before = await crm.dump()

    shows = "customer { pointAccount { active } } records { kind moved dropped }"
    told = await merge(crm, pair, shows, dry=True)
    same = await crm.dump()
    done = await merge(crm, pair, shows)

    assert same == before
    assert told == done
    assert told["customer"] == {"pointAccount": {"active": "130"}}
    assert told["records"] == [
        {"kind": "Card", "moved": 1, "dropped": 0},
        {"kind": "CustomerConsent", "moved": 0, "dropped": 1},
        {"kind": "PointEntry", "moved": 1, "dropped": 0},
        {"kind": "PointLot", "moved": 1, "dropped": 0},
    ]


@pytest.mark.parametrize("owing", ["from", "into"])
async def test_what_the_one_owes_is_paid_by_what_the_other_has(
    crm: Operations, session: AsyncSession, owing: str
) -> None:
    pair = await open_pair(session, points=0)
    debtor, creditor = (pair.web, pair.shop.jana) if owing == "from" else (pair.shop.jana, pair.web)
    earned = await send(crm, debtor, "A", "100")
    await crm.do("pointsSpend", "userErrors { code }", customer=key(debtor), amount="100")
    await crm.do("purchaseCancel", "userErrors { code }", id=earned)
    lasting = factories.points(customer=creditor, amount=Decimal(50), expires_at=NOW + timedelta(days=9))
    over = factories.points(customer=creditor, amount=Decimal(40), expires_at=NOW - timedelta(days=1))
    await factories.save(session, lasting, over)

    answer = await merge(crm, pair, "pointsRepaid")

    assert answer["pointsRepaid"] == "50"
    assert await account_of(crm, pair.shop.jana) == {"active": 0, "pending": 0, "reserved": 0, "owed": 50}
    await assert_books_balance(session)
    entries = await crm.rows(PointEntry, "kind", "amount", "owed")
    assert entries[-1] == ("REPAY", Decimal(-50), Decimal(-50))


async def test_points_go_back_the_way_they_came_after_the_merge(crm: Operations, session: AsyncSession) -> None:
    pair = await open_pair(session)
    earned = await send(crm, pair.web, "A", "100")
    spent = await send(crm, pair.shop.jana, "B", "10", spendPoints="100")
    await merge(crm, pair)
    after = await account_of(crm, pair.web)

    await crm.do("purchaseCancel", "userErrors { code }", id=spent)
    await crm.do("purchaseCancel", "userErrors { code }", id=earned)

    assert after["active"] == 109
    assert await account_of(crm, pair.web) == {"active": 100, "pending": 0, "reserved": 0, "owed": 0}
    await assert_books_balance(session)


async def open_club(session: AsyncSession) -> tuple[Pair, dict[str, models.Status]]:
    """Silver from 1,000 crowns in twelve months."""
    base = factories.status(code="base", qualification="REGISTRATION", rank=0)
    silver = factories.status(
        code="silver", previous=base, qualification="CONDITION", qualification_months=12, validity="P12M", rank=1
    )
    gold = factories.status(code="gold", previous=silver, qualification="MANUAL", rank=2)
    turnover = factories.status_turnover(status=silver, amount=Decimal(1000))
    pair = await open_pair(session, turnover, gold, points=0)
    for one in (pair.shop.jana, pair.web):
        await factories.save(session, factories.status_record(customer=one, status=base))
    return pair, {"base": base, "silver": silver, "gold": gold}


HELD = "customer { status { status { code } change validTo } statusHistory { totalCount } }"


async def test_the_status_is_what_both_histories_justify(crm: Operations, session: AsyncSession) -> None:
    pair, _ = await open_club(session)
    for number, one in (("A", pair.web), ("B", pair.shop.jana)):
        await send(crm, one, number, "600")

    answer = await merge(crm, pair, HELD)

    assert answer["customer"] == {
        "status": {"status": {"code": "silver"}, "change": "RISEN", "validTo": "2025-05-15T12:00:00+00:00"},
        "statusHistory": {"totalCount": 3},
    }


@pytest.mark.parametrize("holder", ["from", "into"])
async def test_a_status_set_by_hand_holds_whoever_had_it(crm: Operations, session: AsyncSession, holder: str) -> None:
    pair, statuses = await open_club(session)
    await crm.do("customerStatusSet", "userErrors { code }", customer=pair.both[holder], status=key(statuses["gold"]))

    answer = await merge(crm, pair, HELD)

    assert answer["customer"]["status"]["status"] == {"code": "gold"}


async def test_what_was_answered_last_holds_and_what_one_lacks_is_taken_over(
    crm: Operations, session: AsyncSession
) -> None:
    letter, size = factories.consent(), factories.property()
    address = {"address1": "Dlouhá 1", "city": "Praha", "zip": "110 00"}
    pair = await open_pair(session, letter, size, phone=None, email="jana@example.org", photo_url="p.png", **address)
    jana = pair.shop.jana
    await crm.do("customerUpdate", "userErrors { code }", id=key(jana), personalInformation={"email": None})
    later = NOW + timedelta(1)
    await factories.save(
        session,
        factories.customer_consent(customer=jana, consent=letter, value="GIVEN"),
        factories.customer_consent(customer=pair.web, consent=letter, value="WITHDRAWN", changed_at=later),
        factories.property_record(customer=jana, property=size, value="38"),
        factories.property_record(customer=pair.web, property=size, value="39"),
    )

    answer = await merge(
        crm,
        pair,
        "takenOver givenUp customer { personalInformation { email phone photoUrl address { street city zip } }"
        " consents { value changedAt } properties { value } }",
    )
    found = await crm.answer('{ customers(search: "jana@example.org") { nodes { id } } }')

    assert (answer["takenOver"], answer["givenUp"]) == (["photoUrl", "email", "address"], [])
    assert answer["customer"] == {
        "personalInformation": {
            "email": "jana@example.org",
            "phone": jana.phone,
            "photoUrl": "p.png",
            "address": {"street": "Dlouhá 1", "city": "Praha", "zip": "110 00"},
        },
        "consents": [{"value": "WITHDRAWN", "changedAt": later.isoformat()}],
        "properties": [{"value": "38"}],
    }
    assert found["customers"]["nodes"] == [{"id": key(jana)}]
    kept = ("state", "first_name", "email", "email_key", "address1", "photo_url")
    assert (await crm.rows(models.Customer, *kept))[-1 if pair.web.id > jana.id else 0] == ("DELETED", *[None] * 5)


async def test_bills_of_both_at_once_neither_wait_in_a_circle_nor_get_lost(
    crm: Operations, session: AsyncSession
) -> None:
    pair = await open_pair(session, points=0)
    both = (pair.shop.jana, pair.web)
    bills = [send(crm, both[place % 2], f"b-{place}", "10") for place in range(16)]
    transfers = [
        crm.do("pointsTransfer", "userErrors { code }", amount="1", **{"from": key(giver), "to": key(other)})
        for giver, other in (both, both[::-1])
    ]

    sent, merged = await asyncio.gather(
        asyncio.gather(*bills, *transfers), asyncio.gather(merge(crm, pair), merge(crm, pair))
    )

    assert len(sent) == 18
    assert sorted(one["repeated"] for one in merged) == [False, True]
    assert await account_of(crm, pair.web) == {"active": 160, "pending": 0, "reserved": 0, "owed": 0}
    assert {row[0] for row in await crm.rows(models.Purchase, "customer_id")} == {pair.shop.jana.id}
    await assert_books_balance(session)


async def test_two_who_are_merged_into_each_other_at_once_become_one(crm: Operations, session: AsyncSession) -> None:
    pair = await open_pair(session)
    there, back = pair.both, {"from": pair.both["into"], "into": pair.both["from"]}

    told = await asyncio.gather(*(crm.refused("customerMerge", **way) for way in (there, back)))

    assert sorted(told) == [[], [("SAME_CUSTOMER", "into", None)]]
    assert len(await crm.rows(models.CustomerMerge, "id")) == 1
