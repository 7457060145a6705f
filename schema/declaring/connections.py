"""Connections, as Relay describes them: pages of a list, and how a list is sorted."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, StrEnum

import strawberry

from resolvers.query.columns import Column
from resolvers.query.paging import DEFAULT_PAGE, LARGEST_PAGE
from schema.declaring.base import TYPES, Argument, Declaration, TypeDeclaration, blaming
from schema.declaring.kinds.attribute import Attribute
from schema.declaring.types import NAMES, FieldSpec, input_type


class SortDirection(StrEnum):
    """Which way a list is sorted. Missing values count as the greatest: last when ascending, first when descending."""

    ASC = "ASC"
    DESC = "DESC"


NAMES["SortDirection"] = strawberry.enum(SortDirection, description=(SortDirection.__doc__ or "").strip())

PRICE = "PRICE"
"""The sort key of what has a price in each currency; it takes the currency."""
OF_A_PRICE = "By PRICE: in which currency, ISO 4217; what has no price in it counts as the dearest."

SORT_KEYS: dict[str, dict[str, Column]] = {}
"""The columns that each type's sort keys stand for."""

PAGE_ARGUMENTS = (
    Argument(
        "first",
        "int | None",
        f"How many from the start, {LARGEST_PAGE} at most; {DEFAULT_PAGE} where neither `first` nor `last` is given.",
        None,
    ),
    Argument("after", "str | None", "Only what comes after this cursor.", None),
    Argument("last", "int | None", f"How many from the end, {LARGEST_PAGE} at most.", None),
    Argument("before", "str | None", "Only what comes before this cursor.", None),
)


def _shown(**fields: tuple[str, str]) -> dict[str, Declaration]:
    return {
        name: Attribute(name=name, annotation=annotation, description=description)
        for name, (annotation, description) in fields.items()
    }


TYPES["PageInfo"] = TypeDeclaration(
    "PageInfo",
    "Where a page lies in its list.",
    None,
    _shown(
        has_next_page=(
            "bool",
            "Whether more follows this page; with `before` that is taken for granted, as the cursor's row did.",
        ),
        has_previous_page=(
            "bool",
            "Whether more comes before this page; with `after` that is taken for granted, as the cursor's row did.",
        ),
        start_cursor=("str | None", "The cursor of the page's first row; none on an empty page."),
        end_cursor=("str | None", "The cursor of the page's last row; none on an empty page."),
    ),
    is_part=True,
)


def make_order(declared: TypeDeclaration) -> None:
    """Make a type's `orderBy` input."""
    assert declared.entity is not None
    keys: dict[str, Column] = {}
    for field in declared.fields.values():
        with blaming(declared, field):
            keys |= {name.upper(): column for name, column in field.sort_columns(declared.entity)}
    keys["ID"] = Column((), "id")
    SORT_KEYS[declared.name] = keys
    enum_name = f"{declared.name}SortField"
    priced = [PRICE] if declared.priced else []
    members = Enum(enum_name, {key: key for key in [*keys, *priced]})  # type: ignore[misc]
    NAMES[enum_name] = strawberry.enum(members, description=f"What a list of {declared.name} can be sorted by.")
    input_type(
        f"{declared.name}Order",
        f"A sort key of a list of {declared.name}.",
        {
            "field": FieldSpec(enum_name, "What to sort by."),
            "direction": FieldSpec("SortDirection | None", "Which way; ascending unless said otherwise."),
            **({"currency": FieldSpec("str | None", OF_A_PRICE)} if declared.priced else {}),
        },
    )


def connection_fields(name: str) -> Iterator[tuple[str, str, dict[str, Declaration]]]:
    """The edge and the connection over a type: name, description and fields of each."""
    yield (
        f"{name}Edge",
        f"A {name} at its place in a list.",
        _shown(
            cursor=("str", "Where the row lies; give it back as `after` or `before`."),
            node=(name, "The row."),
        ),
    )
    yield (
        f"{name}Connection",
        f"A page of a list of {name}.",
        _shown(
            edges=(f"list[{name}Edge]", "The rows of the page, each with its cursor."),
            nodes=(f"list[{name}]", "The rows of the page."),
            page_info=("PageInfo", "Where the page lies."),
            total_count=("int", "How many rows the whole list has; counted only when asked for."),
        ),
    )


def make_connection(name: str) -> None:
    """Declare the connection and edge types over a type of rows."""
    for type_name, description, fields in connection_fields(name):
        TYPES[type_name] = TypeDeclaration(type_name, description, None, fields, is_part=True)


def list_arguments(declared: TypeDeclaration) -> list[Argument]:
    """The arguments of a connection over a type."""
    arguments: list[Argument] = [
        *PAGE_ARGUMENTS,
        Argument("where", f"{declared.name}Where | None", "Only rows for which this holds.", None),
        Argument("order_by", f"list[{declared.name}Order] | None", "Sort by these keys, the first one first.", None),
    ]
    if declared.searchable:
        arguments.append(
            Argument(
                "search",
                "str | None",
                "Only rows that have each of these words, or a word that starts with it; "
                "case and accents don't matter. What holds no letter and no digit is found nowhere.",
                None,
            )
        )
    return arguments
