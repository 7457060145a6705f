"""What refusals say to people, in their language.

`languages` holds a catalogue for each language, in gettext's format: `cs.po` has the sentence of each `ErrorCode` in
Czech. Another language is another file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from models.rules.error_codes import ErrorCode

LANGUAGES = Path(__file__).parent / "languages"


def told(code: ErrorCode, message: str, locale: str) -> str:
    """A refusal's message for a reader: the message itself, which is English, or what its code says in their language.

    A sentence of a catalogue says no particulars; they are in `field` and `shortfall`.
    """
    return sentences(locale.partition("_")[0]).get(code.description, message)


@cache
def sentences(language: str) -> Mapping[str, str]:
    """The sentences of a language by the English ones; none where it has no catalogue."""
    # A locale is one of those that Babel knows, so that there are only so many, and none leads out of the folder.
    path = LANGUAGES / f"{language}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=language) if one.id and one.string}
