"""What is shown of personal data to those who may not read it, and that they can't find it out otherwise.

An application without personal:read is shown nothing in its place, or the last digits of a card's number. What it
isn't shown it can't filter, sort, search or look rows up by either: it could guess it that way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, case, cast, func, inspect, literal_column, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.visitors import iterate

from models import Base, PropertyRecord
from models.personal import CARD_NUMBERS, MASKED, class_of, is_masked
from models.scope import Scope
from resolvers.errors import Forbidden
from resolvers.query.columns import Expression, Source
from resolvers.query.visibility import current_access
from resolvers.storage.sql import SqlColumn

DOTS = "•••"
"""What stands in place of a text that is always there."""
LAST_DIGITS = 4


def masked(entity: type[Base], alias: Any, source: Source, value: SqlColumn, backend: str) -> SqlColumn:
    """What is shown of a row's value: the value, or what stands in its place."""
    if not (current_access().masked and is_personal(entity, source)):
        return value
    if isinstance(source, Expression):
        return cast(literal_column("NULL"), value.type)
    column = inspect(entity).columns[source]
    if (entity.__tablename__, source) in CARD_NUMBERS:
        last = func.substr(value, -LAST_DIGITS) if backend == "sqlite" else func.right(value, LAST_DIGITS)
        return literal_column(f"'{DOTS}'", value.type).concat(last)
    if entity is PropertyRecord:
        # A product's, a store's or a reward's properties are nobody's.
        of_person = or_(
            alias.customer_id.is_not(None), alias.purchase_id.is_not(None), alias.purchase_item_id.is_not(None)
        )
        return case((of_person, literal_column(f"""'"{DOTS}"'""", value.type)), else_=value)
    if column.nullable:
        return cast(literal_column("NULL"), value.type)
    return literal_column("'[]'" if isinstance(column.type, JSON) else f"'{DOTS}'", value.type)


@lru_cache(maxsize=1024)
def is_personal(entity: type[Base], source: Source) -> bool:
    """Whether a source is masked, or made of a column that is."""
    if isinstance(source, str):
        return is_masked(entity, source)
    read = (each for each in iterate(select(source.sql(aliased(entity)))) if isinstance(each, ColumnElement))
    columns = (column for each in read for column in each.base_columns if isinstance(column, Column))
    return any(class_of(column.table.name, column.name) in MASKED for column in columns)


def refuse_masked(entity: type[Base], source: Source) -> None:
    """Refuse to find rows by what isn't shown."""
    if current_access().masked and is_personal(entity, source):
        raise Forbidden(
            f"To filter, sort, search or look up {entity.__name__} rows by personal data takes the scope "
            f"`{Scope.PERSONAL_READ}`."
        )
