"""Bills as tills send them: checked before any rule looks at them, their goods and store found."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, select

from models import State, Store
from models.rules import basket
from models.rules.bill_checks import bill_refusals
from models.rules.error_codes import ErrorCode
from models.rules.money import half_up, unit_of
from models.rules.till_discounts import TillDiscount, TillDiscountKind, in_order, off, without
from models.types import text
from resolvers.customer.find import Found, Sought, find_customer, found_customer, sought
from resolvers.errors import Refused
from resolvers.operation import validation
from resolvers.operation.checks import By
from resolvers.operation.refusal import accepted, refuse
from resolvers.operation.structs import camel
from resolvers.product.campaign_prices import Prices, read_prices
from resolvers.purchase.goods import NAMED, TYPES, goods_of, names_of, types_of
from resolvers.purchase.inputs import LINE_AMOUNT, BillInput, BillItemInput, TillDiscountInput
from resolvers.query.compiled_query import CompiledQuery, Together
from resolvers.query.compiled_query import Found as Rows
from resolvers.query.expressions import word
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from resolvers.storage.statement import parameter

CLOCKS_DIFFER = timedelta(days=1)
"""How far ahead of ours a till's clock may be."""

STORE_COLUMNS = (Store.id, Store.time_zone)
SOUGHT = parameter("sought", text())
STORES = {
    "id": CompiledQuery(
        lambda _: select(*STORE_COLUMNS).where(Store.id == parameter("sought", BigInteger()), _known())
    ),
    "code": CompiledQuery(lambda _: select(*STORE_COLUMNS).where(Store.code == SOUGHT, _known())),
    "external_id": CompiledQuery(
        lambda _: select(*STORE_COLUMNS).where(
            Store.source == parameter("source", text()), Store.external_id == SOUGHT, _known()
        )
    ),
}

NAMED_ON_BILLS = {key: Together(store=store, goods=NAMED, types=TYPES) for key, store in STORES.items()}


def _known() -> ColumnElement[bool]:
    return Store.state != word(State.DELETED)


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it is kept: what rules see of it, and what the bill prints."""

    line: basket.Line
    product_name: str | None
    type_id: int | None
    vat_rate: Decimal | None
    retail_discount: Decimal
    coupon_discount: Decimal = Decimal(0)
    discounts: Sequence[TillDiscount] = ()
    """What the till took off it by itself, but for its share of what came off the whole bill."""
    category_code: str | None = None

    @property
    def till_discount(self) -> Decimal:
        """What the till itself took off: price cuts, discounts and coupons."""
        return self.retail_discount + self.coupon_discount


@dataclass(frozen=True, slots=True)
class TillBill:
    """A bill in order: what rules see of it, and what else is kept."""

    rules: basket.Bill
    items: Sequence[Item]
    given: BillInput
    """What the till sent, for what no rule looks at."""
    paid_at: datetime
    total: Decimal
    discounts: Sequence[TillDiscount] = ()
    """What the till took off the whole bill by itself; the lines have their shares in it."""

    @property
    def external_id(self) -> str:
        """The bill's id at the till."""
        return self.given.external_id


