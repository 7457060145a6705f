"""The description of all files for people, made from the resources themselves."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.files.format.record_schema import ListOf, RecordSchema
from resolvers.files.resources import RESOURCES, Resource

LEDGERS = {
    "purchaseDiscounts": (
        "What rewards, vouchers and the till itself took off a bill that is there already.",
        "the bill",
    ),
    "purchaseReturns": ("What was returned of a bill that is there already, each return once.", "the bill"),
    "pointLedgers": ("All points of a customer, entry by entry.", "`customer`; never changed"),
    "openingBalances": ("Points that a customer brings along.", "`customer`, `source` and `externalId`; never changed"),
}
BEGIN, END = "<!-- resources -->", "<!-- end of resources -->"


def description() -> str:
    """Every resource with its fields, as Markdown; those of the same fields together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for resource in RESOURCES.values():
        alike.setdefault(tuple(_table(resource.shape, ())), []).append(resource.name)
    overview = ["| Resource | Is | Found by |", "| --- | --- | --- |", *map(_overview, RESOURCES.values()), ""]
    tables = [line for table, names in alike.items() for line in (f"### {', '.join(names)}", "", *table, "")]
    return "\n".join([*overview, *tables])


def _overview(resource: Resource) -> str:
    fields = resource.shape.by_column
    keys = [" and ".join(f"`{fields[column].name}`" for column in key) for key in resource.keys if key]
    says, *_ = (resource.model.__doc__ or "").splitlines()
    found = LEDGERS.get(resource.name, (says, " or ".join(keys)))
    return f"| `{resource.name}` | {' | '.join(found)} |"


def _table(shape: RecordSchema, path: tuple[str, ...]) -> Iterator[str]:
    if not path:
        yield "| Field | Takes | Needed | Says |"
        yield "| --- | --- | --- | --- |"
    for item in shape.fields.values():
        name = "".join(f"{part}[]." for part in path) + item.name
        yield _row(name, item.label, needed=item.required, says=item.doc)
    for part in shape.lists.values():
        yield from _list(part, path)


def _list(part: ListOf, path: tuple[str, ...]) -> Iterator[str]:
    name = "".join(f"{above}[]." for above in path) + part.name
    first = next(iter(part.shape.fields.values()))
    says = (part.shape.model.__doc__ or "").splitlines()[0]
    yield _row(f"{name}[]", first.label if part.plain else "objects of", needed=False, says=says)
    if not part.plain:
        yield from _table(part.shape, (*path, part.name))


def _row(name: str, takes: str, *, needed: bool, says: str) -> str:
    cells = (f"`{name}`", takes, "yes" if needed else "", says)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def written_into(text: str) -> str:
    """A page with the description brought up to date."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{description()}\n{END}{after}"
