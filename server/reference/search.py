"""What the reference's search looks through: a script that is loaded when somebody begins to search."""

from __future__ import annotations

import json
from collections.abc import Iterator

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from .errors import catalogue
from .outline import ERROR_TYPES, ERRORS, Outline
from .text import Links, first_sentence
from .words import SYNONYMS

RESOURCE, OPERATION, TYPE, CODE, PART = range(5)
"""The kinds of what is found, those that are looked for most first."""

Entry = tuple[str, str, int, str]
"""A name, where it is described, its kind, and a sentence about it."""


def index(outline: Outline, links: Links) -> str:
    """The script with all entries, and with other words for those that names are made of."""
    entries = [*_resources(outline), *_operations(outline), *_types(outline, links), *_codes()]
    given = json.dumps({"entries": entries, "synonyms": SYNONYMS}, ensure_ascii=False, separators=(",", ":"))
    return f"globalThis.SEARCHED = {given};\n"


def _resources(outline: Outline) -> Iterator[Entry]:
    for each in outline.resources:
        yield each.resource.name, each.page, RESOURCE, each.resource.summary


def _operations(outline: Outline) -> Iterator[Entry]:
    for each in outline.operations.values():
        yield each.full_name, each.page, OPERATION, first_sentence(each.field.description)


def _types(outline: Outline, links: Links) -> Iterator[Entry]:
    plumbing = {type_.name for group in outline.groups if group.name == "Pages" for type_ in group.types}
    for name in outline.homes:
        if name in plumbing or name in ERROR_TYPES:
            continue
        type_ = links.schema.type_map[name]
        yield name, links.address(name), TYPE, first_sentence(type_.description)
        if name.endswith("Filter"):
            continue  # what filters compare with is the same everywhere
        if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType | GraphQLInterfaceType):
            for part, field in type_.fields.items():
                yield f"{name}.{part}", links.address(f"{name}.{part}"), PART, first_sentence(field.description)
        elif isinstance(type_, GraphQLEnumType):
            for part, value in type_.values.items():
                yield f"{name}.{part}", links.address(f"{name}.{part}"), PART, first_sentence(value.description)


def _codes() -> Iterator[Entry]:
    for codes in catalogue():
        for each in codes:
            yield each.code, f"{ERRORS}#{each.full_name}", CODE, each.meaning
