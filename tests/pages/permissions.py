"""The page `docs/permissions.md`, made from the declarations and the maps of ownership and personal data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.base import Base
from models.ownership import Kind, Ownership, ownership_of
from models.personal import FORGOTTEN, MASKED, PERSONAL, Personal, telling
from models.scope import Scope
from resolvers.operation.structs import camel
from schema.declaring.base import TYPES, Declaration
from schema.declaring.groups.aggregated import Aggregated
from schema.declaring.kinds.lookup import Lookup
from schema.declaring.kinds.many import Many
from schema.declaring.permissions import kept_for_customers, rules
from tests.schema.both_ways import schema

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
OPENING = """# Who may ask for what

Made by `make schema` from the declarations. What a token is, [access.md](access.md) tells.

"Own" is a customer who is logged in, about what is their own; whatever they name of others' is answered, letter for
letter, as if it weren't there. A gateway with open access asks nobody for anything.

"""
NOBODY = "no"


def table(head: str, rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """A table of Markdown."""
    yield head
    yield "|" + "---|" * (head.count("|") - 1)
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def whose(root: str, name: str) -> tuple[str, str]:
    """The scope that a field takes, and whether customers may ask for it about themselves."""
    scope, field = rules(root)[name], TYPES[root].fields
    own = next(each.own for python, each in field.items() if camel(python) == name)
    if own is None:
        return (f"`{scope}`", NOBODY) if scope else ("no scope", "as it says")
    given = ", ".join(f"`{camel(each)}`" for each in sorted(own.fields))
    return f"`{scope}`", f"own; only {given}" if given else "own"


def changes() -> Iterator[tuple[str, ...]]:
    """Every mutation."""
    yield from ((f"`{name}`", *whose("Mutation", name)) for name in sorted(rules("Mutation")))


def questions() -> Iterator[tuple[str, ...]]:
    """Every field of the root, with whose rows it shows."""
    for python, field in sorted(TYPES["Query"].fields.items()):
        name = camel(python)
        if rules("Query")[name] is not None:
            yield (f"`{name}`", *whose("Query", name))
        elif (shown := rows_of(field)) is not None:
            yield (f"`{name}`", *shown)
        else:
            yield (f"`{name}`", NOBODY, "anyone")


def rows_of(field: Declaration) -> tuple[str, str] | None:
    """Who sees the rows of a list or a look-up, or has them summed up: all of them, and some."""
    name = field.type_name if isinstance(field, Aggregated | Lookup | Many) else None
    target = TYPES[name].entity if name else None
    return sees(ownership_of(target)) if target is not None else None


def sees(owner: Ownership) -> tuple[str, str]:
    """The scope that opens all rows, and who sees which without it."""
    if owner.kind is Kind.PUBLIC:
        return NOBODY, "anyone"
    scope = f"all rows: `{owner.scope}`" if owner.scope else NOBODY
    if owner.kind is Kind.INTERNAL:
        return scope, NOBODY
    return scope, "own, and those of no customer" if owner.shared else "own"


def personal() -> Iterator[tuple[str, ...]]:
    """Every column that tells something of a person."""
    names = sorted(mapper.class_.__tablename__ for mapper in Base.registry.mappers)
    for name in names:
        for column, kind in telling(name).items():
            shown = "never shown" if kind is Personal.CREDENTIAL else "masked" if kind in MASKED else "shown"
            yield f"`{name}.{column}`", kind.value, shown, "forgotten" if kind in FORGOTTEN else "kept"


def page() -> str:
    """The whole page."""
    schema()
    told = "".join(f"- `{scope}`: {_doc(scope)}\n" for scope in Scope)
    mutations = "\n".join(table("| mutation | takes | customers |", changes()))
    queries = "\n".join(table("| query | takes | without it |", questions()))
    columns = "\n".join(table("| column | class | without `personal:read` | at an erasure |", personal()))
    classes = "".join(f"- {kind.value}: {_doc(kind)}\n" for kind in Personal if kind is not Personal.NONE)
    own, count = len(kept_for_customers("Mutation")), sum(len(each) for each in PERSONAL.values())
    parts = (
        f"{OPENING}## Scopes\n\n{told}",
        f"## Mutations\n\nOf {len(rules('Mutation'))}, customers may call {own} about what is their own. "
        f"Those that take no scope see to it themselves.\n\n{mutations}",
        f"## Queries\n\n{queries}",
        f"## Personal data\n\nWhat is masked can't be filtered, sorted, searched or looked up by either. {count} "
        f"columns have a class; those that tell nothing are left out here.\n\n{classes}\n{columns}",
    )
    return "\n".join(parts)


def _doc(member: Scope | Personal) -> str:
    """What the line below a member of an enum says of it."""
    source = Path(__file__).parents[2] / f"{type(member).__module__.replace('.', '/')}.py"
    lines = source.read_text().splitlines()
    place = next(index for index, line in enumerate(lines) if line.strip().startswith(f"{member.name} = "))
    return lines[place + 1].strip().strip('"')
