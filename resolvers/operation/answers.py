"""What an operation answers: a frozen class whose fields say what they hold.

    class VoucherAnswer(Answer):
        voucher: Annotated[RowRef, row("Voucher"), "The voucher."]

The payload in the graph is made from it. A part of an answer is such a class too, and its docstring describes the type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import dataclass_transform

from resolvers.operation.structs import FrozenMeta


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Answer(metaclass=FrozenMeta):
    """What an operation answers."""


class RepeatableAnswer(Answer):
    """What an operation answers that may find by its own means, such as a bill's id, that it was done before."""

    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """The type of the graph as which a value is shown, where Python's type doesn't say it."""

    type_name: str


def row(type_name: str) -> Shown:
    """Show a `RowRef`, or each one in a list, as a type of the graph."""
    return Shown(type_name)


OPAQUE_ID = Shown("ID")
"""Shows a text as an id of the graph."""

TEXT = Shown("str")
"""Shows a code as plain text."""


class Worded:
    """Shows a message beside a `code` in the language of whoever reads it."""


WORDED = Worded()
