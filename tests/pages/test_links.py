"""What pages lead to and name is there: files, settings, and documents that the schema answers."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from server.settings import Settings
from tests.pages.markdown import DOCUMENT, PAGES, RECIPES, ROOT, name
from tests.schema.both_ways import schema

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")

PLACE = re.compile(r"\]\(([^)#\s:]*)#([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FILE = re.compile(r"`([\w.-]+/(?:[\w./-]+\.\w+|[\w./-]*/)?)`")
"""A path in code: of a file with its ending, or of a folder with a slash behind it."""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_leads_to_files_that_are_there(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if not link.startswith(("http", "mailto:"))]

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_leads_to_headings_that_are_there(page: Path) -> None:
    missing = [
        (file, place)
        for file, place in PLACE.findall(page.read_text())
        if place not in {slug(heading) for heading in HEADING.findall((page.parent / (file or page.name)).read_text())}
    ]

    assert missing == []


def slug(heading: str) -> str:
    """A heading as links name it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = FILE.findall(page.read_text())

    assert [file for file in named if not any((folder / file).exists() for folder in (ROOT, page.parent))] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_settings_that_a_page_names_are_settings(page: Path) -> None:
    known = {f"CRM360_{name.upper()}" for name in Settings.model_fields}

    named = set(re.findall(r"\bCRM360_[A-Z_]*[A-Z]\b", page.read_text()))

    assert named - known == set()


@pytest.mark.parametrize("page", [page for page in PAGES if page != RECIPES], ids=name)
def test_documents_on_a_page_are_answered(page: Path) -> None:
    documents = DOCUMENT.findall(page.read_text())

    assert [error.message for text in documents for error in validate(schema()._schema, parse(text))] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()

    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")} - {"README.md"}

    assert {page for page in pages if f"]({page})" not in index} == set()
