"""What customers bought and reserved."""

from __future__ import annotations

from decimal import Decimal

import models
from tests import factories
from tests.factories import NOW
from tests.schema.sample_retailer.chance import TEXTS
from tests.schema.sample_retailer.rows import Rows


async def bills(shop: Rows) -> None:
    """Bills with their lines and discounts."""
    chance, types = shop.chance, shop.each("purchase_item_type")
    shown = [card.number for card in shop.each("card")[:4]]
    for place in range(50):
        items = [
            factories.purchase_item(
                product=chance.maybe(shop.each("product")),
                product_name=chance.one(TEXTS),
                type=chance.maybe(types),
                quantity=chance.of(Decimal(1), Decimal("0.512")),
                price=chance.money(),
                vat_rate=chance.of(None, Decimal(21), Decimal("12.5")),
                loyalty_off=chance.of(True, False),
            )
            for _ in range(chance.random.randint(0, 3))
        ]
        bill = factories.purchase(
            customer=chance.maybe(shop.each("customer")),
            store=chance.one(shop.each("store")),
            type=chance.maybe(shop.each("purchase_type")),
            items=items,
            paid_at=chance.past(),
            currency_code=chance.of("CZK", "CZK", "EUR"),
            state=chance.one(list(models.PurchaseState)),
            payment_type=chance.maybe(list(models.PaymentType)),
            number=chance.one(TEXTS),
            cashdesk=chance.of(None, "1", "10", "2"),
            points_earned=chance.of(Decimal(0), Decimal("1.5")),
            card_number=shown[place % len(shown)] if place % 2 else None,
            utm_source=chance.of(None, "news"),
            **chance.stamps(),
        )
        rewards = chance.some(shop.each("reward"), 2)
        discounts = [factories.purchase_discount(purchase=bill, reward=row, amount=chance.money()) for row in rewards]
        if items:
            discounts.append(factories.purchase_discount(purchase=bill, item=items[0]))
        payments = [factories.purchase_payment(purchase=bill, kind=kind) for kind in ("CARD", "POINTS")[: place % 3]]
        if items and place % 2:
            items[0].bought_for = shop.each("customer")[place % 7]
        await shop.keep(bill, *items, *discounts, *payments)
        if items:
            returned = factories.purchase_return(purchase=bill, at=bill.paid_at)
            await shop.keep(returned, factories.purchase_return_item(purchase_return=returned, item=items[0]))


async def reservations(shop: Rows) -> None:
    """Reservable products with their offers, and reservations of them."""
    chance = shop.chance
    for product in shop.each("product")[::3]:
        reservable = factories.reservable_product(product=product, state=chance.state())
        await shop.keep(reservable)
        for store in chance.some(shop.each("store"), 3):
            offer = factories.reservable_offer(reservable_product=reservable, store=store, price=chance.money())
            await shop.keep(offer, factories.reservable_price(offer=offer))
    bills = {bill.customer_id: bill.external_id for bill in shop.each("purchase")}
    for _ in range(16):
        customer = chance.one(shop.each("customer"))
        items = [
            factories.product_reservation_item(reservable_product=row, quantity=chance.of(Decimal(1), Decimal(2)))
            for row in chance.some(shop.each("reservable_product"), 2)
        ]
        booking = factories.product_reservation(
            customer=customer,
            external_purchase_id=bills.get(customer.id),
            store=chance.one(shop.each("store")),
            origin=chance.maybe(shop.each("product_reservation_source")),
            items=items,
            state=chance.one(list(models.ReservationState)),
            pickup_date=chance.of(None, NOW.date()),
            benefit_codes=chance.of([], ["A"], ["A", "B"]),
            **chance.stamps(),
        )
        steps = [
            factories.product_reservation_progress(
                reservation=booking, state=chance.one(list(models.ReservationState)), at=chance.past()
            )
            for _ in range(2)
        ]
        remark = factories.product_reservation_comment(reservation=booking, at=chance.past())
        code = factories.reservation_external_code(
            reservation=booking, type=chance.one(shop.each("external_list_type"))
        )
        await shop.keep(booking, *items, *steps, remark, code)
