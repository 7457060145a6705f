from pathlib import Path

from resolvers.files import reference

PAGE = Path(__file__).parents[3] / "docs" / "own-data.md"


def test_the_page_describes_the_resources_as_they_are() -> None:
    text = PAGE.read_text("utf-8")

    assert text == reference.written_into(text), "python -m resolvers.files.reference docs/own-data.md"
    assert text.count(reference.BEGIN) == text.count(reference.END) == 1


def test_a_page_is_brought_up_to_date(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n", "utf-8")

    reference.main([str(page)])

    text = page.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "| `customers` |" in text
    assert "old\n" not in text
