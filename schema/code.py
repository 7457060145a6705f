"""Countries, currencies and languages: the ISO lists, named in the reader's language."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any

import strawberry

from resolvers.code.listing import load_code, load_codes
from schema.declaring.connections import PAGE_ARGUMENTS, connection_fields
from schema.declaring.declarations import TYPES, Argument, TypeDeclaration, batched, query, shown, structure
from schema.declaring.types import NAMES, FieldSpec, input_type


@structure
class Country:
    """A country of ISO 3166-1."""

    code = shown("str", "Code of two letters (ISO 3166-1 alpha-2).")
    name = shown("str", "Name in the language of the reader (`Accept-Language`).")


@structure
class Currency:
    """A currency of ISO 4217."""

    code = shown("str", "Code of three letters (ISO 4217).")
    name = shown("str", "Name in the language of the reader (`Accept-Language`).")


@structure
class Language:
    """A language of ISO 639-1."""

    code = shown("str", "Code of two letters (ISO 639-1).")
    name = shown("str", "Name in the language of the reader (`Accept-Language`).")


class CodeSortField(StrEnum):
    """What a list of countries, currencies or languages can be sorted by."""

    CODE = "CODE"
    NAME = "NAME"


NAMES["CodeSortField"] = strawberry.enum(CodeSortField, description=(CodeSortField.__doc__ or "").strip())

input_type(
    "CodeWhere",
    "Conditions on a country, currency or language; all given must hold. Names are in the reader's language.",
    {
        "and_": FieldSpec("list[CodeWhere] | None", "All of these must hold.", graphql_name="and"),
        "or_": FieldSpec("list[CodeWhere] | None", "At least one of these must hold.", graphql_name="or"),
        "not_": FieldSpec("CodeWhere | None", "This must not hold.", graphql_name="not"),
        "code": FieldSpec("StringFilter | None", "Conditions on the code."),
        "name": FieldSpec("StringFilter | None", "Conditions on the name."),
    },
)
input_type(
    "CodeOrder",
    "A sort key of a list of countries, currencies or languages.",
    {
        "field": FieldSpec("CodeSortField", "What to sort by."),
        "direction": FieldSpec("SortDirection | None", "Which way; ascending unless said otherwise."),
    },
)

ARGUMENTS = (
    *PAGE_ARGUMENTS,
    Argument("where", "CodeWhere | None", "Only those for which this holds.", None),
    Argument("order_by", "list[CodeOrder] | None", "Sort by these keys; by code where none is given.", None),
)


def _connection(name: str) -> None:
    for type_name, description, fields in connection_fields(name):
        TYPES[type_name] = TypeDeclaration(type_name, description, None, fields, is_part=True)


for each in ("Country", "Currency", "Language"):
    _connection(each)


def _one(name: str, description: str) -> Any:
    return batched(
        f"{name} | None", partial(load_code, name), description, arguments=[Argument("code", "str", "The code.")]
    )


def _list(name: str, description: str) -> Any:
    return batched(f"{name}Connection", partial(load_codes, name), description, arguments=ARGUMENTS)


@query
class CodeQueries:
    """The ISO lists."""

    country = _one("Country", "The country with this code; null when there is none.")
    countries = _list("Country", "All countries.")
    currency = _one("Currency", "The currency with this code; null when there is none.")
    currencies = _list("Currency", "All currencies.")
    language = _one("Language", "The language with this code; null when there is none.")
    languages = _list("Language", "All languages.")
