"""Each part of the books tells what doesn't follow from the rows behind it, by ids and figures alone."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from resolvers.books.comparisons import Finding
from tests import factories
from tests.factories import NOW
from tests.resolvers.books.proved import findings

SPOILED = {
    "UPDATE point_lot SET remaining = remaining - {points}": Finding("PointLot", 1, "remaining points", "90", "100"),
    "UPDATE purchase SET points_earned = {points}": Finding("Purchase", 1, "points earned", "10", "0"),
    "UPDATE purchase SET items_count = 3": Finding("Purchase", 1, "lines", "3", "1"),
    "UPDATE purchase_item SET returned_quantity = {quantity}": Finding(
        "PurchaseItem", 1, "returned quantity", "1", "0"
    ),
    "UPDATE voucher SET purchase_id = NULL": Finding("PurchaseDiscount", 1, "bill of its voucher", "nothing", "1"),
    "DELETE FROM voucher_event": Finding("Voucher", 1, "uses", "0", "1"),
    "UPDATE product_reservation SET state = 'READY'": Finding("ProductReservation", 1, "state", "READY", "ENTERED"),
    "UPDATE point_reservation SET amount = {many}": Finding("CustomerStatistics", 1, "reserved points", "1000", "100"),
}


async def save_books(session: AsyncSession) -> None:
    """A customer with points, a bill with a voucher on it, and a reservation: all as it should be."""
    jana = factories.customer()
    item = factories.purchase_item(price=Decimal(100))
    bill = factories.purchase(customer=jana, total=Decimal(100), items_count=1, items=[item])
    voucher = factories.voucher(customer=jana, state=models.VoucherState.APPLIED, purchase=bill)
    held = factories.product_reservation(customer=jana)
    await factories.save(
        session,
        factories.points(customer=jana, amount=Decimal(100)),
        factories.point_reservation(customer=jana),
        bill,
        voucher,
        factories.voucher_event(voucher=voucher, change=models.VoucherChange.APPLIED),
        factories.purchase_discount(purchase=bill, item=item, voucher=voucher),
        held,
    )
    step = models.ProductReservationProgress(reservation_id=held.id, state="ENTERED", at=NOW)
    await factories.save(session, step)


async def test_whatever_is_spoiled_is_found(engine: AsyncEngine, session: AsyncSession, database_kind: str) -> None:
    await save_books(session)
    assert await findings(engine) == []
    numbers = {"points": 10, "quantity": 1, "many": 1000}
    if database_kind == "sqlite":
        # Exact decimals are whole numbers there.
        numbers = {"points": 10 * 100, "quantity": 1000, "many": 1000 * 100}

    found = {}
    for change in SPOILED:
        await session.execute(text(change.format_map(numbers)))
        await session.commit()
        found[change] = await findings(engine, "points", "vouchers", "purchases", "reservations")

    assert [change for change, expected in SPOILED.items() if expected not in found[change]] == []
