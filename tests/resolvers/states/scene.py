"""What the operations of the table of states are tried on, and how it is told what becomes of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.ids import opaque_id
from resolvers.storage.context import RequestContext, Viewer
from schema.execution.run.planned_schema import Context
from tests import factories
from tests.resolvers.every_mutation import Step, filled, step
from tests.resolvers.purchase.shopping import bill, item
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import schema

__all__ = ["Entity", "Question", "Scene", "asks", "bill", "item", "lists", "step"]

REFUSED = {"voucherIssueBatch": "refused { code }", "purchasesImport": "refused { code } leftOut { code }"}
LEFT_OUT = {"purchaseSend": "leftOut { code }"}
Ids = dict[str, str]


@dataclass(frozen=True)
class Question:
    """A query; `seen` says of its data whether it works, or gives the code of why not."""

    document: str
    variables: dict[str, Any]
    seen: Callable[[Any], bool | str] = bool
    row: str = ""
    """The row that must be among what is answered, where that is what is asked."""


def asks(document: str, seen: Callable[[Any], bool | str] = bool, /, **variables: Any) -> Question:
    """A question whose one field must be something, or whatever `seen` says of it."""
    return Question(document, variables, seen)


def lists(row: str, document: str, /, **variables: Any) -> Question:
    """A question in whose answer a row must be."""
    return Question(document, variables, row=row)


@dataclass
class Scene:
    """A database with what every operation needs, by name."""

    crm: Operations
    session: AsyncSession
    ids: Ids = field(default_factory=dict)

    async def keep(self, **rows: models.Base) -> Ids:
        """Save rows; their ids by name."""
        await factories.save(self.session, *rows.values())
        return {name: opaque_id(type(row).__name__, row.id) for name, row in rows.items()}

    async def does(self, what: Step, ids: Mapping[str, str]) -> str:
        """Do something for good; the id of what it made, if it says what that is called."""
        shows = f"{what.makes} {{ id }}" if what.makes else ""
        given = filled(what.input, {**self.ids, **ids})
        payload = await self.crm.do(what.mutation, f"{shows} userErrors {{ code message }}", **given)
        assert payload["userErrors"] == []
        return payload[what.makes]["id"] if what.makes else ""

    async def tries(self, what: Step | Question, ids: Mapping[str, str]) -> str:
        """What becomes of an operation that is undone: it `works`, or is refused by a code."""
        known = {**self.ids, **ids}
        if isinstance(what, Question):
            return await self._asks(what, known)
        shows = " ".join(each for each in (REFUSED.get(what.mutation), LEFT_OUT.get(what.mutation)) if each)
        self.crm.viewer = what.viewer(known)
        shows = f"{shows} userErrors {{ code message }}"
        payload = await self.crm.do(what.mutation, shows, dry=True, **filled(what.input, known))
        self.crm.viewer = Viewer()
        codes = [each["code"] for name in ("userErrors", "refused", "leftOut") for each in payload.get(name) or ()]
        return str(codes[0]) if codes else "works"

    async def _asks(self, what: Question, ids: Ids) -> str:
        variables = filled(what.variables, ids)
        context = Context(RequestContext(self.crm.reader, now=self.crm.now), self.crm.engine)
        result = await schema().execute(what.document, variables, context_value=context)
        if result.errors:
            original: Any = result.errors[0].original_error
            return str(original.code)
        (found,) = result.data.values()
        seen = ids[what.row] in str(found) if what.row else what.seen(found)
        return seen if isinstance(seen, str) else "works" if seen else "hidden"


@dataclass(frozen=True)
class Entity:
    """What has states: how a row of each comes about, and what is tried on it."""

    states: tuple[str, ...]
    make: Callable[[Scene, str], Awaitable[Ids]]
    operations: dict[str, Step | Question]


async def set_up(crm: Operations, session: AsyncSession) -> Scene:
    """A shop, another customer, and something of each kind, all of it in use."""
    scene = Scene(crm, session)
    product = factories.product(code="butter", external_id="butter")
    offered = factories.reservable_product(product=product)
    store = factories.store(code="shop")
    price = factories.product_price(product=product, currency_code="CZK", amount=100)
    offer = factories.reservable_offer(reservable_product=offered, store=store, stock=5, price=100)
    await factories.save(session, factories.usual_programme(), price, offer)
    scene.ids = await scene.keep(
        shop=store,
        product=product,
        reservable=offered,
        eva=(eva := factories.customer()),
        purse=factories.points(customer=eva),
        source=factories.customer_source(code="app"),
        consent=factories.consent(),
        property=factories.property(),
        status=factories.status(code="silver"),
        segment=factories.segment(kind="LIST"),
        reward=factories.reward(code="TEN", is_portable=True, group="SIMPLE"),
        gift=factories.reward(code="GIFT", is_portable=True, group="CAMPAIGN"),
        recommendation=factories.recommendation(audience="ALL"),
        campaign=factories.campaign(),
        brand=factories.product_brand(),
        group=factories.product_group(),
        cardType=factories.card_type(),
        tag=factories.tag(),
    )
    return scene
