"""What happened to customers, for tests of timelines."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.factories import NOW


async def a_day(session: AsyncSession) -> None:
    """Events of every kind at one moment, a voucher's a second later, and those of somebody else."""
    eva, jan = factories.customer(), factories.customer()
    await factories.save(session, eva, jan)
    voucher, card = factories.voucher(customer=eva, code="V1"), factories.card(customer=eva, number="C1")
    await factories.save(
        session,
        factories.card_event(card=card, customer=eva, change="BLOCKED", reason="lost"),
        factories.status_record(customer=eva, status=factories.status(name="Silver"), change="RISEN"),
        factories.voucher_event(voucher=voucher, change="ISSUED"),
        factories.points(customer=eva, amount=Decimal(70)),
        factories.purchase(customer=eva, number="B1"),
    )
    await factories.save(session, factories.purchase(customer=eva, number="B2"))
    later = NOW + timedelta(seconds=1)
    await factories.save(
        session,
        factories.voucher_event(voucher=voucher, change="APPLIED", at=later, note="at the till"),
        factories.purchase(customer=jan),
        factories.card_event(card=card, customer=jan),
        factories.purchase(customer=None),
    )
