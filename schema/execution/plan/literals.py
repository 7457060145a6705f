"""A document's words, and which of its literals another document may have otherwise and still be the same to a plan.

Comments, commas and white space are nothing. Literals count as the same where they are equal among themselves in the
same way: fields under one key must have equal arguments, whatever these are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schema.execution.plan.limits.operation_limits import LONGEST_DOCUMENT, MOST_COMMENTS, MOST_TOKENS
from schema.execution.plan.limits.token_limits import LONGEST_NAME

_WORDS = re.compile(
    r"""[ \t\r\n,\ufeff]+"""
    r"""|(?P<comment>\#[^\r\n\ud800-\udfff]*)"""
    r'''|(?P<word>"""(?:\\"""|(?!""").)*+"""|"(?:[^"\\\r\n]|\\.)*+"'''
    r"""|-?[0-9][0-9A-Za-z_.+-]*|[A-Za-z_][A-Za-z0-9_]*|\.\.\.|[!$&()/:=@\[\]{|}])"""
    r"""|(?P<other>.+)""",
    re.DOTALL,
)
_PLAIN = re.compile(r'-?(?:0|[1-9][0-9]{0,9})|"(?!"")[^"\\\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*"')
"""Whole numbers and texts that are written as they are meant."""


@dataclass(frozen=True, slots=True)
class Words:
    """A document by its words: a key that it has in common with others, and its own literals in their order."""

    key: str
    literals: Sequence[str]
    unnamed: str
    """A key that it has in common with those that differ from it in nothing but the names of aliases."""


def words_of(text: str) -> Words | None:
    """A document's words; none where it can't be told from its words that it is like another."""
    if len(text) > LONGEST_DOCUMENT:
        return None
    found = _WORDS.findall(text)
    if any(other for _, _, other in found) or sum(1 for comment, _, _ in found if comment) > MOST_COMMENTS:
        return None
    words = [word for _, word, _ in found if word]
    if len(words) > MOST_TOKENS or any(len(word) > LONGEST_NAME and word[0] != chr(34) for word in words):
        return None
    open_places, aliases = _places(words)
    named = set(aliases)
    literals = [words[place] for place in open_places]
    alike = _renamed(words, open_places, "")
    kept = {word for place, word in enumerate(words) if place not in named}
    unnamed = _renamed(words, [place for place in aliases if words[place] not in kept], ":")
    return Words("\n".join(alike), literals, "\n".join(unnamed))


def _renamed(words: Sequence[str], places: Sequence[int], mark: str) -> list[str]:
    """Words of which some are told by nothing but which of them are equal."""
    found, known = list(words), dict[str, int]()
    for place in places:
        word = words[place]
        found[place] = f"\0{mark}{word[0] == chr(34)}{known.setdefault(word, len(known))}"
    return found


def is_plain(word: str) -> bool:
    """Whether a literal may be another one."""
    return _PLAIN.fullmatch(word) is not None


def _places(words: Sequence[str]) -> tuple[list[int], list[int]]:
    """Where the plain literals stand in arguments of fields, lists apart; and where aliases do."""
    found: list[int] = []
    aliases: list[int] = []
    selections = brackets = parentheses = 0
    of_field = False
    for place, word in enumerate(words):
        if word == "{":
            selections += not parentheses
        elif word == "}":
            selections -= not parentheses
        elif word == "(":
            parentheses += 1
            of_field = selections > 0 and (place < 2 or words[place - 2] != "@")
        elif word == ")":
            parentheses -= 1
        elif word in "[]":
            brackets += 1 if word == "[" else -1
        elif word == ":" and selections and not parentheses:
            aliases.append(place - 1)
        elif of_field and parentheses and not brackets and word[0] in '"-0123456789' and is_plain(word):
            found.append(place)
    return found, aliases
