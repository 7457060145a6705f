"""Finding customers by what people say and show: numbers with and without prefixes, spaces and hyphens."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.errors import Refused
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import Shop, bill, open_shop
from tests.resolvers.running_operations import Operations

BY = "query($by: CustomerBy!) { customer(by: $by) { personalInformation { firstName } } }"
FOUND = "query($words: String!) { customers(search: $words) { nodes { personalInformation { firstName } } } }"
PREVIEW = """query($customer: CustomerBy, $bill: BillInput!) {
  purchasePreview(customer: $customer, bill: $bill) { pointsAfter }
}"""


async def by(crm: Operations, **key: Any) -> str | None:
    """The first name of the customer whom a key finds."""
    found = (await crm.answer(BY, by=key))["customer"]
    return found and str(found["personalInformation"]["firstName"])


async def by_search(crm: Operations, words: str) -> list[str]:
    found = (await crm.answer(FOUND, words=words))["customers"]["nodes"]
    return [str(one["personalInformation"]["firstName"]) for one in found]


async def add(crm: Operations, name: str, **person: Any) -> str:
    made = await crm.do(
        "customerCreate", "customer { id } userErrors { code }", personalInformation={"firstName": name, **person}
    )
    assert made["userErrors"] == []
    return str(made["customer"]["id"])


async def test_a_phone_number_is_found_with_and_without_its_countrys_prefix(crm: Operations) -> None:
    await add(crm, "Jane", phone="(513) 555-0100", address={"country": "US"})
    await add(crm, "Emma", phone="+44 20 7946 0018")

    written = ("+1 513 555 0100", "001 513-555-0100", "15135550100", "5135550100", "(513) 555-0100")
    assert [await by(crm, phone=one) for one in written] == ["Jane"] * 5
    assert [await by_search(crm, one) for one in ("5135550100", "15135550100", "513 555 0100")] == [["Jane"]] * 3
    assert [await by(crm, phone=one) for one in ("020 7946 0018", "2079460018")] == ["Emma"] * 2
    assert [await by_search(crm, one) for one in ("02079460018", "2079460018")] == [["Emma"]] * 2
    assert [await by(crm, phone=one) for one in ("5135550101", "135550100", "+442079460019")] == [None] * 3


async def test_a_number_that_customers_of_two_countries_have_is_found_with_its_prefix_only(crm: Operations) -> None:
    await add(crm, "Eva", phone="+420 601 234 567")
    await add(crm, "Iza", phone="+48 601 234 567")

    assert await by(crm, phone="601234567") is None
    assert [await by(crm, phone=one) for one in ("+420601234567", "48601234567")] == ["Eva", "Iza"]


async def test_of_several_countries_with_a_number_the_programmes_is_meant(
    crm: Operations, session: AsyncSession
) -> None:
    await open_shop(session)
    await add(crm, "Eva", phone="+420 601 234 567")
    await add(crm, "Iza", phone="+48 601 234 567")
    await crm.do("programmeUpsert", "programme { code }", code="club", name="Club", country="pl")
    crm.now = NOW.replace(year=2025)

    at_home = await by(crm, phone="601 234 567")
    filtered = await crm.answer(
        'query { customers(where: { phone: { eq: "601234567" } }) { nodes { personalInformation { firstName } } } }'
    )
    sent = await crm.do(
        "purchaseSend",
        "purchase { customer { personalInformation { firstName } } } userErrors { code }",
        customer={"phone": "601234567"},
        bill=bill(),
    )
    await crm.do("programmeUpsert", "programme { code }", code="club", country="de")

    assert at_home == "Iza"
    assert filtered == {"customers": {"nodes": [{"personalInformation": {"firstName": "Iza"}}]}}
    assert sent["purchase"]["customer"] == {"personalInformation": {"firstName": "Iza"}}
    assert await by(crm, phone="601 234 567") is None
    assert [await by(crm, phone=one) for one in ("+420601234567", "48601234567")] == ["Eva", "Iza"]


async def test_a_number_without_a_prefix_is_meant_in_the_programmes_country(crm: Operations) -> None:
    refused = await crm.refused("customerCreate", personalInformation={"phone": "601 234 567"})
    await crm.do("programmeUpsert", "programme { country { code } }", code="club", name="Club", country="cz")
    crm.now = NOW.replace(year=2025)

    made = await crm.do(
        "customerCreate",
        "customer { personalInformation { phone } }",
        personalInformation={"phone": "601 234 567"},
    )
    abroad = await crm.do(
        "customerCreate",
        "customer { personalInformation { phone } }",
        personalInformation={"phone": "601 234 567", "address": {"country": "PL"}},
    )

    assert refused == [("BAD_PHONE", "personalInformation.phone", None)]
    assert made["customer"]["personalInformation"] == {"phone": "+420601234567"}
    assert abroad["customer"]["personalInformation"] == {"phone": "+48601234567"}


async def test_an_erased_customers_number_leads_to_nobody(crm: Operations) -> None:
    jane = await add(crm, "Jane", phone="+1 513 555 0100")
    await crm.do("customerErase", "erasedId", id=jane)

    await add(crm, "Joan", phone="+1 513 555 0100")

    assert [await by(crm, phone=one) for one in ("5135550100", "+15135550100")] == ["Joan", "Joan"]


SPELLINGS = ("99123456", "9912 3456", "9912-3456", " 99 12\u201334\u00a056 ")


@pytest.mark.parametrize("number", SPELLINGS)
async def test_a_card_is_found_however_its_number_is_spaced(
    crm: Operations, session: AsyncSession, number: str
) -> None:
    kind = factories.card_type(prefix="99", number_length=8)
    shop = await open_shop(session, kind)
    given = {"cardType": opaque_id("CardType", kind.id), "number": number}
    made = await crm.do("cardCreate", "card { number } userErrors { code }", **given)
    await crm.do("cardAssign", "userErrors { code }", customer=shop.customer["id"], number=number)

    found = await crm.answer(
        "query($n: String!) { card(by: {number: $n}) { number } customer(by: {cardNumber: $n}) { id }"
        " cards(where: {number: {eq: $n}}) { totalCount } export: customerExport(by: {cardNumber: $n}) }",
        n=number,
    )
    till = await crm.answer(PREVIEW, customer={"cardNumber": number}, bill=bill())
    sent = await crm.do("purchaseSend", "purchase { cardNumber customer { id } }", bill=bill(cardNumber=number))

    assert made == {"card": {"number": "99123456"}, "userErrors": []}
    assert (found["card"], found["customer"]) == ({"number": "99123456"}, shop.customer)
    assert (found["cards"], found["export"] is None) == ({"totalCount": 1}, False)
    assert await by_search(crm, number) == ["Jana"]
    assert till == {"purchasePreview": {"pointsAfter": "200"}}
    assert sent["purchase"] == {"cardNumber": "99123456", "customer": shop.customer}


async def with_cards(session: AsyncSession) -> Shop:
    """A shop whose customer has a blocked card, and another customer with a good one."""
    eva = factories.customer(first_name="Eva")
    shop = await open_shop(session, factories.card(customer=eva, number="9911"))
    await factories.save(session, factories.card(customer=shop.jana, number="9922", state="BLOCKED"))
    return shop


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("99 11", ("WRONG_CUSTOMER", "bill.cardNumber", None)),
        ("99-22", ("CARD_BLOCKED", "bill.cardNumber", None)),
    ],
)
async def test_anothers_card_and_a_blocked_one_are_refused_on_a_customers_bill(
    crm: Operations, session: AsyncSession, number: str, told: tuple[str, str, None]
) -> None:
    shop = await with_cards(session)
    shown = bill(cardNumber=number)
    asked = {"customer": shop.customer, "bill": shown}
    names = ("purchasePreview", "recommendedRewards", "recommendedProducts")

    sent = await crm.refused("purchaseSend", **asked)
    offline = await crm.do(
        "purchasesImport", "imported refused { code }", bills=[{**asked, "bill": shown | {"paidAt": NOW.isoformat()}}]
    )
    read = []
    for name in names:
        shows = "toPay { amount }" if name == "purchasePreview" else "__typename"
        with pytest.raises(AssertionError) as error:
            await crm.answer(
                "query($customer: CustomerBy!, $bill: BillInput!)"
                f" {{ {name}(customer: $customer, bill: $bill) {{ {shows} }} }}",
                **asked,
            )
        assert isinstance(error.value.__cause__, Refused)
        read.append(error.value.__cause__.code)

    assert sent == [told]
    assert offline == {"imported": 0, "refused": [{"code": told[0]}]}
    assert read == [told[0]] * 3
    assert await crm.rows(models.Purchase, "id") == []


async def test_a_card_alone_tells_whose_bill_is_previewed(crm: Operations, session: AsyncSession) -> None:
    shop = await open_shop(session)
    await factories.save(session, factories.card(customer=shop.jana, number="9911"))

    told = await crm.answer(PREVIEW, bill=bill(cardNumber="99 11"))

    assert Decimal(told["purchasePreview"]["pointsAfter"]) == 200
