"""The rows that a to-many relation leads to: connections, and lists that are small by nature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Base
from resolvers.query.columns import Column, relationship_of
from resolvers.query.filters.where import RelationFilter
from resolvers.query.level.rows import LevelQuery
from resolvers.query.link import Link, link
from resolvers.query.paging import ROW, Page, SortKey, complete, signature
from schema.declaring.arguments import Listing, listing_of
from schema.declaring.base import (
    Argument,
    Declaration,
    FieldFilter,
    TypeDeclaration,
    check_relation,
    type_named,
    type_of_entity,
)
from schema.declaring.connections import list_arguments
from schema.declaring.filters import filters_of, make_list_filter
from schema.declaring.types import FieldSpec, field_of
from schema.execution.plan.connection_shape import connection_shape
from schema.execution.plan.level_request import LevelRequest
from schema.execution.plan.plan_nodes import Child, Entry, Level
from schema.execution.plan.selection import Selection
from schema.execution.run.loaders import Resolver, rows_resolver


def many(relation: str | None = None, **options: Any) -> Any:
    """Show a to-many relationship as a connection."""
    return Many(relation=relation, **options)


def each(relation: str | None = None, **options: Any) -> Declaration:
    """Show a to-many relationship that is small by nature as a list."""
    return Many(relation=relation, paged=False, **options)


def listing(type_name: str, description: str = "") -> Declaration:
    """Show all rows of a type as a connection at the root."""
    return Many(type_name=type_name, description=description)


@dataclass(eq=False, kw_only=True)
class Many(Declaration):
    """The rows that a relation leads to: a connection, or a whole list where it is small by nature."""

    relation: str | None = None
    link: Link | Callable[[Mapping[str, object]], Link] | None = None
    type_name: str | None = None
    order: Sequence[SortKey] | None = None
    paged: bool = True
    arguments: Sequence[Argument] = ()
    filterable: bool = True
    also: Sequence[FieldFilter] = ()
    """Filters of other kinds that go with it."""
    item: str | None = None
    """For a list of plain values: the column whose values are listed."""

    @property
    def follows(self) -> str:
        """The relationship's name."""
        return self.relation or self.name

    def target(self, owner: TypeDeclaration) -> TypeDeclaration:
        """The type that it leads to."""
        if self.type_name:
            return type_named(self.type_name)
        assert owner.entity is not None
        entity = relationship_of(owner.entity, self.follows).mapper.class_
        return TypeDeclaration(entity.__name__, "", entity) if self.item else type_named(type_of_entity(entity))

    def rows(self, owner: TypeDeclaration) -> TypeDeclaration | None:
        """What it leads to, unless that is plain values."""
        return None if self.item else self.target(owner)

    @property
    def lists(self) -> int:
        """One, for all parents at once."""
        return 1

    def check(self, owner: TypeDeclaration) -> None:
        """The relationship must be there, and a type that shows where it leads."""
        if self.type_name:
            type_named(self.type_name)
        elif not self.item:
            check_relation(owner.entity, self.follows)
        if self.link is None and owner.entity is not None:
            link(owner.entity, self.follows)

    def spec(self, owner: TypeDeclaration) -> FieldSpec:
        """A connection with a connection's arguments, or a list with its own."""
        if self.item:
            return field_of(self, "list[str]")
        target = self.target(owner)
        if not self.paged:
            return field_of(self, f"list[{target.name}]", arguments=self.arguments)
        return field_of(self, f"{target.name}Connection", arguments=[*list_arguments(target), *self.arguments])

    def filters(self, owner: TypeDeclaration, _entity: type[Base]) -> Iterable[FieldFilter]:
        """By what some, none or each of the rows are like, unless arguments say which rows those are."""
        if not self.filterable or callable(self.link):
            return
        name = self.target(owner).name
        relation = self.follows if self.link is None else self.link.on
        make_list_filter(name)
        relates = RelationFilter(relation, filters_of(name), many=True)
        yield FieldFilter(self.name, relates, f"{name}ListFilter", relates=True)
        yield from self.also

    def level(self, selection: Selection, key: str | None = None) -> Level:
        """The level of the rows, under the field's key or another."""
        owner, planner = type_named(selection.parent.name), selection.planner
        target = self.target(owner)
        kind = "connection" if self.paged else "list"
        level = Level(key or selection.key, target, kind, selection.arguments(), self.request)
        if owner.entity is not None:
            level.link = self.link or link(owner.entity, self.follows)
        if self.item:
            level.item = Column((), self.item)
        elif self.paged:
            connection = planner.object_type(selection.type)
            level.connection = connection_shape(
                planner, connection, selection.details, lambda details: planner.row_shape(target, details)
            )
        else:
            level.shape = planner.row_shape(target, selection.details)
        return planner.finish(level)

    def entry(self, selection: Selection) -> Entry:
        """Read the rows, along with the parent's or by its key."""
        level = self.level(selection)
        return Child(level, selection.parent_key(level.parent_key))

    def resolver(self) -> Resolver:
        """Load the rows of each parent."""
        return rows_resolver(self.level)

    def request(self, level: Level, args: Mapping[str, object]) -> LevelRequest:
        """Ask for the page that the arguments describe, or for the whole list."""
        if level.connection is None:
            assert level.target.entity is not None
            order = complete(level.target.order if self.order is None else self.order)
            return LevelRequest(LevelQuery(level.target.entity, level.columns, level.link_for(args), order), {})
        wanted = level.connection
        found = listing_of(level.target, self.order, args, probe=wanted.probed)
        columns = level.columns
        if wanted.has_cursors:
            columns = (*columns, *(key.column for key in found.order))
        elif wanted.counted:
            columns = (*columns, ROW)
        return page_request(level, args, found, columns)


def page_request(level: Level, args: Mapping[str, object], found: Listing, columns: tuple[Column, ...]) -> LevelRequest:
    """What a connection asks for; what tells a row from none stands last among the columns where it is to be known."""
    entity, wanted = level.target.entity, level.connection
    assert entity is not None
    assert wanted is not None
    page = found.page if wanted.paged else Page(0)
    counted = wanted.counted and found.wanted
    rows = LevelQuery(
        entity, columns, level.link_for(args), found.order, page, found.where, found.words, found.cursor, counted
    )
    return LevelRequest(rows, found.values, found.order, signature(entity, found.order))
