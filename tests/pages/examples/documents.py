"""Documents for the reference's examples, made from the schema: enough of each type to know a row by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    parse,
    print_ast,
)

WRITTEN = Path(__file__).parent / "documents.graphql"
MOST_LEAVES, MOST_RELATIONS = 7, 3
WIDTH = 72
KNOWN_BY = ("id", "code", "name", "number", "fullName", "state", "kind", "amount", "active", "message")
ERRORS = "userErrors { code message field }"
LEFT_OUT = ("id", "extendedData", "createdAt", "updatedAt", "source", "externalId")
"""What says little of a row beside what it is known by."""


def document_of(schema: GraphQLSchema, root: GraphQLObjectType, name: str) -> str:
    """The document of an operation's example: written by hand, or else made."""
    if written := _written().get(name):
        return written
    field = root.fields[name]
    title = name[0].upper() + name[1:]
    is_mutation = root is schema.mutation_type
    taken = {"input": field.args["input"]} if is_mutation else _taken(field)
    variables = ", ".join(f"${each}: {given.type}" for each, given in taken.items())
    arguments = [f"{each}: ${each}" for each in taken]
    arguments += ["first: 3"] if "first" in field.args else ["dryRun: true"] if is_mutation else []
    made = (
        f"{'mutation' if is_mutation else 'query'} {title}{f'({variables})' if variables else ''} {{\n"
        f"  {name}{_called(arguments)} {_selection(schema, field, is_mutation)}\n}}"
    )
    return compact(print_ast(parse(made)))


def compact(document: str) -> str:
    """A document with plain fields beside each other and short selections on one line, as people write them."""
    lines: list[str] = []
    for line in document.splitlines():
        lines.append(line)
        while len(lines) > 1 and _is_leaf(lines[-1]) and _is_leaf(lines[-2]) and _fits(joined := _joined(lines[-2:])):
            lines[-2:] = [joined]
        if line.strip() == "}":
            opened = max(place for place, each in enumerate(lines) if each.endswith("{"))
            if opened and _fits(joined := _joined(lines[opened:])):
                lines[opened:] = [joined]
    return "\n".join(lines)


def _is_leaf(line: str) -> bool:
    """Whether it holds nothing but names of fields."""
    return re.fullmatch(r" +[\w ]+", line) is not None


def _fits(line: str) -> bool:
    return len(line) <= WIDTH


def _joined(lines: list[str]) -> str:
    first, *others = lines
    return " ".join([first, *(line.strip() for line in others)])


def _taken(field: GraphQLField) -> dict[str, object]:
    return {
        name: given
        for name, given in field.args.items()
        if is_required_argument(given) or name in ("search", "customer", "spendPoints", "withinKm")
    }


def _called(arguments: list[str]) -> str:
    return f"({', '.join(arguments)})" if arguments else ""


def _selection(schema: GraphQLSchema, field: GraphQLField, is_mutation: bool) -> str:
    answer = get_named_type(field.type)
    if is_leaf_type(answer):
        return ""
    assert isinstance(answer, GraphQLObjectType | GraphQLInterfaceType)
    if "nodes" in answer.fields and "pageInfo" in answer.fields:
        node = get_named_type(answer.fields["nodes"].type)
        return f"{{ totalCount nodes {{ {_of(node)} }} pageInfo {{ hasNextPage endCursor }} }}"
    if is_mutation:
        return f"{{ {_of_payload(answer)} {ERRORS} }}"
    return f"{{ {_of(answer)} }}"


def _of_payload(payload: GraphQLNamedType) -> str:
    assert isinstance(payload, GraphQLObjectType)
    fields = {name: field for name, field in payload.fields.items() if name not in ("repeated", "userErrors")}
    parts = []
    for name, field in fields.items():
        type_ = get_named_type(field.type)
        parts.append(name if is_leaf_type(type_) else f"{name} {{ {_of(type_, relations=1)} }}")
    return " ".join(parts)


def _of(type_: GraphQLNamedType, relations: int = MOST_RELATIONS) -> str:
    """The leaves of a type that it is known by and a few more, and a few of what it belongs to."""
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
    if isinstance(type_, GraphQLInterfaceType):
        return f"__typename {' '.join(type_.fields)}"
    leaves = [name for name, field in _plain(type_) if is_leaf_type(get_nullable_type(field.type))]
    first = [name for name in KNOWN_BY if name in leaves]
    rest = [name for name in leaves if name not in first and name not in LEFT_OUT]
    chosen = [*first, *rest][:MOST_LEAVES]
    return " ".join([*chosen, *_relations(type_, relations)]) or "__typename"


def _relations(type_: GraphQLObjectType, most: int) -> Iterator[str]:
    given = 0
    for name, field in _plain(type_):
        of = get_named_type(field.type)
        if is_leaf_type(of) or is_list_type(get_nullable_type(field.type)) or not isinstance(of, GraphQLObjectType):
            continue
        if (known := _known(of)) and given < most:
            given += 1
            yield f"{name} {{ {known} }}"


def _known(type_: GraphQLObjectType) -> str:
    """What a row is known by where it is shown beside another."""
    if type_.name == "Customer":
        return "personalInformation { fullName }"
    if type_.name == "Money":
        return "amount currency { code }"
    leaves = [name for name, field in _plain(type_) if is_leaf_type(get_nullable_type(field.type))]
    return " ".join([name for name in KNOWN_BY[1:] if name in leaves][:2])


def _plain(type_: GraphQLObjectType) -> Iterator[tuple[str, GraphQLField]]:
    for name, field in type_.fields.items():
        if field.deprecation_reason is None and not field.args:
            yield name, field


@cache
def _written() -> dict[str, str]:
    """What was written by hand, by the names of the operations in small letters at the beginning."""
    definitions = parse(WRITTEN.read_text("utf-8")).definitions
    operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    names = [each.name.value for each in operations if each.name]
    return {
        f"{name[0].lower()}{name[1:]}": compact(print_ast(each)) for name, each in zip(names, operations, strict=True)
    }
