"""Every connection of the graph, and walks along them page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from schema.declaring.connections import SORT_KEYS
from schema.declaring.declarations import TYPES, Many, TypeDeclaration
from schema.declaring.filters import camel
from schema.declaring.kinds.embedded import Embedded
from tests.schema.both_ways import Graph, schema

PAGE = "edges { cursor node { KEY } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection by where it is: below the query, or below the rows of a type."""

    name: str
    parent: str | None
    path: tuple[str, ...]
    target: str

    def __str__(self) -> str:
        return ".".join(([self.parent] if self.parent else []) + list(self.path))

    @property
    def key(self) -> str:
        """What tells its rows apart: their ids, or else the order's own cursor."""
        return "id" if TYPES[self.target].is_node else "__typename"

    def call(self, fields: str, *orders: str) -> str:
        """A document that asks for a page of it, once for each order, as p0, p1 and so on."""
        calls = []
        for index, order in enumerate(orders):
            given = f"first: $first, last: $last, after: $after{index}, before: $before{index}"
            by = f", orderBy: {order}" if order else ""
            calls.append(f"p{index}: {self.path[-1]}({given}{by}) {{ {fields} }}")
        cursors = "".join(f", $after{index}: String, $before{index}: String" for index in range(len(orders)))
        inner = " ".join(calls)
        for outer in reversed(self.path[:-1]):
            inner = f"{outer} {{ {inner} }}"
        if self.parent is None:
            return f"query ($first: Int, $last: Int{cursors}) {{ {inner} }}"
        below = f"node(id: $id) {{ ... on {self.parent} {{ {inner} }} }}"
        return f"query ($id: ID!, $first: Int, $last: Int{cursors}) {{ {below} }}"

    def pages(self, data: Any) -> list[Any]:
        """The pages in an answer."""
        inner = data if self.parent is None else data["node"]
        for outer in self.path[:-1]:
            inner = inner[outer]
        return list(inner.values())


def connections() -> list[Connection]:
    """Every connection over rows, at the root and below each type that has ids."""
    schema()
    found = []
    for name, field in TYPES["Query"].fields.items():
        if isinstance(field, Many):
            found.append(Connection(name, None, (camel(name),), str(field.type_name)))
    for declared in list(TYPES.values()):
        if declared.is_node:
            found += [Connection(path[-1], declared.name, path, target) for path, target in _below(declared, declared)]
    return found


def _below(owner: TypeDeclaration, declared: TypeDeclaration) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, field in declared.fields.items():
        if isinstance(field, Many) and field.paged:
            yield (camel(name),), field.target(TYPES[declared.name]).name
        elif isinstance(field, Embedded):
            for path, target in _below(owner, TYPES[field.type_name]):
                yield (camel(name), *path), target


def sort_fields(type_name: str) -> list[str]:
    """What a type can be sorted by."""
    schema()
    return list(SORT_KEYS[type_name])


async def walk(
    graph: Graph, query: str, pages: Callable[[Any], list[Any]], size: int, *, backwards: bool, **variables: Any
) -> AsyncIterator[list[Any]]:
    """The pages of equally long lists walked side by side."""
    cursors: dict[str, Any] = {}
    side, way = ("last", "before") if backwards else ("first", "after")
    while True:
        found = pages(await graph.data(query, **{side: size}, **cursors, **variables))
        yield found
        infos = [page["pageInfo"] for page in found]
        ends = [info["hasPreviousPage" if backwards else "hasNextPage"] for info in infos]
        if not any(ends):
            return
        assert all(ends), "the lists are of one length"
        cursors = {
            f"{way}{index}": info["startCursor" if backwards else "endCursor"] for index, info in enumerate(infos)
        }
