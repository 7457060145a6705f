"""Bills as tills send them: checked before any rule looks at them, their goods and store found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, select

from models import State, Store
from models.rules import basket
from models.rules.bill_checks import MAX_ITEMS, bill_refusals
from models.rules.error_codes import ErrorCode
from models.rules.money import half_up
from models.types import MONEY, PERCENT, QUANTITY, ExactDecimal, text
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.operation import validation
from resolvers.operation.input_fields import optional
from resolvers.operation.refusal import refuse
from resolvers.operation.structs import camel
from resolvers.purchase.goods import find_goods, find_item_types
from resolvers.query.compiled_query import CompiledQuery
from resolvers.query.expressions import word
from resolvers.storage.context import RequestContext
from resolvers.storage.statement import parameter

Values = Mapping[str, Any]

CLOCKS_DIFFER = timedelta(days=1)
"""How far ahead of ours a till's clock may be."""

LINE_AMOUNT = ExactDecimal(MONEY.scale, precision=14)
"""A thousand lines of it still make a total that can be kept."""

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


def _known() -> Any:
    return Store.state != word(State.DELETED)


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it is kept: what rules see of it, and what the bill prints."""

    line: basket.Line
    product_name: str | None
    type_id: int | None
    vat_rate: Decimal | None
    retail_discount: Decimal


@dataclass(frozen=True, slots=True)
class TillBill:
    """A bill in order: what rules see of it, and what else is kept."""

    rules: basket.Bill
    items: Sequence[Item]
    external_id: str
    paid_at: datetime
    total: Decimal
    number: str | None
    cashdesk: str | None
    created_by: str | None
    card_number: str | None


async def read_bill(context: RequestContext, given: Values) -> TillBill:
    """A bill whose every fault was looked for; the first is told, and the rest behind it."""
    lines = _lines(given["items"])
    head = _head(given, context.now)
    refuse(bill_refusals(_bill(given, lines, 0, "UTC")), "bill.items")
    store_id, zone = await _store(context, given["store"])
    goods = await find_goods(context, given["items"])
    types = await find_item_types(context, given["items"])
    known = [
        line if found is None else _with(line, found.product_id, found.group_ids, found.brand_id)
        for line, found in zip(lines, goods, strict=True)
    ]
    items = [_item(item, line, types) for item, line in zip(given["items"], known, strict=True)]
    bill = _bill(given, known, store_id, zone)
    return TillBill(bill, items, total=sum((line.paid for line in known), Decimal(0)), **head)


def _head(given: Values, now: datetime) -> dict[str, Any]:
    paid_at = given.get("paid_at") or now
    validation.instant(paid_at, "bill.paidAt")
    if paid_at > now + CLOCKS_DIFFER:
        raise Refused(ErrorCode.IN_FUTURE, "The bill is paid in the future.", "bill.paidAt")
    validation.currency(given["currency"], "bill.currency")
    if given.get("total") is not None:
        validation.exact(MONEY, given["total"], "bill.total", lowest=None)
    return {
        "external_id": validation.text(given["external_id"], "bill.externalId", 128),
        "paid_at": paid_at,
        "number": optional(given, "number", 64),
        "cashdesk": optional(given, "cashdesk", 32),
        "created_by": optional(given, "created_by", 128),
        "card_number": optional(given, "card_number", 64),
    }


def _lines(items: Sequence[Values]) -> list[basket.Line]:
    """Numbers that can be kept; whether they make sense on a bill is for the rules."""
    if len(items) > MAX_ITEMS:
        message = f"The bill has {len(items)} items; at most {MAX_ITEMS} are taken."
        raise Refused(ErrorCode.TOO_MANY_ITEMS, message, "bill.items")
    return [_line(item, f"bill.items[{place}]") for place, item in enumerate(items)]


def _line(item: Values, field: str) -> basket.Line:
    quantity = validation.exact(QUANTITY, item["quantity"], f"{field}.quantity", lowest=None)
    price, paid = item.get("price"), item.get("paid")
    if price is not None:
        validation.exact(LINE_AMOUNT, price, f"{field}.price", lowest=None)
    if paid is None:
        if price is None:
            raise Refused(
                ErrorCode.REQUIRED, "Give what was paid for the line, or the price of a unit.", f"{field}.paid"
            )
        paid = half_up(validation.exact(LINE_AMOUNT, half_up(price * quantity), f"{field}.price", lowest=None))
    return basket.Line(
        validation.text(item["bill_item_id"], f"{field}.billItemId", 128),
        quantity,
        validation.exact(LINE_AMOUNT, paid, f"{field}.paid", lowest=None),
        loyalty_off=bool(item.get("loyalty_off")),
    )


def _with(line: basket.Line, product_id: int, groups: frozenset[int], brand_id: int | None) -> basket.Line:
    return basket.Line(line.id, line.quantity, line.paid, product_id, groups, brand_id, line.loyalty_off)


def _bill(given: Values, lines: Sequence[basket.Line], store_id: int, zone: str) -> basket.Bill:
    return basket.Bill(given["currency"], store_id, tuple(lines), zone, given["external_id"], given.get("total"))


def _item(given: Values, line: basket.Line, types: Mapping[str, int]) -> Item:
    field = f"bill.items.{line.id}."
    vat_rate = given.get("vat_rate")
    if vat_rate is not None:
        validation.exact(PERCENT, vat_rate, f"{field}vatRate", highest=100)
    listed = half_up(given["price"] * line.quantity) if given.get("price") is not None else line.paid
    return Item(
        line,
        optional(given, "name", 255, field),
        types.get(given.get("type") or ""),
        vat_rate,
        max(listed - line.paid, Decimal(0)),
    )


async def _store(context: RequestContext, by: Values) -> tuple[int, str]:
    ((key, value),) = by.items()
    where = f"bill.store.{camel(key)}"
    if key == "external_id":
        values: dict[str, Any] = {
            "source": validation.text(value["source"], where, 64),
            "sought": validation.text(value["external_id"], where, 128),
        }
    else:
        values = {"sought": key_of(value, "Store") if key == "id" else validation.text(value, where, 64)}
    rows = await STORES[key].read(context, **values)
    if not rows:
        raise Refused(ErrorCode.NOT_FOUND, "There is no such store.", where)
    store_id, zone = rows[0]
    return store_id, zone
