"""What becomes of each operation in each state is what docs/states.md says: it is read here, and tried cell by cell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.resolvers.every_mutation import STEPS, Step
from tests.resolvers.running_operations import Operations
from tests.resolvers.states.benefits import BENEFITS
from tests.resolvers.states.bills import BILLS
from tests.resolvers.states.goods import GOODS
from tests.resolvers.states.people import PEOPLE
from tests.resolvers.states.scene import Entity, set_up

ENTITIES: dict[str, Entity] = PEOPLE | BENEFITS | GOODS | BILLS
PAGE = Path(__file__).parents[3] / "docs" / "states.md"
Table = dict[str, dict[str, str]]


def tables() -> dict[str, Table]:
    """The tables of the page by the headings above them: what becomes of an operation, by state."""
    found: dict[str, Table] = {}
    for part in PAGE.read_text().split("\n## ")[1:]:
        heading, _, text = part.partition("\n")
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
        if rows:
            (_, *states), _, *cells = rows
            found[heading] = {name: dict(zip(states, row, strict=True)) for name, *row in cells}
    return found


async def tried(crm: Operations, session: AsyncSession, entity: Entity) -> Table:
    """What becomes of each operation, in each state."""
    scene = await set_up(crm, session)
    found: Table = {name: {} for name in entity.operations}
    for state in entity.states:
        ids = await entity.make(scene, state)
        for name, what in entity.operations.items():
            found[name][state] = await scene.tries(what, ids)
    return found


@pytest.mark.parametrize("name", ENTITIES)
async def test_operations_do_in_each_state_what_the_page_says(
    crm: Operations, session: AsyncSession, name: str
) -> None:
    assert await tried(crm, session, ENTITIES[name]) == tables()[name]


def test_the_page_tells_of_nothing_else() -> None:
    assert set(tables()) - {"Whatever the state"} == set(ENTITIES)


def test_each_mutation_is_on_the_page() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.read_text()))

    assert sorted({step.mutation for step in STEPS} - told) == []


def test_what_is_tried_is_what_the_page_names() -> None:
    wrong = [
        label
        for entity in ENTITIES.values()
        for label, what in entity.operations.items()
        if isinstance(what, Step) and not label.startswith(f"`{what.mutation}`")
    ]

    assert wrong == []