async def read_bill(context: RequestContext, given: BillInput, customer: By | None = None) -> TillBill:
    """A bill whose every fault was looked for; the first is told, and the rest behind it.

    Whose bill it is decides only about the prices of campaigns, where they are asked for.
    """
    # A long bill has just been read: a turn for others.
    await asyncio.sleep(0)
    if given.campaign_prices:
        given = await _priced(context, given, customer)
    paid_at = given.paid_at or context.now
    if paid_at > context.now + CLOCKS_DIFFER:
        raise Refused(ErrorCode.IN_FUTURE, "The bill is paid in the future.", "bill.paidAt")
    lines, of_lines = _lines(given)
    of_bill = _discounts(given.discounts, given.currency, "bill.discounts")
    lines = _shared(lines, of_bill, given.currency)
    refuse(bill_refusals(_bill(given, lines, 0, "UTC")), "bill.items")
    (store_id, zone), found = await _look_up(context, given)
    goods, types = goods_of(given.items, found["goods"]), types_of(given.items, found["types"])
    known = [
        line if one is None else _with(line, one.product_id, one.group_ids, one.brand_id)
        for line, one in zip(lines, goods, strict=True)
    ]
    items = [
        _item(item, line, its, types, unit_of(given.currency))
        for item, line, its in zip(given.items, known, of_lines, strict=True)
    ]
    total = sum((line.paid for line in known), Decimal(0))
    return TillBill(_bill(given, known, store_id, zone), items, given, paid_at, total, of_bill)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A customer who was looked up by what a bill names them by, before anybody says what is made of it."""

    asked: Sought
    rows: Sequence[Row]


async def recognised(
    context: RequestContext,
    customer: By | None,
    card_number: str | None,
    at: datetime | None = None,
    known: LookedUp | None = None,
) -> Found | None:
    """The customer whose bill it is: named outright, or by the card that it shows; a card of another is refused.

    With a moment, they are recognised as they were then. Who is looked up already isn't looked up again.
    """

    async def find(by: By, field: str) -> Found:
        if known is not None and known.asked == sought(by, field):
            return await found_customer(context, known.asked, known.rows, at)
        return await find_customer(context, by, field, at)

    holder: Found | None = None
    if card_number is not None:
        try:
            holder = await find(By("card_number", card_number), "bill")
        except Refused as refused:
            # A card without a holder says nothing about a customer who is named outright.
            if customer is None or refused.code is not ErrorCode.UNKNOWN_CARD:
                raise
    if customer is None:
        return holder
    named = await find(customer, "customer")
    if holder is not None and holder.id != named.id:
        raise Refused(ErrorCode.WRONG_CUSTOMER, "The card is another customer's.", "bill.cardNumber")
    return named


async def _priced(context: RequestContext, given: BillInput, customer: By | None) -> BillInput:
    """A bill with the prices of the list and of campaigns on its lines, but where the till says what is to pay."""
    found = await recognised(context, customer, given.card_number)
    (store_id, _), named = await _look_up(context, given)
    keys = [None if one is None else one.product_id for one in goods_of(given.items, named["goods"])]
    known = {key for key in keys if key is not None}
    prices = await read_prices(context, known, given.currency, store_id, found.id if found else None)
    items = [
        item if item.paid is not None else _at_price(item, prices, key)
        for item, key in zip(given.items, keys, strict=True)
    ]
    return given.replaced(items=tuple(items))


def _at_price(item: BillItemInput, prices: Prices, product_id: int | None) -> BillItemInput:
    price = prices.of(product_id, item.price)
    if price is None or product_id is None:
        return item
    listed = prices.listed.get(product_id, price) if item.price is None else item.price
    off_it = sum((one.amount for one in item.discounts or ()), Decimal(0))
    return item.replaced(price=listed, paid=half_up(price * item.quantity, prices.unit) - off_it)


def _lines(given: BillInput) -> tuple[list[basket.Line], list[Sequence[TillDiscount]]]:
    """The lines, and what the till took off each of them."""
    unit, lines, discounts = unit_of(given.currency), list[basket.Line](), list[Sequence[TillDiscount]]()
    for place, item in enumerate(given.items):
        field = f"bill.items[{place}]"
        its = _discounts(item.discounts, given.currency, f"{field}.discounts")
        lines.append(_line(item, its, field, unit))
        discounts.append(its)
    return lines, discounts


def _discounts(given: Sequence[TillDiscountInput] | None, currency: str, field: str) -> Sequence[TillDiscount]:
    """What the till took off, in amounts that the currency has."""
    if not given:
        return ()
    found = [TillDiscount(one.kind, one.amount, one.code, one.description) for one in given]
    refuse(in_order(found, currency), field)
    return found


def _shared(lines: list[basket.Line], discounts: Sequence[TillDiscount], currency: str) -> list[basket.Line]:
    """The lines less their shares in what was taken off the whole bill."""
    return accepted(without(lines, discounts, currency), "bill.discounts") if discounts else lines


def _line(item: BillItemInput, discounts: Sequence[TillDiscount], field: str, unit: Decimal) -> basket.Line:
    """Numbers that can be kept; whether they make sense on a bill is for the rules."""
    paid = item.paid
    if paid is None:
        if item.price is None:
            raise Refused(
                ErrorCode.REQUIRED, "Give what was paid for the line, or the price of a unit.", f"{field}.paid"
            )
        whole = half_up(item.price * item.quantity, unit) - off(discounts)
        paid = validation.exact(LINE_AMOUNT, whole, f"{field}.price", lowest=None)
    return basket.Line(item.bill_item_id, item.quantity, paid, loyalty_off=item.loyalty_off, is_reduced=bool(discounts))


def _with(line: basket.Line, product_id: int, groups: frozenset[int], brand_id: int | None) -> basket.Line:
    return basket.Line(
        line.id, line.quantity, line.paid, product_id, groups, brand_id, line.loyalty_off, line.is_reduced
    )


def _bill(given: BillInput, lines: Sequence[basket.Line], store_id: int, zone: str) -> basket.Bill:
    return basket.Bill(given.currency, store_id, tuple(lines), zone, given.external_id, given.total)


def _item(
    given: BillItemInput,
    line: basket.Line,
    discounts: Sequence[TillDiscount],
    types: Mapping[str, int],
    unit: Decimal,
) -> Item:
    paid = line.paid if given.paid is None else given.paid
    listed = paid + off(discounts) if given.price is None else half_up(given.price * line.quantity, unit)
    kind = None if given.type is None else types[given.type]
    coupon = off(discounts, TillDiscountKind.COUPON)
    retail = max(listed - line.paid - coupon, Decimal(0))
    return Item(line, given.name, kind, given.vat_rate, retail, coupon, discounts, given.category_code)


async def _look_up(context: RequestContext, given: BillInput) -> tuple[tuple[int, str], Rows]:
    """The store with its zone, and the rows of the products and kinds that the lines name."""
    by = given.store
    values: dict[str, object] = {"sought": by.value}
    if by.name == "external_id":
        values = {"source": by.value["source"], "sought": by.value["external_id"]}
    found = await NAMED_ON_BILLS[by.name].read(context, **values, **names_of(given.items))
    if not found["store"]:
        raise Refused(ErrorCode.NOT_FOUND, "There is no such store.", f"bill.store.{camel(by.name)}")
    store_id, zone = found["store"][0]
    return (store_id, zone), found
