"""What can only be checked with the database at hand: card numbers, custom properties, trees, lines of bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, func, literal, select

import models
from models.rules.card_number import CardPattern, CheckDigit, refusal
from models.rules.reward_value import IN_MONEY
from models.types import QUANTITY
from resolvers.files.format import local_values
from resolvers.files.format.conventions import Conventions
from resolvers.files.format.record_schema import Draft, names_a_line
from resolvers.files.record import contacts, made_along
from resolvers.files.record.bulk_insert import DOCUMENT
from resolvers.files.record.natural_keys import OWN_SOURCE, table_of
from resolvers.files.report import Missing

if TYPE_CHECKING:
    from resolvers.files.record.batch import RecordBatch

CARD = table_of(models.Card)
CARD_TYPE = table_of(models.CardType)
ITEM = table_of(models.PurchaseItem)
PROPERTY = table_of(models.Property)
PROPERTY_ITEM = table_of(models.PropertyItem)
PROPERTY_RECORD = table_of(models.PropertyRecord)
RETURN = table_of(models.PurchaseReturn)
RETURNED = table_of(models.PurchaseReturnItem)
REWARD = table_of(models.Reward)
SOURCE = table_of(models.CustomerSource)
VOUCHER = table_of(models.Voucher)


async def check(batch: RecordBatch) -> None:
    """Refuse the rows that the database's other rows don't allow."""
    if batch.resource.self_reference:
        await _refuse_cycles(batch, batch.resource.self_reference)
    if "properties" in batch.resource.shape.lists:
        await _check_properties(batch)
    if batch.resource.name in CHECKS:
        await CHECKS[batch.resource.name](batch)


async def _refuse_cycles(batch: RecordBatch, column: str) -> None:
    """A row must not come to lie above itself."""
    placed = [draft for draft in batch.good if draft.refs.get(column) is not None]
    if all(draft.new for draft in placed):
        return
    table = batch.table
    above = select(table.c.id, table.c[column]).where(table.c.id.in_([draft.values[column] for draft in placed]))
    chain = above.cte("above", recursive=True)
    chain = chain.union(select(table.c.id, table.c[column]).join(chain, table.c.id == chain.c[column]))
    parents: dict[int, int | None] = {row[0]: row[1] for row in await batch.connection.execute(select(chain))}
    for draft in batch.good:
        if column not in draft.values:
            continue
        if draft.key in _line_up(parents, draft.values[column]):
            draft.refuse(batch.resource.shape.by_column[column].name, "would lie below itself")
        else:
            parents[draft.key] = draft.values[column]


def _line_up(parents: dict[int, int | None], key: int | None) -> set[int]:
    """A row with all that lie above it."""
    line: set[int] = set()
    while key is not None and key not in line:
        line.add(key)
        key = parents.get(key)
    return line


async def _check_cards(batch: RecordBatch) -> None:
    """A card's number must be one of its type's."""
    known = [draft.key for draft in batch.good if not draft.new]
    query = select(CARD.c.id, CARD.c.card_type_id, CARD.c.customer_id).where(CARD.c.id.in_(known))
    before = {key: (card_type, holder) for key, card_type, holder in await batch.connection.execute(query)}
    batch.touched |= {holder for _, holder in before.values() if holder is not None}
    types = {draft.key: draft.values.get("card_type_id") or before[draft.key][0] for draft in batch.good}
    columns = (CARD_TYPE.c.id, CARD_TYPE.c.prefix, CARD_TYPE.c.number_length, CARD_TYPE.c.check_digit)
    rows = await batch.connection.execute(select(*columns).where(CARD_TYPE.c.id.in_(set(types.values()))))
    patterns = {row.id: CardPattern(row.prefix, row.number_length, CheckDigit(row.check_digit.value)) for row in rows}
    for draft in batch.good:
        if reason := refusal(patterns[types[draft.key]], draft.values["number"]):
            draft.refuse("number", f"is refused: {reason.message}")


async def _check_customers(batch: RecordBatch) -> None:
    """Accounts are of known systems, and contacts of one customer each."""
    await _check_accounts(batch)
    await contacts.leave_out_taken(batch)


async def _check_accounts(batch: RecordBatch) -> None:
    """A customer's outside system must be one of the customer sources; this CRM itself always is."""
    codes = {draft.values["source"] for draft in batch.good}
    known = await batch.names.keys(models.CustomerSource, {(0, code) for code in codes})
    if OWN_SOURCE in codes and (0, OWN_SOURCE) not in known:
        await batch.writer.insert(SOURCE, [{"code": OWN_SOURCE, "name": OWN_SOURCE}])
    await made_along.make_sources(batch, {code for code in codes if (0, code) not in known and code != OWN_SOURCE})
    known = await batch.names.keys(models.CustomerSource, {(0, code) for code in codes})
    for draft in batch.good:
        if (0, draft.values["source"]) not in known:
            draft.refuse("source", "names what is not there", Missing("customerSources", draft.values["source"]))
        else:
            draft.values["source_id"] = known[0, draft.values["source"]]


