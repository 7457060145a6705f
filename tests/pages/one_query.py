"""The page `docs/one-query.md`, made from the code as it is."""

import asyncio
from decimal import Decimal
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.storage.engine import make_engine
from schema.execution.run.planned_schema import PlannedSchema
from server.commands.explain_code import explain_code
from tests import factories
from tests.databases import of_a_program

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "one-query.md"
DOCUMENT = DOCS / "one-query.graphql"
OPENING = """# One query, all the way

Made by `crm360 explain --code docs/one-query.graphql` from the code as it is, over a database with one made-up
customer; `make schema` writes it anew. [When each way runs](execution.md) says what becomes of a query without a plan.

A document is parsed, validated and planned once and kept. At each request its variables are read, each level's
statement runs for all parents at once, and the generated functions make the answer's objects straight from the
driver's rows.

- **The plan** (`schema/execution/plan`): each field with how it is answered. What comes *of the same row* is read along
  by a join; a list is read along with its parent's row, or by a statement of its own where several rows may refer to
  the same parent.
- **The statements** (`resolvers/query`): put together from texts that were compiled once, run with values only.
- **The functions** (`schema/execution/plan/codegen.py`): `r` is a row. `e…` answers a list that came along with it,
  `a…` notes an object that another level will fill in, `m…` remembers what was worked out for the same values.

"""


async def fill(url: str) -> None:
    """Put a customer with a card and a bill into an empty database."""
    engine = make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        jana = factories.customer()
        butter = factories.product(name="Butter", brand=factories.product_brand(name="Alpine"))
        milk = factories.product(name="Milk", brand=None)
        lines = [
            factories.purchase_item(product=butter, quantity=Decimal(2), price=Decimal("119.80")),
            factories.purchase_item(product=milk, quantity=Decimal(1), price=Decimal("24.90")),
        ]
        bill = factories.purchase(customer=jana, store=factories.store(name="Prague"), items=lines)
        price = factories.product_price(product=butter, amount=Decimal("59.90"))
        await factories.save(session, factories.card(customer=jana, number="2900000017"), price, bill)
    await engine.dispose()


def page(schema: PlannedSchema) -> str:
    """The page as it should be."""
    with of_a_program() as databases, databases.database("sqlite") as url:
        asyncio.run(fill(url))
        return OPENING + explain_code(schema, DOCUMENT.read_text(), None, "{}", url)
