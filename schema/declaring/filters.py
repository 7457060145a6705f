"""The `where` inputs, made from the declarations: what a type shows, it can be filtered by."""

from __future__ import annotations

from collections.abc import Callable

from models import Customer
from models.base import Base
from resolvers.query.expressions import CUSTOMER_ID
from resolvers.query.filters.where import FILTERS, FilterSet, IdFilter
from schema.declaring.base import FieldFilter, TypeDeclaration, blaming
from schema.declaring.scalars import ENUMS
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
    "eq_ignore_case": "Equal to this, in capital or small letters.",
    "starts_with_ignore_case": "Starts with this, in capital or small letters.",
    "contains_ignore_case": "Contains this, in capital or small letters.",
}
RELATIVE = {
    "last": "In the time of this length that ends now, an ISO 8601 duration such as P30D.",
    "next": "In the time of this length that begins now, an ISO 8601 duration such as P7D.",
}
DAYS = {
    "last": "One of the days of this length that end with today, an ISO 8601 duration such as P30D.",
    "next": "One of the days of this length that begin with today, an ISO 8601 duration such as P7D.",
}
KINDS = {
    "String": ("str", {**EQUALITY, **ORDER, **TEXT}),
    "Int": ("int", {**EQUALITY, **ORDER}),
    "Decimal": ("Decimal", {**EQUALITY, **ORDER}),
    "DateTime": ("DateTime", {**EQUALITY, **ORDER, **RELATIVE}),
    "Date": ("Date", {**EQUALITY, **ORDER, **DAYS}),
    "Boolean": ("bool", {"eq": EQUALITY["eq"], "ne": EQUALITY["ne"]}),
    "Json": ("JSON", {"eq": EQUALITY["eq"], "ne": EQUALITY["ne"]}),
    "ID": ("ID", EQUALITY),
    "List": ("str", {"has": "Has this among its items."}),
}
IS_NULL = "Whether there is no value."


def _comparison_fields(operand: str, operators: dict[str, str]) -> dict[str, FieldSpec]:
    fields = {
        name: FieldSpec(
            f"list[{operand}] | None" if name in ("in_", "nin") else f"{'str' if name in RELATIVE else operand} | None",
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


def make_special_filters() -> None:
    """Make the inputs of filters that are no comparison with a column."""
    input_type(
        "BirthdayFilter",
        "Conditions on a birthday; all given must hold. Who was born on 29 February keeps it on the 28th in other "
        "years.",
        {
            "today": FieldSpec("bool | None", "Whether it is today, as UTC has days."),
            "next": FieldSpec("str | None", "Today or in the time to come, an ISO 8601 duration such as P7D."),
        },
    )
    input_type(
        "PurchasePeriod",
        "A period in which bills were paid: `last`, or `from` and `to`. Without any it is all time until now.",
        {
            "last": FieldSpec(
                "str | None", "The time of this length that ends now, an ISO 8601 duration such as P30D."
            ),
            "from_": FieldSpec("DateTime | None", "From this moment on."),
            "to": FieldSpec("DateTime | None", "Until just before this moment; until now where it is left out."),
        },
    )
    input_type(
        "PurchasesWithin",
        "Conditions on what the bills of a period come to; all given must hold. Cancelled bills don't count, what was "
        "returned is taken off. Who bought nothing has a count and a turnover of zero, and no average basket.",
        {
            "period": FieldSpec("PurchasePeriod | None", "When the bills were paid; all time where it is left out."),
            "currency": FieldSpec("str | None", "Only bills in this currency, ISO 4217; amounts need it."),
            "count": FieldSpec("IntFilter | None", "Conditions on how many bills there are."),
            "turnover": FieldSpec("DecimalFilter | None", "Conditions on what they come to."),
            "average_basket": FieldSpec("DecimalFilter | None", "Conditions on their mean, rounded to the cent."),
        },
    )


def camel(name: str) -> str:
    """A Python name as the API writes it."""
    head, *rest = name.rstrip("_").split("_")
    return head + "".join(word.capitalize() for word in rest)


def filters_of(type_name: str) -> Callable[[], FilterSet]:
    """The filters of a type that may not be declared yet."""
    return lambda: FILTERS[type_name]


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
        known.filters["id"] = IdFilter(declared.name, CUSTOMER_ID if declared.entity is Customer else "id")
    for found in _filters(declared, declared.entity):
        fields[found.name] = FieldSpec(f"{found.input_name} | None", f"Conditions on `{camel(found.name)}`.")
        known.filters[camel(found.name)] = found.filter
    input_type(name, f"Conditions on a {declared.name}; all given must hold.", fields)


def _filters(declared: TypeDeclaration, entity: type[Base]) -> list[FieldFilter]:
    """What a type can be filtered by: its own values first, then what other rows are like."""
    found: list[FieldFilter] = []
    for field in declared.fields.values():
        with blaming(declared, field):
            found += field.filters(declared, entity)
    return sorted(found, key=lambda each: each.relates)


def make_list_filter(target: str) -> None:
    """Make the input of conditions on the rows of a to-many relation, once for each type."""
    name = f"{target}ListFilter"
    if name in NAMES:
        return
    input_type(
        name,
        f"Conditions on the rows of a relation to {target}.",
        {
            "some": FieldSpec(f"{target}Where | None", "At least one row is like this."),
            "none": FieldSpec(f"{target}Where | None", "No row is like this."),
            "every": FieldSpec(f"{target}Where | None", "All rows are like this, or there are none."),
        },
    )
