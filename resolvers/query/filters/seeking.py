"""Looking for related rows first, on SQLite, where few of them meet a filter.

SQLite goes through a list in its order and looks at each row's relatives, or looks for the relatives first and sorts
what they belong to. The first is right where many rows meet the filter, the second where few do, by a factor of
thousands; which it is only the data knows. So a statement holds both: it looks for some thousand relatives, and by
whether there are more it takes one way or the other. PostgreSQL plans by its statistics.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import (
    CTE,
    ColumnElement,
    Enum,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    UniqueConstraint,
    and_,
    case,
    func,
    inspect,
    literal_column,
    select,
)
from sqlalchemy.orm import aliased

from models import Base
from resolvers.query.columns import Expression, Source, relationship_of, source_type
from resolvers.query.filters.where import ALL, RelationFilter, Structure
from resolvers.query.link import Door
from resolvers.storage.sql import SqlValue, column_of

MOST, MOST_COUNTED = 5_000, 50_000
"""How many related rows are looked for, at each step to them: for a page along an index, and where all rows are gone
through otherwise."""

NARROW = frozenset({"eq", "in", "startsWith"})
"""Comparisons that an index answers."""
SOUGHT = NARROW | {"eqIgnoreCase", "startsWithIgnoreCase", "contains", "containsIgnoreCase", "lt", "lte", "gt", "gte"}
"""Comparisons that few rows may meet."""

Condition = Callable[[type[Base], type[Base], Structure], ColumnElement[bool]]
"""A structure as SQL over an alias of an entity."""


@dataclass(frozen=True, slots=True)
class Few:
    """Rows that were looked for by their relatives."""

    keys: Select[int]
    """The keys of all of them, where they are few."""
    are_few: ColumnElement[bool]
    """Whether nothing was left out."""

    def otherwise(self, few: SqlValue, many: SqlValue) -> SqlValue:
        """One value or the other; only the one that is taken is worked out."""
        chosen: SqlValue = case((self.are_few, few), else_=many)
        return chosen


def split(entity: type[Base], structure: Structure) -> tuple[Structure, Structure] | None:
    """The condition on related rows that are best looked for first, and the other conditions; if there is one."""
    parts: list[Structure] = list(structure[1]) if structure[0] == "and" else [structure]
    if any(_is_narrow(entity, part) for part in parts):
        return None
    found = sorted((part for part in parts if _is_sought(entity, part)), key=_rank)
    if not found:
        return None
    rest = tuple(part for part in parts if part is not found[0])
    return found[0], ("and", rest) if rest else ALL


def _is_narrow(entity: type[Base], part: Structure) -> bool:
    """Whether an index finds the few rows that meet a condition."""
    if part[0] != "value" or part[2] not in NARROW:
        return False
    return _is_indexed(entity, part[1]) or _is_key(part)


def _is_key(part: Structure) -> bool:
    """Whether a row's id is compared, which is more than its key where rows were merged."""
    return isinstance(part[1], Expression) and part[1].equal is not None and part[2] in ("eq", "in")


def _is_indexed(entity: type[Base], source: Source) -> bool:
    table = inspect(entity).local_table
    assert isinstance(table, Table)
    firsts = [index.expressions[0] for index in table.indexes]
    unique = (PrimaryKeyConstraint, UniqueConstraint)
    firsts += [next(iter(rule.columns)) for rule in table.constraints if isinstance(rule, unique)]
    return any(getattr(first, "key", None) == source for first in firsts)


def _is_sought(entity: type[Base], part: Structure) -> bool:
    """Whether a condition is one on related rows of which there may be few, and which a foreign key finds."""
    if part[0] not in ("some", "one") or not isinstance(part[1].relation, str):
        return False
    relation: RelationFilter = part[1]
    pairs = relationship_of(entity, part[1].relation).local_remote_pairs or ()
    return len(pairs) == 1 and _may_be_few(relation.target().entity, part[2])


def _may_be_few(entity: type[Base], structure: Structure) -> bool:
    """Whether an index finds the rows that meet a structure, or it compares a text, or rows related to those."""
    parts = structure[1] if structure[0] == "and" else (structure,)
    return any(_compares(entity, part) or _is_sought(entity, part) for part in parts)


def _compares(entity: type[Base], part: Structure) -> bool:
    if part[0] != "value" or part[2] not in SOUGHT or not isinstance(part[1], str):
        return part[0] == "value" and _is_key(part)
    kind = source_type(entity, part[1])
    return _is_indexed(entity, part[1]) or (isinstance(kind, String) and not isinstance(kind, Enum))


def _rank(part: Structure) -> int:
    """Few meet a comparison for equality, more one with a part of a text, and a range most."""
    structure = part[2]
    parts = structure[1] if structure[0] == "and" else (structure,)
    ranks = [
        _rank(each) if each[0] in ("some", "one") else 0 if each[2] in ("eq", "in", "eqIgnoreCase") else 1
        for each in parts
        if each[0] in ("some", "one", "value")
    ]
    return min(ranks, default=2)


def seeking(entity: type[Base], structure: Structure) -> Structure:
    """A structure for going through all rows: where few related ones meet a condition, they are looked for once."""
    return _seeking(entity, structure, itertools.count())


def _seeking(entity: type[Base], structure: Structure, places: Iterator[int]) -> Structure:
    kind = structure[0]
    if kind in ("and", "or"):
        return kind, tuple(_seeking(entity, part, places) for part in structure[1])
    if kind == "not":
        return kind, _seeking(entity, structure[1], places)
    if kind == "none":
        return "not", _seeking(entity, ("some", *structure[1:]), places)
    return ("sought", structure, f"few{next(places)}_") if _is_sought(entity, structure) else structure


@dataclass(slots=True)
class Seeker:
    """Looks for rows by their relatives; the names of what it looks up are its own in a statement."""

    write: Condition
    door: Callable[[RelationFilter], Door]
    most: int
    name: str = "few"
    steps: list[CTE] = field(default_factory=list)

    def few(self, entity: type[Base], sought: Structure) -> Few:
        """The rows of an entity that meet a condition on related ones."""
        keys = self._keys(entity, sought)
        counts = (select(func.count()).select_from(step).scalar_subquery() for step in self.steps)
        return Few(keys, and_(*(count <= literal_column(str(self.most)) for count in counts)))

    def _keys(self, entity: type[Base], sought: Structure) -> Select[int]:
        """The keys of an entity's rows, from those of the related ones."""
        _, relation, structure = sought
        target = relation.target().entity
        ((mine, theirs),) = relationship_of(entity, relation.relation).local_remote_pairs or ()
        alias, parts = aliased(target), split(target, structure)
        conditions = list(self.door(relation)(target, alias))
        if parts is not None:
            conditions.append(column_of(alias, "id").in_(self._keys(target, parts[0])))
            structure = parts[1]
        if structure != ALL:
            conditions.append(self.write(target, alias, structure))
        key = column_of(alias, str(theirs.key))
        if theirs.nullable:
            conditions.append(key.is_not(None))
        found = self._step(select(key.label("id")).where(*conditions))
        if mine.primary_key:
            return found
        own = aliased(entity)
        return self._step(select(column_of(own, "id").label("id")).where(column_of(own, str(mine.key)).in_(found)))

    def _step(self, found: Select[int]) -> Select[int]:
        """What was found, once, and no more than tells whether it is few."""
        limited = found.limit(literal_column(str(self.most + 1)))
        step = limited.cte(f"{self.name}{len(self.steps)}").prefix_with("MATERIALIZED")
        self.steps.append(step)
        return select(step.c.id)