async def _check_lines(batch: RecordBatch) -> None:
    """The line of a discount, or of what was returned, must be on the bill."""
    query = select(ITEM.c.purchase_id, ITEM.c.line, ITEM.c.id).where(
        ITEM.c.purchase_id.in_([draft.key for draft in batch.good])
    )
    lines = {(purchase, line): key for purchase, line, key in await batch.connection.execute(query)}
    for draft in batch.good:
        for path, owned, part in draft.inner(batch.resource.shape.lists.values()):
            if not names_a_line(owned.shape):
                continue
            line = part.values.get("line")
            part.values["item_id"] = lines.get((draft.key, line))
            if line is not None and part.values["item_id"] is None:
                draft.refuse(f"{path}.line", "is not on the bill")


async def _check_returns(batch: RecordBatch) -> None:
    """A return that is there already stays as it is; of no line more comes back than was bought."""
    await _check_lines(batch)
    keys = [draft.key for draft in batch.good]
    there: dict[int, set[Any]] = defaultdict(set)
    query = select(RETURN.c.purchase_id, RETURN.c.external_id, RETURN.c.at).where(RETURN.c.purchase_id.in_(keys))
    for purchase, external_id, at in await batch.connection.execute(query):
        there[purchase].add(external_id or at)
    returned = await _returned(batch, keys)
    bought = await batch.connection.execute(select(ITEM.c.id, ITEM.c.quantity).where(ITEM.c.purchase_id.in_(keys)))
    quantities: dict[int, Decimal] = {row[0]: row[1] for row in bought}
    for draft in batch.good:
        known, given = there[draft.key], draft.lists.get("returns", [])
        draft.lists["returns"] = new = [one for one in given if _return_key(one) not in known]
        for place, item in ((given.index(one), item) for one in new for item in one.lists.get("items", ())):
            key = item.values["item_id"]
            returned[key] += item.values["quantity"]
            if key is not None and returned[key] > quantities[key]:
                draft.refuse(f"returns[{place}].items", "returns more of a line than was bought")


def _return_key(one: Draft) -> Any:
    """By what a return is known again: its id at the till, or else its moment."""
    return one.values.get("external_id") or one.values["at"]


async def _returned(batch: RecordBatch, purchases: Sequence[int]) -> dict[int | None, Decimal]:
    """What was returned of the lines of bills, by returns that are there."""
    summed = func.sum(RETURNED.c.quantity, type_=QUANTITY)
    query = select(RETURNED.c.item_id, summed).join(ITEM, ITEM.c.id == RETURNED.c.item_id)
    rows = await batch.connection.execute(query.where(ITEM.c.purchase_id.in_(purchases)).group_by(RETURNED.c.item_id))
    found: dict[int | None, Decimal] = defaultdict(Decimal)
    return found | {row[0]: row[1] for row in rows}


def _codes_of(others: Table) -> Callable[[RecordBatch], Awaitable[None]]:
    """Rewards and vouchers share their codes."""

    async def check_codes(batch: RecordBatch) -> None:
        coded = {draft.values["code_key"]: draft for draft in batch.good if draft.values.get("code_key")}
        taken = select(others.c.code_key).where(others.c.code_key.in_(coded))
        for key in await batch.connection.scalars(taken):
            coded[key].refuse("code", f"is a {others.name}'s already")

    return check_codes


async def _check_rewards(batch: RecordBatch) -> None:
    """A draft was never offered: there are no vouchers of it."""
    await _codes_of(VOUCHER)(batch)
    drafts = {draft.key: draft for draft in batch.good if draft.values.get("is_draft")}
    issued = select(VOUCHER.c.reward_id).where(VOUCHER.c.reward_id.in_(drafts)).distinct()
    for key in await batch.connection.scalars(issued):
        drafts[key].refuse("isDraft", "must be false: there are vouchers of it")


