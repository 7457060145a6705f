from pathlib import Path

from resolvers.files import reference

PAGE = Path(__file__).parents[3] / "docs" / "own-data.md"


def test_the_page_describes_the_resources_as_they_are() -> None:
    text = PAGE.read_text("utf-8")

    assert text == reference.written_into(text), "Run make schema."
    assert text.count(reference.BEGIN) == text.count(reference.END) == 1


def test_a_page_is_brought_up_to_date() -> None:
    old = f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n"

    text = reference.written_into(old)

    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "| `customers` |" in text
    assert "old\n" not in text
