"""Lists by conditions on related rows, each against hand-written SQL: `python -m tests.benchmarks.questions`.

Every list at the root is asked for by each relation that leads from its rows: by one related row's id, directly or a
step further on. The id is nobody's, or the one to which most rows are related, since what is right for few rows is
wrong for many. Each question is asked in the list's own order, newest first, and counted. Its floor is the faster of
two statements written by hand: one looks for the related rows first, the other goes through the list and looks at
each row's.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from models import Customer
from models.base import Base, Stateful
from resolvers.ids import opaque_id
from resolvers.query.columns import relationship_of
from resolvers.query.filters.where import FILTERS, IdFilter, RelationFilter
from resolvers.query.paging import complete
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Reader, make_reader
from resolvers.storage.statement import Statement
from schema.declaring.declarations import TYPES
from schema.execution.run.planned_schema import Context
from tests.benchmarks.data import Data
from tests.benchmarks.postgres import default_folder
from tests.schema.both_ways import schema
from tests.schema.declaring.walking import connections

PAGE, RUNS, MOST_SECONDS = 20, 3, 5.0
NOBODY = 2**40
WAYS = ("own order", "newest first", "counted")
SHOWN = 25
MOST_TIMES, MOST_MS = 100, 1000
LEAST_FLOOR_MS = 0.2
"""What a statement of no work takes with the way to the database: a floor below it says nothing."""
PAGE_FILE = Path("docs/questions.md")


@dataclass(frozen=True, slots=True)
class Way:
    """How rows of one table lead to those of another: by a column of theirs and one of these."""

    name: str
    mine: str
    target: type[Base]
    theirs: str
    many: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A list by related rows."""

    field: str
    type_name: str
    ways: tuple[Way, ...]
    asked: str
    key: int

    @property
    def entity(self) -> type[Base]:
        """What the list is of."""
        return FILTERS[self.type_name].entity

    def __str__(self) -> str:
        path = ".".join(f"{way.name}.some" if way.many else way.name for way in self.ways)
        who = "nobody's" if self.key == NOBODY else "the most frequent"
        return f"`{self.field}` by `{path}.id`, {who}, {self.asked}"

    def document(self) -> str:
        """The question in GraphQL."""
        known = FILTERS[named(self.ways[-1].target)].filters["id"]
        assert isinstance(known, IdFilter)
        where = f'{{ id: {{ eq: "{opaque_id(known.type_name, self.key)}" }} }}'
        for way in reversed(self.ways):
            where = f"{{ {way.name}: {{ some: {where} }} }}" if way.many else f"{{ {way.name}: {where} }}"
        order = ", orderBy: [{ field: CREATED_AT, direction: DESC }]" if self.asked == "newest first" else ""
        count = "totalCount " if self.asked == "counted" else ""
        return f"{{ {self.field}(first: {PAGE}, where: {where}{order}) {{ {count}nodes {{ id }} }} }}"

    def floors(self) -> Iterator[str]:
        """The same by hand: related rows first, and each row's."""
        here = _there(self.entity, "t")
        for found in (self._sought(0, "t"), self._looked_at(0, "t")):
            where = " AND ".join([found, *here])
            rows = f"SELECT t.id FROM {self.entity.__tablename__} t WHERE {where} ORDER BY {self._order()} LIMIT {PAGE}"
            counted = f"SELECT count(*) FROM {self.entity.__tablename__} t WHERE {where}"
            yield f"SELECT ({counted}), * FROM ({rows}) AS page" if self.asked == "counted" else rows

    def _order(self) -> str:
        if self.asked == "newest first":
            return "t.created_at DESC, t.id DESC"
        keys = complete(TYPES[self.type_name].order)
        own = all(not key.column.path and isinstance(key.column.source, str) for key in keys)
        names = [f"t.{key.column.source} {'DESC' if key.descending else 'ASC'}" for key in keys]
        return ", ".join(names) if own else "t.id"

    def _sought(self, place: int, of: str) -> str:
        way, alias = self.ways[place], f"s{place}"
        if place + 1 == len(self.ways) and way.theirs == "id" and not _seen(way, alias):
            return f"{of}.{way.mine} = {self.key}"
        inner = [self._sought(place + 1, alias)] if place + 1 < len(self.ways) else [f"{alias}.id = {self.key}"]
        where = " AND ".join(inner + _seen(way, alias))
        return f"{of}.{way.mine} IN (SELECT {alias}.{way.theirs} FROM {way.target.__tablename__} {alias} WHERE {where})"

    def _looked_at(self, place: int, of: str) -> str:
        way, alias = self.ways[place], f"s{place}"
        inner = [self._looked_at(place + 1, alias)] if place + 1 < len(self.ways) else [f"{alias}.id = {self.key}"]
        where = " AND ".join([f"{alias}.{way.theirs} = {of}.{way.mine}", *inner, *_seen(way, alias)])
        return f"EXISTS (SELECT 1 FROM {way.target.__tablename__} {alias} WHERE {where})"


def _there(entity: type[Base], alias: str) -> list[str]:
    return [f"{alias}.state <> 'DELETED'"] if issubclass(entity, Stateful) else []


def _seen(way: Way, alias: str) -> list[str]:
    """What is deleted is not listed, but shown by what refers to it, unless it is a customer."""
    return _there(way.target, alias) if way.many or way.target is Customer else []


def named(entity: type[Base]) -> str:
    """The type with an id that shows an entity."""
    return next(name for name, each in FILTERS.items() if each.entity is entity and "id" in each.filters)


