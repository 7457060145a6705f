"""Inputs and payloads of the graph, made from the classes that operations take and answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from msgspec.structs import fields

from resolvers.operation.answers import WORDED, Answer, RepeatableAnswer, Shown
from resolvers.operation.inputs import Input, InputField, fields_of
from resolvers.operation.perform import Operation
from resolvers.operation.structs import Deprecated
from schema.declaring.declarations import TYPES, TypeDeclaration, shown
from schema.declaring.kinds.worded import worded
from schema.declaring.scalars import graphql_enum
from schema.declaring.types import NAMES, FieldSpec, input_type

SCALARS: Mapping[Any, str] = {
    str: "str",
    int: "int",
    bool: "bool",
    Decimal: "Decimal",
    datetime: "DateTime",
    date: "Date",
    dict: "JSON",
}


def classes_of(operation: Operation) -> tuple[type[Input], type[Answer]]:
    """What an operation takes and what it answers, as its annotations say."""
    hints = get_type_hints(operation)
    answer = hints.pop("return")
    taken = [hint for hint in hints.values() if isinstance(hint, type) and issubclass(hint, Input)]
    if len(taken) != 1 or not issubclass(answer, Answer):
        name = getattr(operation, "__qualname__", operation)
        raise TypeError(f"{operation.__module__}.{name} doesn't say which input it takes and which answer it gives.")
    return taken[0], answer


def make_input(cls: type[Input], name: str, description: str) -> None:
    """Make the input of the graph that a class describes, and those of its parts."""
    input_type(name, description, {each.name: _input_field(each) for each in fields_of(cls)})


def _input_field(field: InputField) -> FieldSpec:
    inner = field.shown or _type_name(field.kind)
    annotation = f"list[{inner}]" if field.is_list else inner
    annotation = annotation if field.is_required else f"{annotation} | None"
    return FieldSpec(annotation, field.description, deprecated=field.deprecated)


def _type_name(kind: object) -> str:
    """The name by which annotations know a type of Python's; parts and enums are made known by the way."""
    if isinstance(kind, type) and issubclass(kind, Input):
        if kind.__name__ not in NAMES:
            make_input(kind, kind.__name__, _docstring(kind))
        return kind.__name__
    if isinstance(kind, type) and issubclass(kind, Answer):
        _make_part(kind)
        return kind.__name__
    if isinstance(kind, type) and issubclass(kind, Enum):
        NAMES.setdefault(kind.__name__, graphql_enum(kind))
        return kind.__name__
    return SCALARS[get_origin(kind) or kind]


def _docstring(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split())


def _make_part(cls: type[Answer]) -> None:
    if cls.__name__ not in TYPES:
        hints = get_type_hints(cls, include_extras=True)
        its = {
            name: replace(
                worded(description)
                if WORDED in get_args(hints[name])
                else shown(annotation, description, deprecated=deprecated),
                name=name,
            )
            for name, annotation, description, deprecated in _answer_fields(cls)
        }
        TYPES[cls.__name__] = TypeDeclaration(cls.__name__, _docstring(cls), None, its, is_part=True)


def _answer_fields(cls: type[Answer]) -> list[tuple[str, str, str, str | None]]:
    hints = get_type_hints(cls, include_extras=True)
    structs: Any = cls
    own = [each.name for each in fields(structs) if not _is_machinery(cls, each.name)]
    return [(name, *_shown(name, hints[name])) for name in own]


def _is_machinery(cls: type[Answer], name: str) -> bool:
    return name == "repeated" and issubclass(cls, RepeatableAnswer)


def _shown(name: str, hint: Any) -> tuple[str, str, str | None]:
    annotated, *metadata = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    kinds = get_args(annotated) if get_origin(annotated) in (Union, UnionType) else (annotated,)
    (kind,) = [each for each in kinds if each is not NoneType]
    is_list = get_origin(kind) in (tuple, list, Sequence)
    described = [each for each in metadata if isinstance(each, str)]
    if not described:
        raise TypeError(f"The field {name} of an answer has no description.")
    as_ = next((each.type_name for each in metadata if isinstance(each, Shown)), None)
    inner = as_ or _type_name(get_args(kind)[0] if is_list else kind)
    annotation = f"list[{inner}]" if is_list else inner
    former = next((each.reason for each in metadata if isinstance(each, Deprecated)), None)
    return (f"{annotation} | None" if NoneType in kinds else annotation), described[0], former


def payload_fields(cls: type[Answer]) -> dict[str, tuple[str, str, str | None]]:
    """The fields of a payload by name, with type, description and what is instead of it, where it is deprecated.

    All may be null, where the operation is refused.
    """
    return {
        name: (annotation.removesuffix(" | None"), description, deprecated)
        for name, annotation, description, deprecated in _answer_fields(cls)
    }
