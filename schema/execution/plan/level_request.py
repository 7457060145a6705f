"""What a level asks of the database, its arguments read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolvers.query.level.rows import LevelQuery
from resolvers.query.level.statement import statement_beside
from resolvers.query.paging import Order
from resolvers.query.visibility import Access
from resolvers.storage.statement import Statement


@dataclass(slots=True, eq=False)
class LevelRequest:
    """A level with its arguments read: the statement's rows and values."""

    rows: LevelQuery
    values: Mapping[str, object]
    order: Order = ()
    sign: str = ""
    along: Sequence[LevelRequest] = ()
    """The lists that are read along with the rows."""
    described: Any = None
    """What the rows were put together from, where lists are read along."""
    _compiled: dict[tuple[str, Access], Statement] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether neither a row nor a count is asked for."""
        page = self.rows.page
        return page is not None and page.limit == 0 and not self.rows.counted

    async def statement(self, backend: str, access: Access) -> Statement:
        """The statement, found once for all who see as much: its description is long to compare with others."""
        found = self._compiled.get((backend, access))
        if found is None:
            found = self._compiled[backend, access] = await statement_beside(self.rows, backend, access)
        return found

    def with_values(self, values: Mapping[str, object]) -> LevelRequest:
        """The same statement with other values."""
        return LevelRequest(self.rows, values, self.order, self.sign, self.along, self.described, self._compiled)
