"""What the row itself answers, or an object that was worked out in Python: leaves, and what is made of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from resolvers.storage.context import RequestContext
from schema.declaring.base import Declaration
from schema.execution.plan.plan_nodes import Getter
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Deferred, Info, Resolver, names_rows, reading_of, rows_named
from schema.execution.run.records import Record


@dataclass(eq=False, kw_only=True)
class OwnField(Declaration):
    """A field that a row, or an object worked out in Python, answers by itself."""

    @abstractmethod
    def of_record(self, record: Record, info: Info) -> object:
        """Its value on a row."""

    def of_object(self, value: object, _context: RequestContext, _args: Mapping[str, object]) -> object:
        """Its value on an object that was worked out in Python."""
        return getattr(value, self.name)

    def getter(self, _selection: Selection) -> Getter | None:
        """Read it without arguments."""
        return lambda value, filling: self.of_object(value, filling.context, {})

    def resolver(self) -> Resolver:
        """Read it from whichever of both there is."""

        def resolve(source: object, info: Info, **args: object) -> object:
            if isinstance(source, Record):
                return self.of_record(source, info)
            value = self.of_object(source, reading_of(info), args)
            return Deferred(partial(rows_named, value, info)) if names_rows(value) else value

        return resolve
