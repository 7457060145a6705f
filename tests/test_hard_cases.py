"""The page of hard cases names tests that there are."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent


def test_each_hard_case_has_its_test() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (FOLDER / "hard_cases.md").read_text())

    gone = [(file, name) for file, name in named if f"def test_{name}(" not in (FOLDER / file).read_text()]

    assert len(named) > 60
    assert gone == []
