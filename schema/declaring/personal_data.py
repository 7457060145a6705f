"""Which fields of the graph show personal data, worked out from the one map of columns."""

from __future__ import annotations

from collections.abc import Mapping

from models.ownership import Kind, ownership_of
from models.personal import CARD_NUMBERS, MASKED, telling
from models.scope import Scope
from resolvers.operation.structs import camel
from resolvers.query.columns import is_nullable
from schema.declaring.base import TYPES, Declaration, TypeDeclaration


def told(owner: TypeDeclaration, field: Declaration) -> str:
    """What a field's description says of its being masked; nothing where it never is."""
    entity = owner.entity
    if entity is None or field.is_structure:
        return ""
    kinds = telling(entity.__tablename__)
    columns = [each for each in field.columns() if isinstance(each, str) and kinds.get(each) in MASKED]
    if not columns:
        return ""
    if any((entity.__tablename__, each) in CARD_NUMBERS for each in columns):
        shown = "only the last digits are shown"
    elif all(is_nullable(entity, each) for each in columns):
        shown = "null"
    else:
        shown = "masked"
    whose = " of a customer's" if owner.name == "Address" else ""
    return f" Personal data: {shown}{whose} without the scope `{Scope.PERSONAL_READ}`."


Telling = Mapping[str, Mapping[str, str | None]]
"""By type, the fields that show personal data (none), or that lead to rows which may and don't name the customer."""


def telling_fields() -> Telling:
    """What tells something of the customer whose a row is, by the names of the graph."""
    made = {}
    for name, declared in TYPES.items():
        if declared.entity is not None and ownership_of(declared.entity).kind is Kind.OWNED:
            fields = {camel(each): _leads(declared, field) for each, field in declared.fields.items()}
            made[name] = {each: None if to == "" else to for each, to in fields.items() if to is not None}
    return made


def _leads(owner: TypeDeclaration, field: Declaration) -> str | None:
    """Nothing where a field shows no personal data, no text where it does, else the type that it leads to."""
    target = field.rows(owner)
    if target is not None:
        owned = target.entity is not None and ownership_of(target.entity).kind is Kind.OWNED
        return target.name if owned and "customer" not in target.fields else None
    assert owner.entity is not None
    kinds = telling(owner.entity.__tablename__)
    return "" if any(each in kinds for each in field.columns() if isinstance(each, str)) else None
