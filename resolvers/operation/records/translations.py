"""Texts of records in further languages, as upserts take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import QueryableAttribute

from models.rules.error_codes import ErrorCode
from resolvers.code.translation import language_tag
from resolvers.errors import Refused
from resolvers.operation.checks import Check
from resolvers.operation.inputs import Input
from resolvers.operation.structs import camel
from resolvers.operation.upsert import Record, no_twice

MOST_LANGUAGES = 100
REPLACING = "Its texts in further languages; they take the place of those there."


def _language(value: str, field: str) -> str:
    try:
        return language_tag(value.strip())
    except ValueError:
        message = "This must be the tag of a known language, such as de or pt-BR."
        raise Refused(ErrorCode.UNKNOWN_LANGUAGE, message, field) from None


class TranslationInput(Input):
    """A record's texts in a language."""

    language: Annotated[str, Check(_language), "The language: a tag of BCP 47, such as `de` or `pt-BR`."]


def read_translations(
    record: Record[Any],
    given: Sequence[TranslationInput] | UnsetType | None,
    column: QueryableAttribute[dict[str, Any] | None],
) -> None:
    """Let a record be written with texts in further languages; those that are left out are not translated."""
    if given is UNSET:
        return
    with record.problems.noted():
        no_twice((one.language for one in given or ()), record.problems, column.key, ".language")
    kept = {one.language: texts for one in given or () if (texts := _texts(one))}
    record.put(column, kept or None)


def _texts(given: TranslationInput) -> dict[str, str]:
    return {camel(name): text for name, text in given.given().items() if name != "language" and text is not None}
