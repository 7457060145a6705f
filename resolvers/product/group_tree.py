"""The tree of product groups, spelt out as every pair of a group and a group above it."""

from __future__ import annotations

from sqlalchemy import delete, exists, insert, literal, literal_column, select
from sqlalchemy.orm import aliased

import models
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.upsert import Record
from resolvers.product.inputs import ProductGroupUpsertInput

PAIR = models.ProductGroupAncestor


async def refuse_cycle(record: Record[ProductGroupUpsertInput]) -> None:
    """A group can't lie below itself."""
    parent = record.given_for(models.ProductGroup.parent_id)
    if record.row is None or parent is None:
        return
    below = select(exists().where(PAIR.group_id == parent, PAIR.ancestor_id == record.row.id))
    if await record.transaction.session.scalar(below):
        raise Refused(ErrorCode.CYCLE, "The group would lie below itself.", record.problems.at("parent"))


async def place(record: Record[ProductGroupUpsertInput]) -> None:
    """Keep the pairs in step with a group's place; a group that moves takes along all that is below it."""
    session, key = record.transaction.session, record.key
    upper, lower = aliased(PAIR), aliased(PAIR)
    known = await session.execute(select(upper.ancestor_id).where(upper.group_id == key, upper.distance == 1))
    is_new = not await session.scalar(select(exists().where(PAIR.group_id == key)))
    before, parent = known.scalar(), record.holds(models.ProductGroup.parent_id)
    if is_new:
        await session.execute(insert(PAIR).values(group_id=key, ancestor_id=key, distance=0))
    if before == parent:
        return
    below = select(lower.group_id).where(lower.ancestor_id == key)
    above = select(upper.ancestor_id).where(upper.group_id == key, upper.distance > 0)
    await session.execute(
        delete(PAIR)
        .where(PAIR.group_id.in_(below), PAIR.ancestor_id.in_(above))
        .execution_options(synchronize_session=False)
    )
    # Every group below with every group above: nothing but the group that moves joins them.
    pairs = (
        select(lower.group_id, upper.ancestor_id, lower.distance + upper.distance + literal_column("1"))
        .join_from(lower, upper, upper.group_id == literal(parent))
        .where(lower.ancestor_id == literal(key))
    )
    await session.execute(insert(PAIR).from_select(["group_id", "ancestor_id", "distance"], pairs))
