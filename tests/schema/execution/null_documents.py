"""A document for each place of the graph where a variable may be null: each argument, and each field of its input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_required_argument,
)

from resolvers.ids import opaque_id

LITERALS = {"String": '"x"', "Int": "1", "Decimal": "1", "Boolean": "true", "JSON": "{a: 1}", "Float": "1"}
MOMENTS = {"DateTime": '"2026-01-01T00:00:00Z"', "Date": '"2026-01-01"'}


@dataclass(frozen=True)
class Asked:
    """A document whose variable `$v` is null, and whether null may stand there."""

    document: str
    is_allowed: bool


def null_documents(schema: GraphQLSchema) -> list[Asked]:
    """All of them, the mutations as trials."""
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    made = [asked for path, parent in _paths(schema) for asked in _of_type(path, parent)]
    mutations = [(("mutation",), schema.mutation_type)]
    return made + [asked for path, parent in mutations for asked in _of_type(path, parent)]


def _paths(schema: GraphQLSchema) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each type once, with the shortest way to it."""
    waiting: list[tuple[tuple[str, ...], Any]] = [(("query",), schema.query_type)]
    seen = set()
    while waiting:
        path, parent = waiting.pop(0)
        if parent.name in seen:
            continue
        seen.add(parent.name)
        yield path, parent
        for name, field in parent.fields.items():
            target = get_named_type(field.type)
            # A key may find nothing, and then what is below it is never asked for.
            is_certain = not any(map(_needs, field.args.values()))
            if isinstance(target, GraphQLObjectType) and len(path) < 9 and is_certain:
                waiting.append(((*path, name), target))


def _of_type(path: tuple[str, ...], parent: Any) -> Iterator[Asked]:
    for name, field in parent.fields.items():
        for argument, definition in field.args.items():
            if argument == "idempotencyKey":
                continue
            others = {
                other: _literal(each.type, get_named_type(field.type))
                for other, each in field.args.items()
                if other != argument and (_needs(each) or other == "dryRun")
            }
            for value, kind, is_allowed in _values(definition, get_named_type(field.type)):
                call = ", ".join(f"{other}: {text}" for other, text in {**others, argument: value}.items())
                yield Asked(_document(path, f"{name}({call}){_selected(field.type)}", kind), is_allowed)


def _values(definition: Any, target: GraphQLNamedType) -> Iterator[tuple[str, str, bool]]:
    """The variable in the place of an argument, and in that of each field of its input: value, declaration, allowed."""
    yield "$v", *_declared(definition, target)
    kind = get_named_type(definition.type)
    if not isinstance(kind, GraphQLInputObjectType) or kind.is_one_of:
        return
    for name, field in kind.fields.items():
        needed = {other: each for other, each in kind.fields.items() if other != name and _needs(each)}
        others = "".join(f", {other}: {_literal(each.type, target)}" for other, each in needed.items())
        value = f"{{{name}: $v{others}}}"
        is_list = isinstance(get_nullable_type(definition.type), GraphQLList)
        yield f"[{value}]" if is_list else value, *_declared(field, target)


def _declared(definition: Any, target: GraphQLNamedType) -> tuple[str, bool]:
    """How `$v` is declared: a default lets it stand where null may not."""
    bare = get_nullable_type(definition.type)
    if not isinstance(definition.type, GraphQLNonNull):
        return f"$v: {bare}", True
    return f"$v: {bare} = {_literal(bare, target)}", False


def _needs(definition: Any) -> bool:
    return is_required_argument(definition)


def _literal(kind: Any, target: GraphQLNamedType) -> str:
    bare = get_nullable_type(kind)
    if isinstance(bare, GraphQLList):
        return f"[{_literal(bare.of_type, target)}]"
    if isinstance(bare, GraphQLInputObjectType):
        named = bare.fields if not bare.is_one_of else dict([next(iter(bare.fields.items()))])
        needed = {name: of for name, of in named.items() if bare.is_one_of or _needs(of)}
        return "{" + ", ".join(f"{name}: {_literal(of.type, target)}" for name, of in needed.items()) + "}"
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    if bare.name == "ID":
        return f'"{opaque_id(target.name.removesuffix("Payload"), 1)}"'
    return LITERALS.get(bare.name) or MOMENTS[bare.name]


def _selected(kind: Any) -> str:
    """Something of what is answered."""
    return " {__typename}" if isinstance(get_named_type(kind), GraphQLObjectType | GraphQLInterfaceType) else ""


def _document(path: tuple[str, ...], innermost: str, declaration: str) -> str:
    root, *fields = path
    opened = "".join(f"{field} {{" for field in fields)
    return f"{root}({declaration}) {{{opened}{innermost}{'}' * len(path)}"
