"""Products offered with a bill that is not closed yet."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from tests import factories
from tests.factories import NOW
from tests.resolvers.purchase.shopping import bill, item
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import Graph

OFFERED = """
query($bill: BillInput!, $customer: CustomerBy, $count: Int! = 5) {
  recommendedProducts(bill: $bill, customer: $customer, count: $count) {
    product { name } basis reason score isOnOffer goesWith { name }
  }
}
"""


class Goods:
    """Products of which some go together, and a bill with some of them."""

    def __init__(self) -> None:
        self.store, self.jana = factories.store(code="shop"), factories.customer()
        self.bread, self.butter, self.jam, self.honey, self.milk, self.wine = (
            factories.product(name=name, code=name.lower())
            for name in ("Bread", "Butter", "Jam", "Honey", "Milk", "Wine")
        )

    async def save(self, session: AsyncSession, *rows: models.Base) -> None:
        """Butter and jam go with bread, honey a little; milk is what everybody buys."""
        near = [
            factories.product_affinity(product=self.bread, other=other, score=score)
            for other, score in ((self.butter, 0.4), (self.jam, 0.3), (self.honey, 0.1))
        ]
        liked = [
            factories.product_popularity(product=product, share=share)
            for product, share in ((self.milk, 0.8), (self.bread, 0.7), (self.wine, 0.2))
        ]
        await factories.save(session, self.store, self.jana, *near, *liked, *rows)

    @property
    def customer(self) -> dict[str, str]:
        return {"id": opaque_id("Customer", self.jana.id)}


def cart(*codes: str) -> dict[str, Any]:
    return bill(*(item("10", bill_item_id=code, codes=[{"code": code}]) for code in codes))


async def offered(crm: Operations, *codes: str, **more: Any) -> list[Any]:
    answer = await crm.answer(OFFERED, bill=cart(*codes), **more)
    return [each["product"]["name"] for each in answer["recommendedProducts"]]


async def test_what_goes_with_the_goods_comes_first_and_then_what_many_buy(
    crm: Operations, session: AsyncSession
) -> None:
    goods = Goods()
    await goods.save(session)

    first, *_, last = (await crm.answer(OFFERED, bill=cart("bread")))["recommendedProducts"]

    assert await offered(crm, "bread") == ["Butter", "Jam", "Honey", "Milk", "Wine"]
    assert await offered(crm, "bread", "butter", count=2) == ["Jam", "Honey"]
    assert await offered(crm, "unknown") == ["Milk", "Bread", "Wine"]
    assert first == {
        "product": {"name": "Butter"},
        "basis": "BOUGHT_TOGETHER",
        "reason": "Goes with Bread.",
        "score": "0.4000",
        "isOnOffer": False,
        "goesWith": {"name": "Bread"},
    }
    assert (last["basis"], last["reason"]) == ("POPULAR", "Popular with our customers.")


async def test_what_the_customer_may_want_comes_in_between_and_what_they_dismissed_does_not(
    crm: Operations, session: AsyncSession
) -> None:
    goods = Goods()
    tea = factories.product(name="Tea")
    own = factories.recommendation(
        name="Tea", product=tea, customer=goods.jana, basis="BOUGHT_AGAIN", reason="Bought twice."
    )
    dismissed = factories.recommendation_response(
        recommendation=factories.recommendation(product=goods.butter, audience="ALL"),
        customer=goods.jana,
        product=goods.butter,
        dismissed_at=NOW,
    )
    await goods.save(session, own, dismissed)

    answer = await crm.answer(OFFERED, bill=cart("bread"), customer=goods.customer)

    assert [(each["product"]["name"], each["reason"]) for each in answer["recommendedProducts"]] == [
        ("Jam", "Goes with Bread."),
        ("Honey", "Goes with Bread."),
        ("Tea", "Bought twice."),
        ("Milk", "Popular with our customers."),
        ("Wine", "Popular with our customers."),
    ]


async def test_what_is_on_offer_in_the_bill_s_store_moves_up_among_its_like(
    crm: Operations, session: AsyncSession
) -> None:
    goods, day = Goods(), timedelta(days=1)
    offers = [
        factories.campaign_product(product=product, stores=[store], valid_from=NOW - day, valid_to=NOW + day)
        for product, store in ((goods.honey, goods.store), (goods.jam, factories.store()), (goods.wine, goods.store))
    ]
    await goods.save(session, *offers)

    assert await offered(crm, "bread") == ["Honey", "Butter", "Jam", "Wine", "Milk"]


async def test_what_is_blocked_or_of_a_group_that_is_full_is_left_out(crm: Operations, session: AsyncSession) -> None:
    goods, spreads = Goods(), factories.product_group(name="Spreads")
    for product in (goods.butter, goods.jam, goods.honey):
        product.group = spreads
    await factories.save(session, spreads)
    await goods.save(
        session,
        factories.recommendation_model(per_group=1),
        factories.recommendation_block(product=goods.milk),
    )

    assert await offered(crm, "bread") == ["Butter", "Wine"]


async def test_a_long_bill_takes_as_many_statements_as_a_short_one(crm: Operations, session: AsyncSession) -> None:
    goods = Goods()
    await goods.save(session, *(factories.product(code=f"c-{place}", name="Thing") for place in range(50)))
    graph = Graph(crm.reader)

    short = await graph.ask(OFFERED, bill=cart("bread"))
    long = await graph.ask(OFFERED, bill=cart("bread", *(f"c-{place}" for place in range(50))))

    assert [each["product"]["name"] for each in long.data["recommendedProducts"]] == [
        each["product"]["name"] for each in short.data["recommendedProducts"]
    ]
    assert (short.statements, long.statements) == (6, 6)
