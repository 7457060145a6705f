"""How the graph is declared: a field says which column or relation it shows, and everything else follows from it.

Type, nullability and description of a `leaf` come from the column; a relation knows its target, page and filters from
the relationship. From the declarations come the Strawberry types, their filters and sort keys, the resolvers, and the
plans by which documents run. A function is written only for what has to be computed.

    @exposes(models.Voucher)
    class Voucher:
        code = leaf()                   # the column of that name
        valid_to = leaf()
        customer = one()                # the relationship of that name
        events = many()                 # a connection over it

What each kind of declaration means stands in its file in `schema.declaring.kinds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from models import Base
from resolvers.query.columns import Column, Source
from resolvers.query.paging import SortKey
from schema.declaring.base import TYPES, Argument, Declaration, DeclarationError, TypeDeclaration
from schema.declaring.connections import make_connection
from schema.declaring.groups.aggregated import aggregated
from schema.declaring.groups.fields import (
    Count,
    different,
    figures,
    grouped_by,
    grouped_by_currency,
    grouped_by_period,
)
from schema.declaring.kinds.attribute import shown
from schema.declaring.kinds.batch_loaded import ReadAlong, batched
from schema.declaring.kinds.coded import country, currency, language
from schema.declaring.kinds.computed import computed
from schema.declaring.kinds.embedded import embedded, money
from schema.declaring.kinds.leaf import leaf, texts
from schema.declaring.kinds.lookup import LookupKey, found_by, found_by_external_id, lookup
from schema.declaring.kinds.many import Many, each, listing, many
from schema.declaring.kinds.merged import merged
from schema.declaring.kinds.one import one
from schema.declaring.kinds.same_row import same

__all__ = [
    "TYPES",
    "Argument",
    "Declaration",
    "DeclarationError",
    "LookupKey",
    "Many",
    "ReadAlong",
    "TypeDeclaration",
    "aggregated",
    "aggregates",
    "batched",
    "by",
    "computed",
    "country",
    "currency",
    "different",
    "each",
    "embedded",
    "exposes",
    "figures",
    "found_by",
    "found_by_external_id",
    "grouped_by",
    "grouped_by_currency",
    "grouped_by_period",
    "language",
    "leaf",
    "listing",
    "lookup",
    "many",
    "merged",
    "money",
    "one",
    "part",
    "query",
    "same",
    "shown",
    "structure",
    "texts",
]

T = TypeVar("T")


def exposes(
    entity: type[Base],
    *,
    order: Sequence[SortKey] = (),
    is_node: bool = True,
    searchable: bool = False,
    interfaces: tuple[str, ...] = (),
    priced: Callable[[str], Source] | None = None,
) -> Callable[[type[T]], type[T]]:
    """Show an entity as a type of the graph. A node can be found again by its id."""
    options = {"searchable": searchable, "interfaces": interfaces, "priced": priced}

    def decorate(cls: type[T]) -> type[T]:
        _declare(cls, entity, order=order, is_node=is_node, **options)
        return cls

    return decorate


def part(of: type[Base] | None = None, *, interfaces: tuple[str, ...] = ()) -> Callable[[type[T]], type[T]]:
    """Declare a structure that shows some columns of a row; types and descriptions are those of an entity's."""

    def decorate(cls: type[T]) -> type[T]:
        _declare(cls, of, is_node=False, is_part=True, interfaces=interfaces)
        return cls

    return decorate


def aggregates(entity: type[Base]) -> Callable[[type[T]], type[T]]:
    """Declare groups of an entity's rows: what they can be grouped by, and what they come to."""

    def decorate(cls: type[T]) -> type[T]:
        _declare(cls, entity, is_node=False, is_part=True)
        name = cls.__name__
        count = Count(name="count", description="How many rows the group has.")
        TYPES[name].fields = {"count": count, **TYPES[name].fields}
        make_connection(name)
        return cls

    return decorate


def structure(cls: type[T]) -> type[T]:
    """Declare a structure that is worked out in Python."""
    _declare(cls, None, is_part=True)
    return cls


def query(cls: type[T]) -> type[T]:
    """Add a class's declarations to the fields of `Query`."""
    root = TYPES.setdefault("Query", TypeDeclaration("Query", "Everything that can be read."))
    root.fields.update(_fields(cls))
    return cls


def by(source: Source, *, descending: bool = False, path: tuple[str, ...] = ()) -> SortKey:
    """Name a sort key."""
    return SortKey(Column(path, source), descending)


def _declare(cls: type, entity: type[Base] | None, **options: Any) -> None:
    own = cls.__dict__.get("__doc__") or (entity.__doc__ if entity else "")
    fields = {name: field for base in cls.__mro__ for name, field in _fields(base)}
    TYPES[cls.__name__] = TypeDeclaration(cls.__name__, " ".join((own or "").split()), entity, fields, **options)


def _fields(cls: type) -> Iterator[tuple[str, Declaration]]:
    file = f"{cls.__module__.replace('.', '/')}.py"
    for name, value in vars(cls).items():
        if isinstance(value, Declaration):
            yield name, replace(value, name=name, file=file)
