"""Calls of operations as the door reads them: the input by name, checked by the class that the operation takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers.operation.perform import Call, Operation
from resolvers.operation.structs import camel
from schema.declaring.operation_types import classes_of


def call_of(operation: Operation, given: Any, key: str | None = None) -> Call:
    """A call of an operation; of one that isn't typed yet, or whose input is made already, with the input as it is."""
    try:
        cls, _ = classes_of(operation)
    except TypeError:
        return Call(operation.__name__, operation, given, key)
    if not isinstance(given, Mapping):
        return Call(operation.__name__, operation, given, key)
    return Call(operation.__name__, operation, _named(given), key, given=cls)


def _named(value: Any) -> Any:
    """An input with its names as the API writes them, all the way down."""
    if isinstance(value, Mapping):
        return {camel(name): _named(each) for name, each in value.items()}
    return [_named(each) for each in value] if isinstance(value, list) else value
