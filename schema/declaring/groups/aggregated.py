"""Groups of rows as a connection: counted and summed up over what a filter leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import strawberry

from models.described import DescribedEnum
from resolvers.operation.structs import camel
from resolvers.query.columns import Column, Source
from resolvers.query.groups.grouping import MOST_KEYS, Grouping
from resolvers.query.groups.reading import read_groups
from resolvers.query.paging import MOST_SORT_KEYS
from resolvers.storage.context import RequestContext
from resolvers.values import Connection
from schema.declaring.base import Argument, Declaration, TypeDeclaration, check_column, type_named, type_of_entity
from schema.declaring.connections import PAGE_ARGUMENTS
from schema.declaring.groups.arguments import enum_name, group_request, sort_fields
from schema.declaring.groups.fields import grouping_of
from schema.declaring.kinds.batch_loaded import BatchLoaded, Load
from schema.declaring.types import NAMES, FieldSpec, field_of, input_type

OF_ALL, OF_ONE = 100, 1
"""How dear it is to go through all rows there are, and through those of one parent, in hundreds of points."""


def aggregated(
    type_name: str, description: str, *, owner: Source | Column | None = None, sums: int | None = None
) -> Declaration:
    """Show groups of rows, below a row those alone whose `owner` it is. `sums` says how dear, where not as usual."""
    column = owner if owner is None or isinstance(owner, Column) else Column((), owner)
    usual = OF_ALL if owner is None else OF_ONE
    return Aggregated(
        annotation=f"{type_name}Connection",
        type_name=type_name,
        owner=column,
        sums=usual if sums is None else sums,
        description=description,
    )


@dataclass(eq=False, kw_only=True)
class Aggregated(BatchLoaded):
    """Groups of rows as a connection, read for all parents at once."""

    type_name: str
    owner: Column | None = None
    """The column of the grouped rows that says to which parent they belong."""
    sums: int = OF_ALL
    load: Load = field(init=False)

    def __post_init__(self) -> None:
        """It loads by itself."""
        self.load = self.read

    def check(self, owner: TypeDeclaration) -> None:
        """The type must be there, and so must be what says whose the rows are."""
        super().check(owner)
        entity = type_named(self.type_name).entity
        assert entity is not None
        if self.owner is not None:
            check_column(entity, self.owner)

    def spec(self, _owner: TypeDeclaration) -> FieldSpec:
        """A connection over the groups."""
        grouping = grouping_of(self.type_name)
        _make_inputs(grouping)
        return field_of(self, self.annotation, arguments=_arguments(grouping))

    async def read(
        self, context: RequestContext, keys: Sequence[int], args: Mapping[str, object], names: frozenset[str]
    ) -> Mapping[int, Connection]:
        """The groups of each parent."""
        return await read_groups(group_request(grouping_of(self.type_name), self.owner, args, names), context, keys)


def _arguments(grouping: Grouping) -> list[Argument]:
    name, rows = grouping.name, type_of_entity(grouping.entity)
    arguments = [
        *PAGE_ARGUMENTS,
        Argument("where", f"{rows}Where | None", "Only rows for which this holds.", None),
        Argument(
            "group_by",
            f"list[{name}Key] | None",
            f"What the rows of a group have in common, {MOST_KEYS} at most; without it all of them are one group.",
            None,
        ),
    ]
    if grouping.has_periods:
        zone = "In which time zone days, weeks, months and years begin, by its IANA name such as Europe/Prague."
        arguments.append(Argument("time_zone", "str", zone, "UTC"))
    if grouping.currency is not None:
        one = "Only rows in this currency, ISO 4217; amounts of a group in several currencies are null."
        arguments.append(Argument("currency", "str | None", one, None))
    order = f"Sort the groups by these, {MOST_SORT_KEYS} at most; by what they were grouped by unless said otherwise."
    return [*arguments, Argument("order_by", f"list[{name}Order] | None", order, None)]


def _make_inputs(grouping: Grouping) -> None:
    """Make what groups are asked for by, once for each type of groups."""
    name = grouping.name
    if f"{name}Key" in NAMES:
        return
    _make_enum(f"{name}Key", f"What a {name} can be grouped by.", grouping.keys)
    _make_enum(f"{name}SortField", f"What a list of {name} can be sorted by.", sort_fields(grouping))
    input_type(
        f"{name}Order",
        f"A sort key of a list of {name}.",
        {
            "field": FieldSpec(f"{name}SortField", "What to sort by; a key only where it is grouped by."),
            "direction": FieldSpec("SortDirection | None", "Which way; ascending unless said otherwise."),
        },
    )


def _make_enum(name: str, description: str, fields: Iterable[str]) -> None:
    members = {enum_name(each): (enum_name(each), f"By `{'.'.join(map(camel, each.split('.')))}`.") for each in fields}
    make: Any = DescribedEnum
    NAMES[name] = strawberry.enum(make(name, members), description=description)
