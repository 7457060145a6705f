"""The frozen classes that inputs and answers of operations are."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


class FrozenMeta(msgspec.StructMeta):
    """Makes structs that are frozen, slotted and given by keyword.

    A base class of it is decorated with `dataclass_transform`, by which type checkers see the same.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, object]) -> FrozenMeta:
        """A class that leaves defaults out where it is written down, so that a new field changes nothing old."""
        bases = bases or (msgspec.Struct,)
        return super().__new__(cls, name, bases, namespace, frozen=True, kw_only=True, omit_defaults=True)


def camel(name: str) -> str:
    """A field as the API writes it."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Marks a field that is kept for those who know it, and says what is to be used instead."""

    reason: str


@dataclass(frozen=True, slots=True)
class NamedBy(Deprecated):
    """Marks an id whose record is named by any of its keys in another field, which took its place."""

    successor: str


def named_by(successor: str) -> NamedBy:
    """An id that a field of this name is to be given instead of; it stays for those who know it."""
    return NamedBy(f"Use `{camel(successor)}`, which takes any of its keys.", successor)


BY_ANOTHER_KEY = 0
"""Stands for the key of a record that is needed, and is named in the field that took the id's place."""
