"""A customer with a canary in every place that can hold something personal."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories

CANARY = "kanarek"
SPARROW = "vrabec"
"""In what is forgotten with the customer, and not masked before."""


def number() -> str:
    """Text that is found again, and that no other row has."""
    return f"{CANARY}{factories.number()}"


def other() -> str:
    return f"{SPARROW}{factories.number()}"


def canary() -> models.Customer:
    """A customer of whom everything is personal."""
    return factories.customer(
        salutation=number(),
        pre_nominals=number(),
        first_name=number(),
        last_name=number(),
        post_nominals=number(),
        gender="FEMALE",
        birthdate=date(1987, 6, 5),
        email=f"{number()}@example.com",
        phone="+420777123987",
        language_code="cs",
        photo_url=number(),
        zip=number(),
        city=number(),
        country_code="CZ",
        **{f"address{line}": number() for line in range(1, 8)},
    )


async def save_everything(session: AsyncSession) -> models.Customer:
    """A customer with a canary in every place that can hold something personal."""
    jana = canary()
    bill = factories.purchase(customer=jana, card_number=number(), items=[factories.purchase_item()])
    held = factories.product_reservation(
        customer=jana, customer_note=number(), reservation_codes=[other()], benefit_codes=[other()]
    )
    card = factories.card(customer=jana, number=number(), secondary_number=number(), blocked_reason=number())
    voucher = factories.voucher(customer=jana, note=number(), reserved_for=other())
    await factories.save(
        session,
        bill,
        card,
        held,
        voucher,
        factories.points(customer=jana, note=number()),
        factories.point_entry(customer=jana, note=number(), extended_data={"till": [number()]}),
        factories.purchase_return(purchase=bill, note=number()),
        factories.idempotency_key(key=other(), answer={"said": other()}, change="c1", fingerprint=other()),
        factories.point_reservation(customer=jana, external_id=other()),
        factories.card_event(card=card, customer=jana, reason=number()),
        factories.voucher_event(voucher=voucher, customer=jana, note=number()),
        factories.status_record(customer=jana, note=number()),
        factories.segment_member(customer=jana),
        factories.customer_consent(customer=jana),
        factories.consent_change(customer=jana),
        factories.customer_source_record(customer=jana, external_id=other()),
        factories.property_record(customer=jana, value=number()),
        factories.property_record(customer=jana, value={"all": [number()]}),
        factories.property_record(purchase_id=bill.id or 1, value=number()),
        factories.product_reservation_comment(reservation=held, note=number()),
        factories.product_reservation_progress(reservation=held, note=number()),
        factories.reservation_external_code(reservation=held, value=other()),
        factories.recommendation(audience="CUSTOMER", customer=jana, name=other(), reason=other()),
        factories.token(customer=jana, push_token=number(), device_id=number(), device_name=number()),
        factories.event(customer_id=1, change="c1", data={"said": other()}),
        factories.customer_password(customer=jana, password_hash=number()),
        factories.code_message(customer=jana, recipient=number(), code=CANARY),
    )
    await factories.save(session, factories.one_time_code(customer_id=jana.id, code_hash=number(), confirms=number()))
    return jana
