"""What is sold and where: products, stores, campaigns with their offers, and what can be reserved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests import factories
from tests.resolvers.every_mutation import Step
from tests.resolvers.states.benefits import upsert_reward
from tests.resolvers.states.people import PREVIEW, reserve
from tests.resolvers.states.scene import Entity, Scene, asks, bill, item, lists, step

OFFERS = """
query($by: CustomerBy!) {
  customer(by: $by) { campaignProducts(first: 50) { nodes { id product { id } campaign { id } } } }
}
"""
EVA = {"id": "$eva"}


def sold(**more: Any) -> dict[str, Any]:
    line = {"billItemId": "1", "quantity": "1", "price": "100", "product": {"id": "$product_of"}}
    return bill(line, external_id="new", **more)


def cheaper(preview: Any) -> bool | str:
    """Whether the offer takes ten off the hundred that the product costs."""
    return str(preview["toPay"]["amount"]) == "90.00" or "full price"


OFFERED = asks(PREVIEW, cheaper, bill=sold(campaignPrices=True), customer=EVA)


def offers(product: str, campaign: str) -> Step:
    return step(
        "campaignProductUpsert",
        "campaignProduct",
        source="erp",
        externalId="offer",
        product={"id": product},
        campaign={"id": campaign},
        valueKind="PERCENT",
        value="10",
        validFrom="2024-05-01T00:00:00Z",
        validTo="2024-06-01T00:00:00Z",
    )


def reservable(product: str, store: str = "shop") -> Step:
    what = [{"store": {"id": store}, "stock": "1", "price": "10"}]
    return step("reservableProductUpsert", product={"id": product}, offers=what)


async def product(scene: Scene, state: str) -> dict[str, str]:
    """With an offer of a campaign, and reservable."""
    it = factories.product(state=state, code=f"p-{state}", external_id=f"p-{state}")
    able = factories.reservable_product(product=it)
    offer = factories.reservable_offer(reservable_product=able, store_id=1, price=Decimal(1))
    price = factories.product_price(product=it, currency_code="CZK", amount=Decimal(100))
    more = factories.campaign_product(product=it, value=Decimal(10))
    ids = await scene.keep(it=it, able=able, stock=offer, price=price, offer=more)
    return ids | {"product_of": ids["it"], "external": f"p-{state}"}


PRODUCT = Entity(
    ("ACTIVE", "INACTIVE"),
    product,
    {
        "`products`": lists("it", "{ products(first: 50) { nodes { id } } }"),
        "`productUpsert`": step("productUpsert", source="erp", externalId="$external", name="Other"),
        "`productDeactivate`": step("productDeactivate", id="$it"),
        "`productReactivate`": step("productReactivate", id="$it"),
        "`purchasePreview` of it": asks(PREVIEW, bill=sold(), customer=EVA),
        "`purchaseSend` of it": step("purchaseSend", bill=sold(), customer=EVA),
        "`customer.campaignProducts` of it": lists("it", OFFERS, by=EVA),
        "`purchasePreview` at campaign prices": OFFERED,
        "`campaignProductUpsert` of it": offers("$it", "$campaign"),
        "`reservableProductUpsert` of it": reservable("$it", "$shop"),
        "`productReservationCreate` of it": reserve("$eva", "$able"),
        "`rewardUpsert` for it": upsert_reward(conditions=[{"relatedTo": "PRODUCT", "products": [{"id": "$it"}]}]),
        "`recommendationUpsert` of it": step(
            "recommendationUpsert",
            source="erp",
            externalId="n",
            name="N",
            kind="PRODUCT",
            audience="ALL",
            product={"id": "$it"},
        ),
        "`recommendationBlock` of it": step("recommendationBlock", product={"id": "$it"}),
    },
)


async def brand(scene: Scene, state: str) -> dict[str, str]:
    it = factories.product_brand(state=state, external_id=f"b-{state}")
    return await scene.keep(it=it) | {"external": f"b-{state}"}


BRAND = Entity(
    ("ACTIVE", "INACTIVE"),
    brand,
    {
        "`productBrandUpsert`": step("productBrandUpsert", source="erp", externalId="$external", name="Other"),
        "`productBrandDeactivate`": step("productBrandDeactivate", id="$it"),
        "`productBrandReactivate`": step("productBrandReactivate", id="$it"),
        "`productUpsert` under it": step("productUpsert", source="erp", externalId="butter", brand={"id": "$it"}),
    },
)


async def group(scene: Scene, state: str) -> dict[str, str]:
    it = factories.product_group(state=state, external_id=f"g-{state}")
    return await scene.keep(it=it) | {"external": f"g-{state}"}


GROUP = Entity(
    ("ACTIVE", "INACTIVE"),
    group,
    {
        "`productGroupUpsert`": step("productGroupUpsert", source="erp", externalId="$external", name="Other"),
        "`productGroupDeactivate`": step("productGroupDeactivate", id="$it"),
        "`productGroupReactivate`": step("productGroupReactivate", id="$it"),
        "`productUpsert` in it": step("productUpsert", source="erp", externalId="butter", group={"id": "$it"}),
    },
)


async def store(scene: Scene, state: str) -> dict[str, str]:
    it = factories.store(state=state, code=f"s-{state}", external_id=f"s-{state}")
    able = factories.reservable_product()
    stock = factories.reservable_offer(reservable_product=able, store=it, stock=Decimal(2))
    more = {"voucher": factories.voucher(), "card": factories.card()}
    return await scene.keep(it=it, able=able, stock=stock, **more) | {"external": f"s-{state}"}


HERE = bill(external_id="new", store={"id": "$it"})
STORE = Entity(
    ("ACTIVE", "INACTIVE"),
    store,
    {
        "`storeUpsert`": step("storeUpsert", source="erp", externalId="$external", name="Other"),
        "`storeDeactivate`": step("storeDeactivate", id="$it"),
        "`storeReactivate`": step("storeReactivate", id="$it"),
        "`purchasePreview`": asks(PREVIEW, bill=HERE, customer=EVA),
        "`purchaseSend`": step("purchaseSend", bill=HERE, customer=EVA),
        "`purchasesImport`": step("purchasesImport", bills=[{"bill": HERE, "customer": EVA}]),
        "`customerCreate` of it": step("customerCreate", store="$it", personalInformation={"firstName": "Iva"}),
        "`cardAssign` in it": step("cardAssign", customer="$eva", id="$card", store="$it"),
        "`pointsAssign` in it": step("pointsAssign", customer="$eva", amount="1", store="$it"),
        "`voucherIssue` in it": step("voucherIssue", customer="$eva", reward="$reward", store="$it"),
        "`voucherRedeem` in it": step("voucherRedeem", id="$voucher", store="$it"),
        "`productReservationCreate` in it": reserve("$eva", "$able", "$it"),
        "`reservableStockSet` in it": step("reservableStockSet", reservableProduct="$able", store="$it", stock="3"),
        "`reservableStockAdjust` in it": step("reservableStockAdjust", reservableProduct="$able", store="$it", by="1"),
        "`reservableOfferDelete` in it": step("reservableOfferDelete", reservableProduct="$able", store="$it"),
    },
)


async def campaign(scene: Scene, state: str) -> dict[str, str]:
    """With an offer."""
    it = factories.campaign(state=state, external_id=f"c-{state}")
    goods = factories.product(code=f"p-{state}", external_id=f"p-{state}")
    price = factories.product_price(product=goods, currency_code="CZK", amount=Decimal(100))
    offer = factories.campaign_product(campaign=it, product=goods, value=Decimal(10))
    return await scene.keep(it=it, product_of=goods, price=price, offer=offer) | {"external": f"c-{state}"}


CAMPAIGN = Entity(
    ("ACTIVE", "INACTIVE", "DELETED"),
    campaign,
    {
        "`campaigns`": lists("it", "{ campaigns(first: 50) { nodes { id } } }"),
        "`campaignUpsert` by id": step("campaignUpsert", id="$it", name="Other"),
        "`campaignUpsert` by external id": step("campaignUpsert", source="erp", externalId="$external", name="Other"),
        "`campaignDeactivate`": step("campaignDeactivate", id="$it"),
        "`campaignReactivate`": step("campaignReactivate", id="$it"),
        "`campaignDelete`": step("campaignDelete", id="$it"),
        "`campaignProductUpsert` under it": offers("$product", "$it"),
        "`customer.campaignProducts` of it": lists("offer", OFFERS, by=EVA),
        "`purchasePreview` at its prices": OFFERED,
        "`rewardUpsert` of it": upsert_reward(campaign={"id": "$it"}),
    },
)


async def offer(scene: Scene, state: str) -> dict[str, str]:
    goods = factories.product(code=f"p-{state}", external_id=f"p-{state}")
    price = factories.product_price(product=goods, currency_code="CZK", amount=Decimal(100))
    it = factories.campaign_product(product=goods, state=state, value=Decimal(10), external_id=f"o-{state}")
    return await scene.keep(it=it, product_of=goods, price=price) | {"external": f"o-{state}"}


OFFER = Entity(
    ("ACTIVE", "INACTIVE", "DELETED"),
    offer,
    {
        "`campaignProducts`": lists("it", "{ campaignProducts(first: 50) { nodes { id } } }"),
        "`campaignProductUpsert` by id": step("campaignProductUpsert", id="$it", value="20"),
        "`campaignProductUpsert` by external id": step(
            "campaignProductUpsert", source="erp", externalId="$external", value="20"
        ),
        "`campaignProductDeactivate`": step("campaignProductDeactivate", id="$it"),
        "`campaignProductReactivate`": step("campaignProductReactivate", id="$it"),
        "`campaignProductDelete`": step("campaignProductDelete", id="$it"),
        "`customer.campaignProducts`": lists("it", OFFERS, by=EVA),
        "`purchasePreview` at its price": OFFERED,
    },
)


async def reservable_product(scene: Scene, state: str) -> dict[str, str]:
    goods = factories.product(code=f"p-{state}", external_id=f"p-{state}")
    it = factories.reservable_product(product=goods, state=state)
    stock = factories.reservable_offer(reservable_product=it, store_id=1, stock=Decimal(2))
    return await scene.keep(it=it, goods=goods, stock=stock)


RESERVABLE = Entity(
    ("ACTIVE", "DELETED"),
    reservable_product,
    {
        "`reservableProducts`": lists("it", "{ reservableProducts(first: 50) { nodes { id } } }"),
        "`reservableProductUpsert` of its product": reservable("$goods", "$shop"),
        "`reservableProductDelete`": step("reservableProductDelete", id="$it"),
        "`reservableStockSet`": step("reservableStockSet", reservableProduct="$it", store="$shop", stock="3"),
        "`reservableStockAdjust`": step("reservableStockAdjust", reservableProduct="$it", store="$shop", by="1"),
        "`reservableOfferDelete`": step("reservableOfferDelete", reservableProduct="$it", store="$shop"),
        "`productReservationCreate` of it": reserve("$eva", "$it"),
    },
)

GOODS: dict[str, Entity] = {
    "Product": PRODUCT,
    "Product brand": BRAND,
    "Product group": GROUP,
    "Store": STORE,
    "Campaign": CAMPAIGN,
    "Campaign product": OFFER,
    "Reservable product": RESERVABLE,
}
__all__ = ["GOODS", "item"]
