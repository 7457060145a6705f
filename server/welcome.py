"""What a first visitor is shown: the playground's tabs and the reference's examples, about rows that are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.base import utc_now
from resolvers import demo
from resolvers.ids import opaque_id
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Reader
from schema.execution.run.planned_schema import Context, PlannedSchema
from server import playground
from server.playground import PlaygroundPage
from server.reference.examples import Rows, kept

QUIET = timedelta(weeks=4)
PRAGUE = {"latitude": 50.08, "longitude": 14.43}
TOKEN = {"Authorization": ""}
"""The header that a visitor completes, as in `Bearer crm_app_…`; empty it is as if it weren't there."""
NAMELESS = "the id of a customer"
"""What stands in the place of an id where no row is named."""

FIRST = """{
  customers(first: 1) { nodes { id } }
  stores(first: 1, where: { state: { eq: ACTIVE } }) {
    nodes { code currency { code } position { latitude longitude } }
  }
  products(first: 3, where: { state: { eq: ACTIVE }, prices: { some: { amount: { gt: "1" } } } }) {
    nodes { id prices { amount currency { code } } }
  }
}"""
LAST_BILL = """query($customer: ID!) {
  customer(by: { id: $customer }) { purchases(first: 1, where: { state: { eq: CLOSED } }) { nodes { id } } }
}"""


@dataclass(frozen=True)
class Shown:
    """The rows that tabs and examples are about; where there are none, texts that say what belongs in their places."""

    customer: str | None = None
    purchase: str | None = None
    store: str | None = None
    position: Mapping[str, object] | None = None
    products: tuple[Mapping[str, Any], ...] = ()

    def bill(self, key: str) -> dict[str, object]:
        """A bill that could be closed: a few products at their list prices in one store."""
        items = [
            {
                "billItemId": str(line),
                "product": {"id": product["id"]},
                "quantity": "2",
                "price": product["prices"][0]["amount"],
            }
            for line, product in enumerate(self.products, 1)
        ]
        if not items:
            items = [{"billItemId": "1", "name": "Butter", "quantity": "2", "price": "2.49"}]
        currency = self.products[0]["prices"][0]["currency"]["code"] if self.products else "EUR"
        store = self.store or "the code of a store"
        return {"store": {"code": store}, "externalId": key, "currency": currency, "items": items}


class Welcome:
    """Makes the playground's page, whose variables name rows that are there."""

    def __init__(
        self,
        schema: PlannedSchema,
        reader: Reader,
        database_url: str,
        *,
        endpoint: str,
        reference: str,
        is_open: bool = True,
        development: bool = False,
        tokens: Mapping[str, str] | None = None,
    ) -> None:
        self.is_open = is_open
        self.development = development
        self.tokens = tokens or {}
        self.schema = schema
        self.reader = reader
        self.database_url = database_url
        self.endpoint = endpoint
        self.reference = reference
        self._shown: Shown | None = None

    async def page(self) -> PlaygroundPage:
        """The page. Where access isn't open it names no row."""
        shown = await self.shown()
        return playground.page(
            self.endpoint,
            _variables(shown),
            headers=TOKEN,
            tokens=self.tokens,
            reference=self.reference,
            is_empty=self.is_open and shown.customer is None,
            tells_plans=self.development,
        )

    async def shown(self) -> Shown:
        """What the page is about; kept as soon as there is a customer to show."""
        if not self.is_open:
            return Shown()
        if self._shown is None:
            shown = await self._find()
            if shown.customer is None:
                return shown
            self._shown = shown
        return self._shown

    async def example(self, request: Request) -> Response:
        """An example of the reference, about rows that are there."""
        found = kept().get(request.path_params["name"])
        if found is None:
            return JSONResponse({"error": "There is no such example."}, 404)
        variables = await (await self.rows()).fill(found.template)
        return JSONResponse({"query": found.document, "variables": variables}, headers={"Cache-Control": "no-cache"})

    async def rows(self) -> Rows:
        """The rows that examples are about; where access isn't open none is looked up."""
        shown = await self.shown()
        return Rows(
            self.schema._schema,
            self._ask if self.is_open else _nothing,
            {"customer": shown.customer, "bill": shown.bill("EXAMPLE-1")},
        )

    async def _find(self) -> Shown:
        found = await self._ask(FIRST, {})
        customer = await self._notable() or _first(found, "customers", "id")
        bought = await self._ask(LAST_BILL, {"customer": customer}) if customer else {}
        return Shown(
            customer,
            _first(bought.get("customer") or {}, "purchases", "id"),
            _first(found, "stores", "code"),
            _first(found, "stores", "position"),
            tuple((found.get("products") or {}).get("nodes") or ()),
        )

    async def _ask(self, document: str, variables: Mapping[str, Any]) -> Any:
        answer = await self.schema.execute(document, dict(variables), Context(RequestContext(self.reader)))
        return answer.data or {}

    async def _notable(self) -> str | None:
        customers = await demo.notable_customers(self.database_url)
        return next(
            (opaque_id("Customer", customer.id) for customer in customers if "reservations" in customer.why), None
        )


async def _nothing(_document: str, _variables: Mapping[str, Any]) -> Any:
    return {}


def _variables(shown: Shown) -> dict[str, dict[str, object]]:
    """What each tab is given."""
    since = (utc_now() - QUIET).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    named: dict[str, object] = {"id": shown.customer or NAMELESS}
    asked: dict[str, object] = {"customer": named, "bill": shown.bill("PLAYGROUND-1")}
    return {
        "Customer360": named,
        "CustomersWithFilters": {"since": since},
        "Timeline": named,
        "Catalogue": {"position": shown.position or PRAGUE},
        "RecommendedRewards": asked,
        "PreviewTheBill": {**asked, "benefitCodes": ["WELCOME"], "spendPoints": "10"},
        "CloseTheBill": {"input": {**asked, "benefitCodes": [], "spendPoints": "10"}, "key": "playground-1"},
        "UndoTheBill": {"input": {"id": shown.purchase or "the id that CloseTheBill answered"}, "dryRun": True},
    }


def _first(found: Any, name: str, key: str) -> Any:
    nodes = (found.get(name) or {}).get("nodes") or []
    return nodes[0][key] if nodes else None
