"""Enums whose members say what they mean."""

from __future__ import annotations

from enum import StrEnum


class DescribedEnum(StrEnum):
    """Text that programs know, each with a sentence for people: `NAME = "NAME", "What it means."`."""

    description: str

    def __new__(cls, value: str, description: str = "") -> DescribedEnum:
        """A member of this text."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member
