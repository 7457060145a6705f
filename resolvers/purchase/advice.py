"""Products to offer with a bill that is not closed yet. Nothing is stored."""

from __future__ import annotations

from resolvers.purchase.bill import read_bill, recognised
from resolvers.purchase.inputs import ProductsRequest
from resolvers.recommendation.for_bill import ProductForBill, products_for_bill
from resolvers.storage.context import RequestContext


async def recommended_products(context: RequestContext, given: ProductsRequest) -> list[ProductForBill]:
    """What goes with a bill or a shopping cart, with or without a customer."""
    bill = await read_bill(context, given.bill, given.customer)
    customer = await recognised(context, given.customer, given.bill.card_number)
    goods = {item.line.product_id for item in bill.items if item.line.product_id is not None}
    key = customer.id if customer else None
    return await products_for_bill(context, goods, bill.rules.store_id, key, given.count)
