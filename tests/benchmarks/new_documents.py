"""What a document that was never seen costs: `python -m tests.benchmarks.new_documents`.

Each document is asked twice: what the first time costs more than the second is reading, validating and planning it,
and putting its statements together. It is told as a multiple of what graphql-core's own parsing and validating take for
the same document, measured in turns with it. Both are CPU of the whole process, of all its threads.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, Visitor, parse, print_ast, validate, visit
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.ids import opaque_id
from resolvers.storage.context import RequestContext
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import Reader, make_reader
from schema.declaring.build import build
from schema.execution.plan.rules import RULES
from schema.execution.run.planned_schema import Context, PlannedSchema
from server.app import GARBAGE
from tests import databases, factories
from tests.benchmarks.long_bills import waiting
from tests.factories import NOW
from tests.schema.contract_operations import operations

MOST_TIMES, MOST_WAIT = 1.5, 20
"""What is aimed at: the multiple, and the milliseconds for which nobody else is answered."""

ASKED = "Customer360"
LITERALS = """{{
  customers(first: {0}, where: {{ createdAt: {{ gte: "20{0}-01-01T00:00:00Z" }} }}) {{
    nodes {{ id personalInformation {{ fullName }} cards(first: {0}) {{ nodes {{ number state }} }} }}
  }}
  products(first: {0}, where: {{ name: {{ startsWith: "{0}" }} }}) {{ nodes {{ id name brand {{ name }} }} }}
}}"""


class _Without(Visitor):
    """Takes one leaf away."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.left = place

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        """Count the leaves."""
        if node.selection_set is None and node.name.value != "id":
            self.left -= 1
            if self.left == -1:
                return self.REMOVE
        return None


def without(text: str, place: int) -> str:
    """A document without one of its leaves."""
    return print_ast(visit(parse(text), _Without(place)))


def variants(text: str, count: int) -> dict[str, Iterator[str]]:
    """Documents that nobody has seen, by what is new about them."""
    places = random.Random(7).sample(range(60), count)
    aliased = text.replace("customer(by:", "{}: customer(by:", 1)
    return {
        "the contract's with one leaf less": (without(text, place) for place in places),
        "the contract's with another alias at its root": (aliased.replace("{}", f"a{n}", 1) for n in range(count)),
        "the contract's with a comment": (f"# {n}\n{text}" for n in range(count)),
        "two lists with other literals": (LITERALS.format(10 + n) for n in range(count)),
    }


def core(schema: PlannedSchema, text: str) -> float:
    """What graphql-core's own parsing and validating take."""
    began = time.process_time()
    assert not validate(schema._schema, parse(text), RULES)
    return time.process_time() - began


async def measure(url: str, customer: str, count: int) -> None:
    """Ask for each document as a new one and as a known one, between two rounds of graphql-core's.

    Every other document tells how long others wait, since somebody who wants a turn all the time takes it.
    """
    reader = make_reader(url)
    try:
        await _measure(reader, customer, count)
    finally:
        await reader.close()


async def _measure(reader: Reader, customer: str, count: int) -> None:
    schema, given = build(), {"id": customer, "recent": 10}

    async def ask(text: str) -> float:
        began = time.process_time()
        result = await schema.execute(text, given, context_value=Context(RequestContext(reader, now=NOW)))
        assert not result.errors, result.errors
        return time.process_time() - began

    text = operations()[ASKED]
    cold, known = await ask(text), min([await ask(text) for _ in range(5)])
    _say("the first document of the process", [(cold - known) / min(core(schema, text) for _ in range(5))], [cold], [])
    await ask(LITERALS.format(99))
    # As the server does once it has begun.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    for what, documents in variants(text, count).items():
        times, spent, waited = [], [], []
        for place, document in enumerate(documents):
            if place % 2:
                longest = [0.0]
                async with waiting(longest):
                    await ask(document)
                waited.append(longest[0])
                continue
            own = core(schema, document)
            new = await ask(document)
            known = min(await ask(document), await ask(document))
            own = (own + core(schema, document)) / 2
            times.append((new - known) / own)
            spent.append(new)
        _say(what, times, spent, waited)


def _say(what: str, times: list[float], spent: list[float], waited: list[float]) -> None:
    others = f", others waited {1000 * max(waited):.0f} ms at most" if waited else ""
    print(
        f"{what}: {statistics.median(times):.2f} times graphql-core's parsing and validating"
        f" ({1000 * statistics.median(spent):.0f} ms of CPU in all){others}",
        flush=True,
    )


async def fill(url: str) -> str:
    """One customer; the rest is as empty as can be, since nothing but the documents is measured."""
    factories.restart()
    engine, person = make_engine(url), factories.customer()
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await factories.save(session, factories.usual_programme(), person)
        await session.commit()
    await engine.dispose()
    return opaque_id("Customer", person.id)


def main() -> None:
    """Measure on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=12, help="how many of each kind")
    given = parser.parse_args()
    with databases.of_a_program() as made:
        for kind in databases.KINDS:
            print(f"{kind}:", flush=True)
            with made.database(kind) as url:
                customer = asyncio.run(fill(url))
                asyncio.run(measure(url, customer, given.documents))
        print(f"aimed at: {MOST_TIMES} times, {MOST_WAIT} ms of waiting")


if __name__ == "__main__":
    main()
