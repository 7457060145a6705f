"""Rows found by one of their unique keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLNonNull

from resolvers.errors import BadInput
from resolvers.query.filters.where import FILTERS, Slot, Template, keyed, template
from resolvers.query.level.rows import LevelQuery
from resolvers.query.paging import Page
from schema.declaring.base import Argument, Declaration, TypeDeclaration, type_named
from schema.declaring.filters import camel
from schema.declaring.types import FieldSpec, field_of, input_type, optional
from schema.execution.plan.level_request import LevelRequest
from schema.execution.plan.plan_nodes import ROOT_KEY, Child, Entry, Level
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Resolver, rows_resolver


@dataclass(eq=False)
class LookupKey:
    """A unique key by which a row is found; `find` makes the filter that it stands for."""

    annotation: object
    description: str
    find: Callable[[Any], Mapping[str, object]]


def lookup(type_name: str, description: str, **keys: LookupKey) -> Declaration:
    """Show the row that a unique key finds."""
    by_id = LookupKey("ID", "Its opaque id.", lambda value: {"id": {"eq": value}})
    return Lookup(type_name=type_name, description=description, keys={"id": by_id, **keys})


def found_by(description: str, field: str) -> LookupKey:
    """A unique key that is one text field."""
    return LookupKey("str", description, lambda value: {field: {"eq": value}})


def found_by_external_id(description: str = "The id in the outside system that owns it.") -> LookupKey:
    """A unique key of records that outside systems own."""
    return LookupKey(
        "ExternalIdInput",
        description,
        lambda value: {"source": {"eq": value["source"]}, "externalId": {"eq": value["externalId"]}},
    )


@dataclass(eq=False, kw_only=True)
class Lookup(Declaration):
    """A row found by one of its unique keys."""

    type_name: str
    keys: Mapping[str, LookupKey] = field(default_factory=dict)

    @property
    def lists(self) -> int:
        """One."""
        return 1

    def check(self, _owner: TypeDeclaration) -> None:
        """The type must be there."""
        type_named(self.type_name)

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """Its one argument is an input of exactly one key."""
        name = f"{self.type_name}By"
        keys = {key: FieldSpec(optional(of.annotation, nullable=True), of.description) for key, of in self.keys.items()}
        input_type(name, f"The key by which one {self.type_name} is found; give exactly one.", keys, one_of=True)
        return field_of(self, f"{self.type_name} | None", arguments=[Argument("by", name, "The key.")])

    def level(self, selection: Selection) -> Level:
        """The level of the one row."""
        level = Level(selection.key, type_named(self.type_name), "lookup", selection.arguments(), self.request)
        level.shape = selection.planner.row_shape(level.target, selection.details)
        level.nullable = not isinstance(selection.type, GraphQLNonNull)
        return selection.planner.finish(level)

    def entry(self, selection: Selection) -> Entry:
        """Read the row."""
        return Child(self.level(selection), ROOT_KEY)

    def resolver(self) -> Resolver:
        """Load the row."""
        return rows_resolver(self.level)

    def request(self, level: Level, args: Mapping[str, Any]) -> LevelRequest:
        """Ask for the row that the one key given finds."""
        given = {name: value for name, value in (args.get("by") or {}).items() if value is not None}
        if len(given) != 1:
            raise BadInput("Give exactly one key in `by`.")
        ((name, value),) = given.items()
        if name not in level.asked:
            level.asked[name] = self._found_by(level, name)
        found: tuple[LevelRequest, Template] = level.asked[name]
        asked, wanted = found
        return asked.with_values(wanted.values(value))

    def _found_by(self, level: Level, name: str) -> tuple[LevelRequest, Template]:
        """What a level asks for by one of the keys, but for the value."""
        key = next(key for each, key in self.keys.items() if camel(each) == name)
        wanted = template(FILTERS[self.type_name], key.find(Slot()))
        assert level.target.entity is not None
        rows = LevelQuery(level.target.entity, level.columns, None, (), Page(1), keyed(wanted.structure))
        return LevelRequest(rows, {}), wanted
