"""Small letters by a table of our own."""

import pytest

from models.rules.letters import CAPITALS, SMALL, small

TEXTS = [
    ("Akron", "akron"),
    ("ŘÍČANY", "říčany"),
    ("ΑΘΉΝΑ", "αθήνα"),
    ("ЩИГЛЮ", "щиглю"),
    ("straße", "straße"),
    ("İstanbul", "İstanbul"),
    ("42 %", "42 %"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "in_small_letters"), TEXTS)
def test_capital_letters_become_small_one_for_one(text: str, in_small_letters: str) -> None:
    assert small(text) == in_small_letters


def test_each_capital_letter_has_one_small_letter_and_none_ends_a_text_of_sql() -> None:
    assert len(CAPITALS) == len(SMALL) == len(set(CAPITALS))
    assert not set(CAPITALS + SMALL) & set("'\\:%")