def ways_from(type_name: str) -> Iterator[Way]:
    """The relations of a type that a foreign key describes, to rows that have ids."""
    filters = FILTERS[type_name]
    for name, known in filters.filters.items():
        if isinstance(known, RelationFilter) and isinstance(known.relation, str):
            pairs = relationship_of(filters.entity, known.relation).local_remote_pairs or ()
            target = known.target()
            if len(pairs) == 1 and "id" in target.filters:
                yield Way(name, str(pairs[0][0].name), target.entity, str(pairs[0][1].name), known.many)


def paths() -> Iterator[tuple[str, str, tuple[Way, ...]]]:
    """Each list at the root with each relation, and with what the relation's rows refer to."""
    for connection in connections():
        if connection.parent is not None:
            continue
        for way in ways_from(connection.target):
            yield connection.path[0], connection.target, (way,)
            for further in ways_from(named(way.target)):
                if way.many and not further.many:
                    yield connection.path[0], connection.target, (way, further)


async def questions(reader: Reader) -> list[Question]:
    """All of them, over a database."""
    schema()
    found = []
    for field, type_name, ways in paths():
        entity = FILTERS[type_name].entity
        newest = "created_at" in inspect(entity).columns
        for key in (NOBODY, await _most(reader, entity, ways)):
            if key is not None:
                found += [
                    Question(field, type_name, ways, asked, key) for asked in WAYS if newest or asked != "newest first"
                ]
    return found


async def _most(reader: Reader, entity: type[Base], ways: Sequence[Way]) -> int | None:
    """The key to which most rows are related."""
    *before, last = ways
    table = before[-1].target if before else entity
    if last.theirs != "id":
        key, of = "id", f"{last.target.__tablename__} WHERE {last.theirs} IS NOT NULL"
    else:
        key, of = last.mine, f"{table.__tablename__} WHERE {last.mine} IS NOT NULL"
    rows = await reader.fetch(Statement(f"SELECT {key} FROM {of} GROUP BY 1 ORDER BY count(*) DESC LIMIT 1", ()), {})
    return rows[0][0] if rows else None


async def fastest(run: Callable[[], Awaitable[object]], most: float = MOST_SECONDS * 1000) -> float:
    """The milliseconds of the fastest of a few runs, or the most that it may take."""
    best = most
    for _ in range(RUNS):
        began = time.perf_counter()
        try:
            await asyncio.wait_for(run(), most / 1000)
        except TimeoutError:
            break
        best = min(best, (time.perf_counter() - began) * 1000)
    return best


async def floor(reader: Reader, question: Question) -> float:
    """The milliseconds of the faster statement; the slower one isn't waited for."""
    best = MOST_SECONDS * 1000
    for sql in question.floors():
        statement = Statement(sql, (), by_values=True)
        best = min(best, await fastest(partial(reader.fetch, statement, {}), 2 * best))
    return best


@dataclass(frozen=True, slots=True)
class Measured:
    """What a question took, and its floor."""

    question: Question
    took: float
    floor: float

    @property
    def times(self) -> float:
        """How many times its floor."""
        return self.took / max(self.floor, LEAST_FLOOR_MS)


async def measure(url: str) -> list[Measured]:
    """All questions, slowest first."""
    reader, found = make_reader(url), []
    try:
        for question in await questions(reader):
            least = await floor(reader, question)
            found.append(Measured(question, await fastest(partial(ask, reader, question)), least))
    finally:
        await reader.close()
    return sorted(found, key=lambda each: -each.took)


async def ask(reader: Reader, question: Question) -> dict[str, Any]:
    """The data of an answer."""
    context = Context(RequestContext(reader, now=datetime.now(UTC)))
    result = await schema().execute(question.document(), {}, context_value=context)
    assert not result.errors, (question.document(), result.errors)
    assert result.data is not None
    return result.data


def table(kind: str, found: Sequence[Measured]) -> str:
    """The slowest, and what holds for all of them."""
    times, slow = max(each.times for each in found), sum(each.took > MOST_MS for each in found)
    far = sum(each.times > MOST_TIMES for each in found)
    lines = [
        f"## {kind}",
        f"{len(found)} questions. The slowest takes {found[0].took:.0f} ms; {slow} take more than {MOST_MS} ms. "
        f"The farthest from its floor takes {times:.0f} times as long; {far} more than {MOST_TIMES} times.",
        "",
        "| question | ms | by hand | times |",
        "|---|--:|--:|--:|",
        *(f"| {each.question} | {each.took:.1f} | {each.floor:.1f} | {each.times:.1f} |" for each in found[:SHOWN]),
    ]
    return "\n".join(lines)


def page(tables: Sequence[str]) -> str:
    """The page of the docs."""
    assert __doc__ is not None
    head = __doc__.strip().split("\n\n", 1)[1]
    today = f"{datetime.now(UTC):%d %B %Y}"
    made = f"Made by `python -m tests.benchmarks.questions` on {today}, over The Complete Journey, on two cores."
    how = f"Pages of {PAGE}, the fastest of {RUNS} runs. A floor below {LEAST_FLOOR_MS} ms counts as that."
    parts = ["# Lists by related rows, and their floors", made, head, f"{how} The {SHOWN} slowest of each database:"]
    return "\n\n".join([*parts, *tables]) + "\n"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=default_folder(), help="where data is kept between runs")
    folder: Path = parser.parse_args().folder
    data, tables = Data(folder), []
    for kind, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        tables.append(table(name, asyncio.run(measure(data.url(kind, 1)))))
    PAGE_FILE.write_text(page(tables))
    print(f"wrote {PAGE_FILE}")


if __name__ == "__main__":
    main()