async def _check_vouchers(batch: RecordBatch) -> None:
    """The same seen from a voucher."""
    await _codes_of(REWARD)(batch)
    keys = {draft.values["reward_id"] for draft in batch.good if "reward_id" in draft.values}
    query = select(REWARD.c.id, REWARD.c.is_draft, REWARD.c.kind, REWARD.c.currency_code).where(REWARD.c.id.in_(keys))
    rewards = {row.id: row for row in await batch.connection.execute(query)}
    for draft in batch.good:
        reward = rewards.get(draft.values.get("reward_id", 0))
        if reward is None:
            continue
        if reward.is_draft:
            draft.refuse("reward", "is a draft: of one that was never offered there are no vouchers")
        currency = reward.currency_code or batch.run.conventions.currency
        if draft.values.get("value") is not None and reward.kind in IN_MONEY and currency is not None:
            draft.values.setdefault("currency_code", currency)


CHECKS: dict[str, Callable[[RecordBatch], Awaitable[None]]] = {
    "cards": _check_cards,
    "customers": _check_customers,
    "purchaseDiscounts": _check_lines,
    "purchaseReturns": _check_returns,
    "rewards": _check_rewards,
    "vouchers": _check_vouchers,
}


async def _check_properties(batch: RecordBatch) -> None:
    """A property's value must be of the property's type, one of its items, and nobody else's if it is unique."""
    given = [
        (draft, path, part)
        for draft in batch.good
        for path, owned, part in draft.inner(batch.resource.shape.lists.values())
        if owned.shape.model is models.PropertyRecord
    ]
    keys = {part.values["property_id"] for _, _, part in given}
    if not keys:
        return
    rows = await batch.connection.execute(select(PROPERTY).where(PROPERTY.c.id.in_(keys)))
    properties = {row.id: row for row in rows}
    choices = await batch.connection.execute(
        select(PROPERTY_ITEM.c.property_id, PROPERTY_ITEM.c.value).where(PROPERTY_ITEM.c.property_id.in_(keys))
    )
    items: dict[int, set[str]] = defaultdict(set)
    for key, value in choices:
        items[key].add(value)
    owners: dict[tuple[int, type[Any], Any], int] = {}
    for draft, path, part in given:
        key = part.values["property_id"]
        if "properties" in draft.merged:
            part.values["value"] = _of_kind(properties[key].data_type, part.values["value"], batch.run.conventions)
        value = part.values["value"]
        if reason := _wrong_value(properties[key].data_type, value, items[key]):
            draft.refuse(f"{path}.value", reason)
        elif properties[key].is_unique:
            owner = owners.setdefault((key, type(value), value), draft.key)
            if owner != draft.key or await _is_taken(batch, draft, part):
                draft.refuse(f"{path}.value", "is another's already")


def _of_kind(kind: models.PropertyType, written: Any, conventions: Conventions) -> object:
    """A property's value from a cell of its own, which is text."""
    if not isinstance(written, str):
        return written
    try:
        if kind is models.PropertyType.NUMBER:
            return float(local_values.number(written, conventions))
        if kind is models.PropertyType.BOOLEAN:
            return local_values.yes_no(written, conventions)
        return local_values.day(written, conventions) if kind is models.PropertyType.DATE else written
    except ValueError:
        return written


def _wrong_value(kind: models.PropertyType, value: object, items: set[str]) -> str | None:
    if kind is models.PropertyType.BOOLEAN:
        return None if isinstance(value, bool) else "must be true or false"
    if kind is models.PropertyType.NUMBER:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if number else "must be a number"
    if not isinstance(value, str):
        return "must be text"
    if kind is models.PropertyType.CHOICE:
        return None if value in items else f"must be one of {', '.join(sorted(items))}"
    if kind is models.PropertyType.DATE:
        try:
            date.fromisoformat(value)
        except ValueError:
            return "must be a day such as 2024-05-15"
    return None


async def _is_taken(batch: RecordBatch, draft: Draft, part: Draft) -> bool:
    record = PROPERTY_RECORD
    owner = record.c[f"{batch.table.name}_id"]
    same = (
        record.c.property_id == part.values["property_id"],
        record.c.value == literal(part.values["value"], DOCUMENT),
    )
    found = await batch.connection.scalar(select(literal(1)).where(*same, owner.is_distinct_from(draft.key)).limit(1))
    return found is not None
