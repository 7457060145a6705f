"""Rows of every table that files can hold, connected with each other."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.factories.building import NOW
from tests.factories.persistence import save


async def save_everything(session: AsyncSession) -> None:
    """Commit at least one row of every table, with texts that are hard to write down."""
    partner, tag = factories.partner(), factories.tag(name='"Bio"; "raw", and\nmore')
    store = factories.store(
        partner=partner,
        latitude=Decimal("50.0875"),
        longitude=Decimal("-14.421389"),
        opening={"MONDAY": [["08:00", "12:00"], ["13:00", "18:00"]]},
        image_urls=["https://example.com/ž.png"],
        source=None,
        external_id=None,
        description="",
        short_description='""',
    )
    dairy = factories.product_group(name="Dairy", partner=partner)
    await save(session, factories.product_group(name="Butter", parent=dairy), factories.tag(), tag, store)
    above = factories.product_group(name="Food", source=None, external_id=None)
    await save(session, above)
    dairy.parent = above
    await session.commit()
    product = factories.product(group=dairy, brand=factories.product_brand(), partner=partner, source=None)
    await save(
        session,
        factories.product_code(product=product),
        factories.product_price(product=product),
        factories.product_price(product=product, currency_code="EUR", amount=Decimal("0.0001")),
    )
    await save(session, factories.product_tag(product_id=product.id, tag_id=tag.id))
    jana = await _save_customers(session, store, product)
    reward = await _save_rewards(session, store, product, tag)
    await _save_programme(session, store, product)
    await _save_bills(session, jana, store, product, reward)
    await _save_reservations(session, jana, store, product)
    application = factories.external_application()
    await save(session, factories.token(customer=jana, application=application, language_code="cs"))


async def _save_customers(session: AsyncSession, store: models.Store, product: models.Product) -> models.Customer:
    jana = factories.customer(store=store, email=" Jana@Example.com".strip(), country_code="CZ", zip="")
    source = factories.customer_source()
    size = factories.property(data_type=models.PropertyType.NUMBER)
    choice = factories.property(data_type=models.PropertyType.CHOICE, is_unique=True)
    silver = factories.status()
    gold = factories.status(previous=silver, discount=Decimal("2.5"), validity="END_OF_YEAR")
    segment = factories.segment(group=factories.segment_group(parent=factories.segment_group()))
    await save(
        session,
        factories.customer_source_record(customer=jana, source=source),
        factories.customer_source_record(customer=jana, source=source, external_id="second"),
        factories.customer_source_record(customer=jana, source=factories.customer_source(), external_id=None),
        factories.customer(first_name=None, last_name="Unnamed"),
        factories.customer(state="DELETED", first_name=None, last_name=None, email=None, phone=None),
        factories.customer_consent(customer=jana),
        factories.consent_change(customer=jana),
        factories.consent_change(customer=jana, value="WITHDRAWN", viewer_kind=None),
        factories.property_item(property=choice, value="red"),
        factories.property_record(customer=jana, property=choice, value="red"),
        factories.property_record(customer=jana, property=size, value=38.5),
        factories.status_turnover(status=gold),
        factories.status_record(customer=jana, status=silver, ended_at=NOW),
        factories.status_record(customer=jana, status=gold),
        factories.segment_member(segment=segment, customer=jana),
        factories.segment(criteria={"b": [1, 2.5, None], "a": {"city": "Praha"}}, source=None),
        factories.card(),
        factories.recommendation(),
        factories.recommendation(customer=jana, product=product, score=Decimal("0.5")),
        factories.recommendation(segment=segment),
        factories.recommendation_response(customer=jana, product=product, clicked=2, dismissed_at=NOW),
        factories.recommendation_block(product=product, note="Recalled"),
        factories.recommendation_block(group=factories.product_group()),
    )
    card = factories.card(customer=jana, store=store)
    await save(session, factories.card_event(card=card, customer=jana))
    await save(session, factories.property_record(store_id=store.id, property=factories.property(), value="x"))
    return jana


async def _save_rewards(
    session: AsyncSession, store: models.Store, product: models.Product, tag: models.Tag
) -> models.Reward:
    segment, status = factories.segment(), factories.status()
    spring = factories.campaign(segment=segment)
    easter = factories.campaign(parent=spring, name="Easter")
    reward = factories.reward(
        campaign=easter,
        type=factories.reward_type(),
        points_cost=Decimal(100),
        translations={"cs": {"name": "Snídaně", "note": '"Malá"'}},
    )
    rule = factories.reward_condition(reward=reward, min_price=Decimal("1.5"))
    offer = factories.campaign_product(product=product, campaign=easter, type=factories.campaign_product_type())
    await save(
        session,
        tag,
        segment,
        status,
        factories.reward_condition_target(condition=rule, product=product),
        factories.reward_condition_target(condition=rule, brand=factories.product_brand(name="Kunín")),
        factories.reward_condition(reward=reward, related_to="ANY", role="BONUS"),
        offer,
    )
    await save(
        session,
        factories.reward_store(reward_id=reward.id, store_id=store.id),
        factories.reward_segment(reward_id=reward.id, segment_id=segment.id),
        factories.reward_status(reward_id=reward.id, status_id=status.id),
        factories.reward_tag(reward_id=reward.id, tag_id=tag.id),
        factories.campaign_product_store(campaign_product_id=offer.id, store_id=store.id),
        factories.campaign_product_segment(campaign_product_id=offer.id, segment_id=segment.id),
        factories.property_record(campaign_product_id=offer.id, property=factories.property(), value="y"),
        factories.property_record(
            reward_id=reward.id, property=factories.property(data_type=models.PropertyType.BOOLEAN), value=True
        ),
    )
    return reward


async def _save_programme(session: AsyncSession, store: models.Store, product: models.Product) -> None:
    programme = factories.usual_programme(description="", time_zone="Europe/Prague", valid_to=NOW)
    visit = factories.earning_rule(programme=programme, kind="VISIT", currency_code=None, delay="P14D")
    targets = [{"product": product}, {"store": store}, {"group_id": product.group_id}, {"brand_id": product.brand_id}]
    others = [{"status": factories.status()}, {"segment": factories.segment()}]
    await save(session, *(factories.earning_rule_target(rule=visit, **one) for one in [*targets, *others]))


def _paid(bill: models.Purchase) -> list[models.PurchasePayment]:
    """How a bill over 100 was paid: nearly all by card."""
    by_card, points = {"kind": "CARD", "amount": Decimal("99.5"), "name": "Visa"}, {"kind": "POINTS"}
    return [
        factories.purchase_payment(purchase=bill, **by_card),
        factories.purchase_payment(purchase=bill, amount=Decimal("0.5"), **points),
    ]


async def _save_bills(
    session: AsyncSession, jana: models.Customer, store: models.Store, product: models.Product, reward: models.Reward
) -> None:
    items = [
        factories.purchase_item(product=product, type=factories.purchase_item_type(), vat_rate=Decimal(21)),
        factories.purchase_item(
            product=None, product_name="Loose apples", quantity=Decimal("0.512"), category_code="87", bought_for=jana
        ),
    ]
    items[0].returned_quantity = Decimal(1)
    kind = factories.purchase_type()
    bill = factories.purchase(customer=jana, store=store, items=items, type=kind, state="PARTLY_RETURNED")
    batch = factories.voucher_batch(reward=reward, store=store, note="For Easter")
    voucher = factories.voucher(customer=jana, reward=reward, state="APPLIED", purchase=bill, store=store, batch=batch)
    lot = factories.points(customer=jana, amount=Decimal("70.5"), point_type=factories.point_type())
    lot.remaining = Decimal("50.5")
    spent = factories.point_entry(
        customer=jana,
        kind="SPEND",
        amount=Decimal(-20),
        purchase=bill,
        voucher=voucher,
        store=store,
        extended_data={"till": 4},
    )
    await save(
        session,
        factories.voucher_event(voucher=voucher),
        factories.purchase(store=store, customer=None),
        factories.purchase_discount(purchase=bill, item=items[1], reward=reward, voucher=voucher),
        factories.purchase_discount(purchase=bill, kind="STAFF", code="STAFF10"),
        *_paid(bill),
        factories.purchase_return_item(purchase_return=factories.purchase_return(purchase=bill), item=items[0]),
        factories.point_entry_lot(entry=spent, lot=lot, amount=Decimal(-20)),
        factories.points(amount=Decimal(5), expires_at=NOW + timedelta(days=365)),
        factories.point_reservation(customer=jana),
    )
    lot.remaining = Decimal("70.5")
    back = factories.point_entry(customer=jana, kind="REVERSE", amount=Decimal(20), reverses=spent)
    rules = [{"programme": "club", "rule": "base", "name": "Základ; 1:1", "points": "0.5"}]
    owing = factories.point_entry(customer=jana, kind="REVERSE", amount=Decimal(0), owed=Decimal(5), earned_by=rules)
    await save(
        session,
        factories.point_entry_lot(entry=back, lot=lot, amount=Decimal(20)),
        owing,
        factories.property_record(purchase_id=bill.id, property=factories.property(), value="a"),
        factories.property_record(purchase_item_id=items[0].id, property=factories.property(), value="b"),
        factories.property_record(product_id=product.id, property=factories.property(), value="c"),
    )


async def _save_reservations(
    session: AsyncSession, jana: models.Customer, store: models.Store, product: models.Product
) -> None:
    reservable = factories.reservable_product(product=product, source=None, external_id=None)
    item = factories.product_reservation_item(reservable_product=reservable)
    reservation = factories.product_reservation(
        customer=jana,
        store=store,
        origin=factories.product_reservation_source(),
        items=[item],
        pickup_date=NOW.date(),
        benefit_codes=["A", "B"],
    )
    await save(
        session,
        factories.reservable_price(offer=factories.reservable_offer(reservable_product=reservable, store=store)),
        factories.product_reservation_progress(reservation=reservation),
        factories.product_reservation_comment(reservation=reservation),
        factories.reservation_external_code(reservation=reservation),
    )
