import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from resolvers.recommendation.numbers.evaluation import Compared, compare
from resolvers.recommendation.numbers.splits import HeldOut
from server.cli import app
from server.commands import evaluation_report as report
from server.commands import recommend
from tests.resolvers.recommendation.shoppers import COFFEE, TEA, history


@pytest.fixture(scope="module")
def results() -> list[Compared]:
    """Everybody took tea for fifteen weeks and has taken coffee for five."""
    bills = [(who, 7 * week, [TEA if week >= 5 else COFFEE]) for who in range(1, 41) for week in range(20)]
    of = history(bills, customers=range(1, 41))
    return [compare(of, held) for held in HeldOut]


def test_all_is_worked_out_by_command_and_what_it_took_is_told(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)

    done = CliRunner().invoke(app, ["recommend", "all", "--per-group", "2"])

    assert done.exit_code == 0, done.output
    first, second = done.stdout.splitlines()
    assert first == "0 customers, 0 lines of bills: 0 recommendations changed."
    assert re.fullmatch(r"[\d.]+ s to read, [\d.]+ s to work out, [\d.]+ s to write; [\d,]+ MB at most\.", second)


def test_what_is_missing_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommend, "NEEDED", ("no_such_module",))

    done = CliRunner().invoke(app, ["recommend", "all"])

    assert done.exit_code == 1
    assert done.stderr == "This needs no_such_module: install the extra, as in `pip install crm360[recommend]`.\n"


def test_without_a_database_it_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.sqlite")

    done = CliRunner().invoke(app, ["recommend", "all"])

    assert done.exit_code == 1
    assert "crm360 migrate" in done.stderr


def test_the_table_has_a_row_for_each_method_and_what_is_gained_by_it(results: list[Compared]) -> None:
    rows = report.table(results).splitlines()

    assert "| last basket | personal frequency | 1.0000 | 0.6309 | 100.0% | 40 |" in rows
    assert "| last basket | crm360 | 1.0000 | 1.0000 | 100.0% | 40 |" in rows
    assert "| last basket | personal frequency | NDCG@10 | +0.3691 | +58.5% | 0.0000 | +0.3691 |" in rows
    assert len(rows) == 2 + 2 * 4 + 1 + 2 + 2 * 4


def test_the_page_gets_the_figures_between_its_marks_and_a_chart_beside_it(
    results: list[Compared], tmp_path: Path
) -> None:
    page = tmp_path / "recommendations.md"
    page.write_text(f"Before.\n{report.BEGIN}\nold\n{report.END}\nAfter.\n", encoding="utf-8")

    report.write(tmp_path, results, date(2024, 5, 15))

    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"Before.\n{report.BEGIN}\n\nMeasured on 15 May 2024.\n\n| held out |")
    assert text.endswith(f"\n\n{report.END}\nAfter.\n")
    assert "old" not in text
    assert (tmp_path / "recommendations.svg").read_text(encoding="utf-8").count("NDCG@10, last basket") == 1


def test_a_page_without_its_marks_is_left_alone(results: list[Compared], tmp_path: Path) -> None:
    page = tmp_path / "recommendations.md"
    page.write_text("Nothing to replace.\n", encoding="utf-8")

    with pytest.raises(ValueError, match="lacks the marks"):
        report.write(tmp_path, results, date(2024, 5, 15))

    assert page.read_text(encoding="utf-8") == "Nothing to replace.\n"
