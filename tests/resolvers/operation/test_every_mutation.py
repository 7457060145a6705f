"""Every mutation there is: tried it answers the same without effect, done it is noted, retried it is done once."""

from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests.resolvers.books.proved import findings
from tests.resolvers.every_mutation import POINTS, STEPS, Step, filled, prepare
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import schema

MUTATIONS = schema()._schema.mutation_type
SAYS_HOW_MANY = {"purchasesImport"}
"""What tells, as `repeated`, how many of its things had been done before, and tells the same of a retry."""

TOLD_ONCE = {"secret"}
"""What a retry doesn't tell again."""

DRAWN = {"id", "erasedId", "receipt", "code", "number", "reservationCodes", "secret", "hint"}
"""What is drawn anew each time something is made: ids, codes of vouchers, numbers of cards."""


def lasting(value: Any) -> Any:
    """A payload without what is drawn anew."""
    if isinstance(value, list):
        return [lasting(each) for each in value]
    if isinstance(value, dict):
        return {name: lasting(each) for name, each in value.items() if name not in DRAWN}
    return value


def shows(mutation: str) -> str:
    """All that a payload tells, and of each thing in it all that is no thing again."""
    assert MUTATIONS is not None
    return leaves(get_named_type(MUTATIONS.fields[mutation].type), deeper=True)


def leaves(of: Any, *, deeper: bool) -> str:
    """A selection of a type's fields that need no arguments."""
    assert isinstance(of, GraphQLObjectType)
    found = []
    for name, field in of.fields.items():
        its = get_named_type(field.type)
        if is_leaf_type(its):
            found.append(name)
        elif deeper:
            found.append(f"{name} {{ {leaves(its, deeper=False)} }}")
    return " ".join(found)


async def counts(session: AsyncSession) -> list[int]:
    """How many rows each table has; every change puts one more into the outbox."""
    tables = models.Base.metadata.sorted_tables
    counted = select(*(select(func.count()).select_from(table).scalar_subquery() for table in tables))
    numbers = list((await session.execute(counted)).one())
    await session.commit()
    return numbers


async def everything(crm: Operations) -> dict[str, list[tuple[Any, ...]]]:
    """All that the database holds, but for guesses: one that is only tried counts as well."""
    dump = await crm.dump()
    del dump["login_guess"]
    return dump


def the_id(payload: dict[str, Any]) -> str:
    """The id of what a call made: the first thing that its payload shows."""
    made = next(value for value in payload.values() if isinstance(value, dict))
    return str(made["id"])


def test_every_mutation_is_called() -> None:
    assert MUTATIONS is not None
    assert {step.mutation for step in STEPS} == MUTATIONS.fields.keys()


async def test_every_mutation_can_be_tried_and_retried(crm: Operations, session: AsyncSession) -> None:
    ids = await prepare(session)

    for place, step in enumerate(STEPS):
        crm.now += timedelta(seconds=1)
        crm.viewer = step.viewer(ids)
        call = {"key": f"key-{place}", **filled(step.input, ids)}
        nothing_done = await everything(crm)
        tried = await crm.do(step.mutation, shows(step.mutation), dry=True, **call)
        assert (step, tried["userErrors"]) == (step, [])
        assert (step, await everything(crm)) == (step, nothing_done)
        done = await crm.do(step.mutation, shows(step.mutation), **call)
        assert (step, done["userErrors"]) == (step, [])
        assert (step, lasting(tried)) == (step, lasting(done))
        done_once = await crm.dump()
        assert (step, len(done_once["event"]) > len(nothing_done["event"])) == (step, True)
        retried = await crm.do(step.mutation, shows(step.mutation), **call)
        once = done | dict.fromkeys(TOLD_ONCE & done.keys())
        assert retried == (done if step.mutation in SAYS_HOW_MANY else once | {"repeated": True})
        other = await crm.refused("loginCodeSend", key=call["key"], email="other@example.com")
        assert other == [("KEY_REUSED", "idempotencyKey", None)]
        assert (step, await crm.dump()) == (step, done_once)
        if step.makes:
            ids[step.makes] = the_id(done)

    assert await findings(crm.engine) == []


@pytest.mark.parametrize("step", POINTS[:2], ids=lambda step: step.mutation)
async def test_without_a_key_what_is_retried_is_done_twice(crm: Operations, session: AsyncSession, step: Step) -> None:
    """The control: the counts tell one effect from two."""
    ids = await prepare(session)
    await crm.do(step.mutation, "repeated", **filled(step.input, ids))
    done_once = await counts(session)

    retried = await crm.do(step.mutation, "repeated", **filled(step.input, ids))

    assert retried == {"repeated": False}
    assert await counts(session) != done_once
