"""What a first visitor is shown: the playground's tabs about a customer who is worth looking at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.base import utc_now
from resolvers import journey
from resolvers.database import Reader
from resolvers.ids import opaque_id
from resolvers.reading import Reading
from schema.execution.schema import Context, PlannedSchema
from server import playground
from server.playground import PlaygroundPage

QUIET = timedelta(weeks=4)
PRAGUE = {"latitude": 50.08, "longitude": 14.43}
FIRST = """{
  customers(first: 1) { nodes { id } }
  stores(first: 1, where: { state: { eq: ACTIVE } }) { nodes { position { latitude longitude } } }
}"""


class Welcome:
    """Makes the playground's page, whose variables name rows that are there."""

    def __init__(
        self, schema: PlannedSchema, reader: Reader, database_url: str, *, endpoint: str, reference: str
    ) -> None:
        self.schema = schema
        self.reader = reader
        self.database_url = database_url
        self.endpoint = endpoint
        self.reference = reference
        self._page: PlaygroundPage | None = None

    async def page(self) -> PlaygroundPage:
        """The page; it is kept as soon as there is a customer to show."""
        if self._page is not None:
            return self._page
        customer, variables = await self._variables()
        page = playground.page(self.endpoint, variables, reference=self.reference)
        if customer:
            self._page = page
        return page

    async def _variables(self) -> tuple[str | None, dict[str, dict[str, object]]]:
        found: Any = (await self.schema.execute(FIRST, {}, Context(Reading(self.reader)))).data or {}
        customer = await self._notable() or _first(found, "customers", "id")
        since = (utc_now() - QUIET).replace(microsecond=0).isoformat().replace("+00:00", "Z")
        named: dict[str, object] = {"id": customer} if customer else {}
        return customer, {
            "Customer360": {**named},
            "CustomersWithFilters": {"since": since},
            "Timeline": {**named},
            "Catalogue": {"position": _first(found, "stores", "position") or PRAGUE},
        }

    async def _notable(self) -> str | None:
        customers = await journey.notable_customers(self.database_url)
        return next(
            (opaque_id("Customer", customer.id) for customer in customers if "reservations" in customer.why), None
        )


def _first(found: Any, name: str, key: str) -> Any:
    nodes = (found.get(name) or {}).get("nodes") or []
    return nodes[0][key] if nodes else None
