"""What a first visitor is shown: the playground's tabs about a customer who is worth looking at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from models.base import utc_now
from resolvers import demo
from resolvers.ids import opaque_id
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Reader
from schema.execution.run.planned_schema import Context, PlannedSchema
from server import playground
from server.playground import PlaygroundPage

QUIET = timedelta(weeks=4)
PRAGUE = {"latitude": 50.08, "longitude": 14.43}
TOKEN = {"Authorization": ""}
"""The header that a visitor completes, as in `Bearer crm_app_…`; empty it is as if it weren't there."""

FIRST = """{
  customers(first: 1) { nodes { id } }
  stores(first: 1, where: { state: { eq: ACTIVE } }) {
    nodes { code currency { code } position { latitude longitude } }
  }
  products(first: 3, where: { state: { eq: ACTIVE }, prices: { some: { amount: { gt: "1" } } } }) {
    nodes { id prices { amount currency { code } } }
  }
}"""


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
        tokens: Mapping[str, str] | None = None,
    ) -> None:
        self.is_open = is_open
        self.tokens = tokens or {}
        self.schema = schema
        self.reader = reader
        self.database_url = database_url
        self.endpoint = endpoint
        self.reference = reference
        self._page: PlaygroundPage | None = None

    async def page(self) -> PlaygroundPage:
        """The page; it is kept as soon as there is a customer to show. Where access isn't open it names no row."""
        if self._page is not None:
            return self._page
        if not self.is_open:
            self._page = self._with({})
            return self._page
        customer, variables = await self._variables()
        page = self._with(variables)
        if customer:
            self._page = page
        return page

    def _with(self, variables: Mapping[str, Mapping[str, object]]) -> PlaygroundPage:
        return playground.page(self.endpoint, variables, headers=TOKEN, tokens=self.tokens, reference=self.reference)

    async def _variables(self) -> tuple[str | None, dict[str, dict[str, object]]]:
        found: Any = (await self.schema.execute(FIRST, {}, Context(RequestContext(self.reader)))).data or {}
        customer = await self._notable() or _first(found, "customers", "id")
        since = (utc_now() - QUIET).replace(microsecond=0).isoformat().replace("+00:00", "Z")
        named: dict[str, object] = {"id": customer} if customer else {}
        return customer, {
            "Customer360": {**named},
            "CustomersWithFilters": {"since": since},
            "Timeline": {**named},
            "Catalogue": {"position": _first(found, "stores", "position") or PRAGUE},
            **_bill_to_close(named, found),
        }

    async def _notable(self) -> str | None:
        customers = await demo.notable_customers(self.database_url)
        return next(
            (opaque_id("Customer", customer.id) for customer in customers if "reservations" in customer.why), None
        )


def _bill_to_close(customer: dict[str, object], found: Any) -> dict[str, dict[str, object]]:
    """The tabs that close a bill, for a few products at their list prices in one store."""
    store = _first(found, "stores", "code")
    products = (found.get("products") or {}).get("nodes") or []
    if store is None or not products:
        return {}
    items = [
        {
            "billItemId": str(line),
            "product": {"id": product["id"]},
            "quantity": "2",
            "price": product["prices"][0]["amount"],
        }
        for line, product in enumerate(products, 1)
    ]
    currency = products[0]["prices"][0]["currency"]["code"]
    bill = {"store": {"code": store}, "externalId": "PLAYGROUND-1", "currency": currency, "items": items}
    asked: dict[str, object] = {"customer": customer, "bill": bill}
    return {
        "RecommendedRewards": asked,
        "PreviewTheBill": {**asked, "benefitCodes": ["WELCOME"], "spendPoints": "10"},
        "CloseTheBill": {"input": {**asked, "benefitCodes": [], "spendPoints": "10"}, "key": "playground-1"},
        "UndoTheBill": {"input": {"id": "the id that CloseTheBill answered"}},
    }


def _first(found: Any, name: str, key: str) -> Any:
    nodes = (found.get(name) or {}).get("nodes") or []
    return nodes[0][key] if nodes else None
