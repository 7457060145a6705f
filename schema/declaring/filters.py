"""The `where` inputs, made from the declarations: what a type shows, it can be filtered by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from models.base import Base
from resolvers.query.columns import Column, Expression, Source, relationship_of, source_type
from resolvers.query.where import FILTERS, Filter, FilterSet, IdFilter, RelationFilter, ValueFilter
from schema.declaring.declarations import TYPES, Coded, Declaration, Embedded, Leaf, Many, One, TypeDeclaration
from schema.declaring.scalars import ENUMS, value_of
from schema.declaring.types import NAMES, FieldSpec, input_type

EQUALITY = {
    "eq": "Equal to this.",
    "ne": "Not equal to this; rows without a value are among them.",
    "in_": "Equal to one of these.",
    "nin": "Equal to none of these; rows without a value are among them.",
}
ORDER = {"lt": "Less than this.", "lte": "At most this.", "gt": "Greater than this.", "gte": "At least this."}
TEXT = {
    "starts_with": "Starts with this, letter for letter.",
    "contains": "Contains this, letter for letter.",
}
KINDS = {
    "String": ("str", {**EQUALITY, **ORDER, **TEXT}),
    "Int": ("int", {**EQUALITY, **ORDER}),
    "Decimal": ("Decimal", {**EQUALITY, **ORDER}),
    "DateTime": ("DateTime", {**EQUALITY, **ORDER}),
    "Date": ("Date", {**EQUALITY, **ORDER}),
    "Boolean": ("bool", {"eq": EQUALITY["eq"], "ne": EQUALITY["ne"]}),
    "Json": ("JSON", {"eq": EQUALITY["eq"], "ne": EQUALITY["ne"]}),
    "ID": ("ID", EQUALITY),
    "List": ("str", {"has": "Has this among its items."}),
}
IS_NULL = "Whether there is no value."


def _comparison_fields(operand: str, operators: dict[str, str]) -> dict[str, FieldSpec]:
    fields = {
        name: FieldSpec(
            f"list[{operand}] | None" if name in ("in_", "nin") else f"{operand} | None",
            description,
            graphql_name="in" if name == "in_" else None,
        )
        for name, description in operators.items()
    }
    return {**fields, "is_null": FieldSpec("bool | None", IS_NULL)}


def make_comparisons() -> None:
    """Make the inputs that compare a value, one for each kind of value and each enum."""
    for kind, (operand, operators) in KINDS.items():
        input_type(
            f"{kind}Filter",
            f"Conditions on a {kind} value; all given must hold.",
            _comparison_fields(operand, operators),
        )
    for enum in ENUMS.values():
        NAMES[enum.__name__] = enum
        input_type(
            f"{enum.__name__}Filter",
            f"Conditions on a {enum.__name__}; all given must hold.",
            _comparison_fields(enum.__name__, EQUALITY),
        )


def camel(name: str) -> str:
    """A Python name as the API writes it."""
    head, *rest = name.rstrip("_").split("_")
    return head + "".join(word.capitalize() for word in rest)


def filters_of(type_name: str) -> Callable[[], FilterSet]:
    """The filters of a type that may not be declared yet."""
    return lambda: FILTERS[type_name]


def target_type(declared: TypeDeclaration, field: One | Many) -> str:
    """The name of the type that a relation leads to."""
    if isinstance(field, Many) and field.type_name:
        return field.type_name
    assert declared.entity is not None
    target = relationship_of(declared.entity, field.relation or field.name).mapper.class_
    return type_of_entity(target)


def type_of_entity(entity: type[Base]) -> str:
    """The name of the type that shows an entity as itself."""
    for name, declared in TYPES.items():
        if declared.entity is entity and (declared.is_node or name == entity.__name__):
            return name
    raise LookupError(f"No type exposes {entity.__name__}.")


def value_filters(declared: TypeDeclaration, entity: type[Base]) -> Iterator[tuple[str, Filter, str]]:
    """The name, filter and input type of each value that a type or its structures show."""
    for name, field in declared.fields.items():
        yield from _value_filter(name, field, entity)


def _value_filter(name: str, field: Declaration, entity: type[Base]) -> Iterator[tuple[str, Filter, str]]:
    if isinstance(field, Leaf) and field.filterable:
        source = field.compared or field.source or name
        yield name, ValueFilter(source, field.normalise), f"{_kind(entity, field, source)}Filter"
    elif isinstance(field, Coded):
        yield name, ValueFilter(field.source), "StringFilter"
    elif isinstance(field, Embedded) and field.filtered:
        amount = field.binding[field.filtered]
        if isinstance(amount, str | Expression):
            yield name, ValueFilter(amount), f"{value_of(source_type(entity, amount)).filter}Filter"
    elif isinstance(field, Embedded) and field.flat:
        yield from value_filters(TYPES[field.type_name], entity)


def _kind(entity: type[Base], field: Leaf, source: Source) -> str:
    return "List" if field.is_list else str(value_of(source_type(entity, source)).filter)


def make_filters(declared: TypeDeclaration) -> None:
    """Make a type's `where` input and know what each of its fields means."""
    assert declared.entity is not None
    name = f"{declared.name}Where"
    fields = {
        "and_": FieldSpec(f"list[{name}] | None", "All of these must hold.", graphql_name="and"),
        "or_": FieldSpec(f"list[{name}] | None", "At least one of these must hold.", graphql_name="or"),
        "not_": FieldSpec(f"{name} | None", "This must not hold.", graphql_name="not"),
        "is_null": FieldSpec("bool | None", "Whether there is no such row; for relations to one row."),
    }
    known = FILTERS.setdefault(declared.name, FilterSet(declared.entity))
    if declared.is_node:
        fields["id"] = FieldSpec("IDFilter | None", "Conditions on the id.")
        known.filters["id"] = IdFilter(declared.name)
    for field, value_filter, input_name in value_filters(declared, declared.entity):
        fields[field] = FieldSpec(f"{input_name} | None", f"Conditions on `{camel(field)}`.")
        known.filters[camel(field)] = value_filter
    for field, relation in declared.fields.items():
        if isinstance(relation, One | Many) and not (isinstance(relation, Many) and not relation.filterable):
            _relation_filter(declared, field, relation, fields, known)
    input_type(name, f"Conditions on a {declared.name}; all given must hold.", fields)


def _relation_filter(
    declared: TypeDeclaration, name: str, field: One | Many, fields: dict[str, FieldSpec], known: FilterSet
) -> None:
    target = target_type(declared, field)
    is_many = isinstance(field, Many)
    if isinstance(field, Many) and field.link is not None:
        if callable(field.link):
            return
        relation: Any = field.link.on
    else:
        relation = field.relation or name
    known.filters[camel(name)] = RelationFilter(relation, filters_of(target), is_many)
    input_name = f"{target}ListFilter" if is_many else f"{target}Where"
    fields[name] = FieldSpec(f"{input_name} | None", f"Conditions on `{camel(name)}`.")
    if is_many and input_name not in NAMES:
        input_type(
            input_name,
            f"Conditions on the rows of a relation to {target}.",
            {
                "some": FieldSpec(f"{target}Where | None", "At least one row is like this."),
                "none": FieldSpec(f"{target}Where | None", "No row is like this."),
                "every": FieldSpec(f"{target}Where | None", "All rows are like this, or there are none."),
            },
        )


def bound(column: Column | Source, path: tuple[str, ...]) -> Column:
    """A binding's column below a path."""
    return column.below(path) if isinstance(column, Column) else Column(path, column)
