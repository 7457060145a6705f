"""Products to offer with a bill that is not closed yet. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.rules.error_codes import ErrorCode
from resolvers.customer.find import find_customer
from resolvers.errors import Refused
from resolvers.purchase.bill import read_bill
from resolvers.recommendation.for_bill import ProductForBill, products_for_bill
from resolvers.storage.context import RequestContext

MOST = 50


async def recommended_products(context: RequestContext, given: Mapping[str, Any]) -> list[ProductForBill]:
    """What goes with a bill or a shopping cart, with or without a customer."""
    count = given["count"]
    if not 1 <= count <= MOST:
        raise Refused(ErrorCode.OUT_OF_RANGE, f"This must be a number from 1 to {MOST}.", "count")
    bill = await read_bill(context, given["bill"])
    customer = await find_customer(context, given["customer"], "customer") if given.get("customer") else None
    goods = {item.line.product_id for item in bill.items if item.line.product_id is not None}
    return await products_for_bill(context, goods, bill.rules.store_id, customer.id if customer else None, count)
