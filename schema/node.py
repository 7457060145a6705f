"""Nodes: whatever can be found again by its id alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from resolvers.errors import BadId, BadInput
from resolvers.ids import parse_id
from resolvers.operation.merged import MERGED
from resolvers.query.columns import Column
from resolvers.query.level.rows import NO_KEY, LevelQuery
from resolvers.query.level.statement import statement
from resolvers.query.link import by_column
from resolvers.query.visibility import access_of, listed
from resolvers.storage.context import RequestContext, RowRef
from schema.declaring.declarations import TYPES, Argument, batched, query
from schema.declaring.types import FieldSpec, interface

MOST_NODES = 100


interface(
    "Node",
    "Something that can be found again by its id alone.",
    {"id": FieldSpec("ID", "Opaque id, unique among all nodes.")},
)


def _parsed(opaque: str) -> tuple[str, int]:
    """The type and the key in the id of a node."""
    type_name, key = parse_id(opaque)
    if type_name not in TYPES or not TYPES[type_name].is_node:
        raise BadId("This is not an id of the API; give one that it answered, unchanged.")
    return type_name, key


def _parsed_if_any(opaque: str) -> tuple[str, int] | None:
    try:
        return _parsed(opaque)
    except BadId:
        return None


async def _found(context: RequestContext, parsed: Sequence[tuple[str, int] | None]) -> list[RowRef | None]:
    """The rows that are named; none where there is no such row, or it may not be seen."""
    keys: dict[str, set[int]] = defaultdict(set)
    for type_name, key in (pair for pair in parsed if pair is not None):
        keys[type_name].add(key)
    present = {type_name: await _present(context, type_name, named) for type_name, named in keys.items()}
    became: dict[int, int] = {}
    if gone := keys["Customer"] - present.get("Customer", set()):
        became = dict(await MERGED.read(context, keys=sorted(gone)))
        present["Customer"] |= await _present(context, "Customer", set(became.values())) if became else set()
    named = [
        pair and RowRef(pair[0], became.get(pair[1], pair[1]) if pair[0] == "Customer" else pair[1]) for pair in parsed
    ]
    return [row if row is not None and row.key in present[row.type_name] else None for row in named]


async def _present(context: RequestContext, type_name: str, keys: set[int]) -> set[int]:
    entity = TYPES[type_name].entity
    assert entity is not None
    known = LevelQuery(entity, (Column((), "id"),), by_column(entity, "id", listed))
    rows = await context.fetch(statement(known, context.backend, access_of(context.viewer)), {"keys": sorted(keys)})
    return {row[1] for row in rows}


async def _node(context: RequestContext, _keys: object, args: Mapping[str, Any], _names: object) -> Mapping[int, Any]:
    return {NO_KEY: (await _found(context, [_parsed(args["id"])]))[0]}


async def _nodes(context: RequestContext, _keys: object, args: Mapping[str, Any], _names: object) -> Mapping[int, Any]:
    if len(args["ids"]) > MOST_NODES:
        raise BadInput(f"`ids` takes {MOST_NODES} ids at most.")
    return {NO_KEY: await _found(context, [_parsed_if_any(each) for each in args["ids"]])}


@query
class NodeQueries:
    """Finding anything by its id."""

    node = batched(
        "Node | None",
        _node,
        "The node with this id; null when there is none.",
        arguments=[Argument("id", "ID", "The id.")],
    )
    nodes = batched(
        "list[Node | None]",
        _nodes,
        "The nodes with these ids, in their order; null where there is none, or the id is malformed.",
        arguments=[Argument("ids", "list[ID]", f"The ids, {MOST_NODES} at most.")],
    )
