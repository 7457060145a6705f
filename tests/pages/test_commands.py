"""The commands on pages can be given as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import app
from tests.pages.answers import stocked
from tests.pages.commands import commands_of_ours, mistakes
from tests.pages.markdown import PAGES, ROOT, name


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


@pytest.mark.parametrize("page", [page for page in PAGES if any(commands_of_ours(page.read_text("utf-8")))], ids=name)
def test_commands_of_ours_do_what_they_say(
    page: Path, new_database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(stocked(url := new_database("sqlite")))
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)

    for words in commands_of_ours(page.read_text("utf-8")):
        result = CliRunner().invoke(app, words, env={"DATABASE_URL": url})
        assert result.exit_code == 0, f"{words}: {result.output}"
