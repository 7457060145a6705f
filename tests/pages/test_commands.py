"""The commands on pages can be given as they are."""

from pathlib import Path

import pytest

from tests.pages.commands import mistakes
from tests.pages.markdown import PAGES, name


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_on_a_page_can_be_given(page: Path) -> None:
    assert mistakes(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("crm360 serve --wrokers 4", "No such option: --wrokers"),
        ("A=1 .venv/bin/crm360 export", "Missing argument 'folder'"),
        ("crm360 token crate --name x", "No such command 'crate'"),
        ("make bnech", "No rule to make target 'bnech'"),
        ('make bench ARGS="--size 3"', "__main__.py has no --size."),
        ("python -m tests.benchmarks.memories", "There is no module tests.benchmarks.memories."),
        ("python examples/till/till.py sell --shop 1", "till.py has no --shop."),
        ("cd examples/web && npm begin", "There is no script begin."),
        ("cd examples/nowhere", "There is no examples/nowhere."),
        ("frobnicate --all", "Nobody here knows how frobnicate reads its arguments."),
    ],
)
def test_a_mistyped_command_is_found(line: str, told: str) -> None:
    [found] = mistakes(f"Like this:\n\n```\n{line}   # a comment\n```\n")

    assert found.startswith(line)
    assert told in found
