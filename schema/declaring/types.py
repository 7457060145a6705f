"""Making Strawberry types from names and annotations at run time.

Annotations are text, looked up in `NAMES` when the schema is built, so that entity files need not import each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.scalars import JSON
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from schema.declaring.base import Argument, Declaration, TypeDeclaration

NAMES: dict[str, Any] = {
    "list": list,
    "str": str,
    "int": int,
    "bool": bool,
    "Decimal": Decimal,
    "DateTime": datetime,
    "Date": date,
    "ID": strawberry.ID,
    "JSON": JSON,
}
"""What annotations may name."""

DECLARATION = "declaration"


def annotation(of: Any) -> StrawberryAnnotation:
    """An annotation, evaluated among `NAMES` when it is text."""
    return StrawberryAnnotation(of, namespace=NAMES)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field to make: its annotation, description and arguments, and the declaration it came from."""

    annotation: object
    description: str
    arguments: Sequence[Argument] = ()
    declaration: Declaration | None = None
    graphql_name: str | None = None
    deprecated: str | None = None


def field_of(
    declared: Declaration, annotation: object, description: str = "", arguments: Sequence[Argument] = ()
) -> FieldSpec:
    """The field that a declaration makes, described by itself or else as given."""
    return FieldSpec(
        annotation, declared.description or description, arguments, declared, deprecated=declared.deprecated
    )


def optional(annotation: Any, *, nullable: bool) -> object:
    """An annotation, as one that may be null where it is."""
    if not nullable:
        return annotation
    return f"{annotation} | None" if isinstance(annotation, str) else annotation | None


def column_doc(declared: TypeDeclaration, source: object) -> str:
    """The description of a column of a type's own."""
    if declared.entity is None or not isinstance(source, str):
        return ""
    return declared.entity.__table__.columns[source].doc or ""


def argument(spec: Argument) -> StrawberryArgument:
    """An argument of a field."""
    default = {} if spec.default is ... else {"default": spec.default}
    return StrawberryArgument(
        python_name=spec.name,
        graphql_name=None,
        type_annotation=annotation(spec.annotation),
        description=spec.description,
        **default,
    )


def _field(name: str, spec: FieldSpec) -> StrawberryField:
    made = StrawberryField(
        python_name=name,
        # A name that Python keeps for itself, such as `from`, is written with an underscore behind it.
        graphql_name=spec.graphql_name or (name[:-1] if name.endswith("_") else None),
        type_annotation=annotation(spec.annotation),
        description=spec.description,
        deprecation_reason=spec.deprecated,
        metadata={DECLARATION: spec.declaration} if spec.declaration else None,
    )
    made.arguments = [argument(each) for each in spec.arguments]
    return made


def _class(name: str, members: Mapping[str, object], bases: tuple[type, ...] = ()) -> type:
    return type(name, bases, {**members, "__annotations__": dict.fromkeys(members, object), "__module__": __name__})


def _know(name: str, cls: type, fields: Mapping[str, FieldSpec]) -> None:
    """Remember a type by its name. Its annotations are set once more: Strawberry looked at them too early."""
    definition: Any = cls.__strawberry_definition__  # type: ignore[attr-defined]
    for field in definition.fields:
        if field.python_name in fields:
            field.type_annotation = annotation(fields[field.python_name].annotation)
    NAMES[name] = cls


def output_type(
    name: str, description: str, fields: Mapping[str, FieldSpec], interfaces: tuple[type, ...] = ()
) -> None:
    """Make an object type."""
    cls = _class(name, {field: _field(field, spec) for field, spec in fields.items()}, interfaces)
    _know(name, strawberry.type(cls, name=name, description=description), fields)


def interface(name: str, description: str, fields: Mapping[str, FieldSpec]) -> None:
    """Make an interface."""
    cls = _class(name, {field: _field(field, spec) for field, spec in fields.items()})
    _know(name, strawberry.interface(cls, name=name, description=description), fields)


def input_type(name: str, description: str, fields: Mapping[str, FieldSpec], *, one_of: bool = False) -> None:
    """Make an input type; a field that may be null may be left out."""
    members: dict[str, object] = {}
    for field, spec in fields.items():
        made = _field(field, spec)
        made.default = made.default_value = strawberry.UNSET
        members[field] = made
    cls = _class(name, members)
    _know(name, strawberry.input(cls, name=name, description=description, one_of=one_of), fields)
