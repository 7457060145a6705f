"""Calls of operations as the door reads them: the input by name, checked by the class that the operation takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers.operation.perform import Call, Operation
from resolvers.operation.structs import camel
from schema.declaring.operations.types import classes_of


def call_of(operation: Operation, given: Any, key: str | None = None) -> Call:
    """A call of an operation; its input may be made already."""
    return Call(operation.__name__, operation, *classes_of(operation), _named(given), key)


def _named(value: Any) -> Any:
    """An input with its names as the API writes them, all the way down."""
    if isinstance(value, Mapping):
        return {camel(name): _named(each) for name, each in value.items()}
    return [_named(each) for each in value] if isinstance(value, list) else value
