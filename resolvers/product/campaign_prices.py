"""What products cost a customer at a store: by the list, or less under the offers of campaigns."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import BigInteger, Select, exists, or_, select
from sqlalchemy.orm import aliased

from models import (
    CampaignProduct,
    CampaignProductSegment,
    CampaignProductStore,
    CampaignValueKind,
    ProductPrice,
    SegmentMember,
)
from models.rules.money import half_up, unit_of
from models.types import text
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.query.expressions import OFFER_VALID, word
from resolvers.storage.context import RequestContext
from resolvers.storage.statement import parameter

HUNDRED = Decimal(100)
LISTED = CompiledQuery(
    lambda backend: select(ProductPrice.product_id, ProductPrice.amount).where(
        among(ProductPrice.product_id, "keys", backend), ProductPrice.currency_code == parameter("currency", text())
    )
)


def _offers(backend: str) -> Select[int, CampaignValueKind, Decimal]:
    """The offers that hold now, here and for this customer, in this currency or as a percentage."""
    offer, here, anywhere = CampaignProduct, aliased(CampaignProductStore), aliased(CampaignProductStore)
    mine, anyone = aliased(CampaignProductSegment), aliased(CampaignProductSegment)
    segments = select(SegmentMember.segment_id).where(SegmentMember.customer_id == parameter("customer", BigInteger()))
    of_store = exists().where(here.campaign_product_id == offer.id, here.store_id == parameter("store", BigInteger()))
    of_customer = exists().where(mine.campaign_product_id == offer.id, mine.segment_id.in_(segments))
    return select(offer.product_id, offer.value_kind, offer.value).where(
        among(offer.product_id, "keys", backend),
        OFFER_VALID.sql(offer),
        or_(of_store, ~exists().where(anywhere.campaign_product_id == offer.id)),
        or_(of_customer, ~exists().where(anyone.campaign_product_id == offer.id)),
        or_(
            offer.value_kind != word(CampaignValueKind.FINAL_PRICE),
            offer.currency_code == parameter("currency", text()),
        ),
    )


OFFERS = CompiledQuery(_offers)


class Prices:
    """The prices of some products, once they are read."""

    def __init__(self, currency: str) -> None:
        self.unit = unit_of(currency)
        self.listed: dict[int, Decimal] = {}
        self.offers: dict[int, list[tuple[CampaignValueKind, Decimal]]] = {}

    def of(self, product_id: int | None, asked: Decimal | None) -> Decimal | None:
        """The price of a unit: what is asked for it, or its price by the list, or less by the best offer."""
        if product_id is None:
            return asked
        regular = self.listed.get(product_id) if asked is None else asked
        found = [] if regular is None else [regular]
        for kind, value in self.offers.get(product_id, ()):
            if kind is CampaignValueKind.FINAL_PRICE:
                found.append(value)
            elif regular is not None:
                found.append(half_up(regular * (HUNDRED - value) / HUNDRED, self.unit))
        return min(found, default=None)


async def read_prices(
    context: RequestContext, products: Collection[int], currency: str, store_id: int, customer_id: int | None
) -> Prices:
    """What products cost at a store, for a customer or an unknown one."""
    prices = Prices(currency)
    if not products:
        return prices
    keys = sorted(products)
    prices.listed = dict(await LISTED.read(context, keys=keys, currency=currency))
    about = {"currency": currency, "store": store_id, "customer": customer_id or 0}
    for product, kind, value in await OFFERS.read(context, keys=keys, **about):
        prices.offers.setdefault(product, []).append((kind, value))
    return prices
