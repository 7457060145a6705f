"""Codes that were kept before they were compared as they are read stay as they were, and all are found."""

from asyncio import to_thread

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import models
from models import migrations
from tests import factories
from tests.resolvers.running_operations import Operations, running_operations


async def before(session: AsyncSession, database_url: str) -> None:
    """Two rewards and three vouchers whose codes differ in nothing that counts; one voucher was handed on."""
    petr, jana = factories.customer(), factories.customer()
    await factories.save(session, petr, jana, *(factories.reward(code=f"r{place}") for place in range(2)))
    vouchers = [factories.voucher(code=f"v{place}", customer=jana) for place in range(4)]
    await factories.save(session, *vouchers)
    await factories.save(
        session,
        factories.voucher_event(voucher=vouchers[0], customer=petr, change="ISSUED"),
        factories.voucher_event(voucher=vouchers[0], customer=jana, change="TRANSFERRED"),
    )
    await to_thread(migrations.downgrade, database_url, "0120")
    for entity, codes in ((models.Reward, ["Spring", "sPRING"]), (models.Voucher, ["AB-C", "ABC", "abc", "--"])):
        for place, code in enumerate(codes):
            old = f"{'r' if entity is models.Reward else 'v'}{place}"
            table = entity.__table__
            await session.execute(update(table).where(table.c.code == old).values(code=code, updated_at=factories.NOW))
    await session.commit()


async def test_codes_kept_before_are_read_as_they_are_typed(
    engine: AsyncEngine, session: AsyncSession, database_url: str
) -> None:
    await before(session, database_url)

    await to_thread(migrations.upgrade, database_url)

    async with running_operations(engine, database_url) as crm:
        assert await codes(crm, models.Reward, 2) == [("Spring", "SPRING"), ("sPRING", "sPRING")]
        assert await codes(crm, models.Voucher, 4) == [("AB-C", "AB-C"), ("ABC", "ABC"), ("abc", "abc"), ("--", "--")]
        issued = await crm.rows(models.Voucher, "customer_id", "issued_to_id")
        assert issued[0] == (issued[1][0], 1)
        assert [each for _, each in issued[1:]] == [None, None, None]


async def codes(crm: Operations, entity: type[models.Base], count: int) -> list[tuple[str, str]]:
    return [(code, key) for code, key in await crm.rows(entity, "code", "code_key")][:count]
