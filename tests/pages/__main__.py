"""Writes `schema.graphql` and all pages that are made from the code: `make schema`.

One process writes them all, as the schema takes seconds to build.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from resolvers.files import reference
from schema.execution.run.planned_schema import PlannedSchema
from server.commands.schema import definition
from tests.databases import of_a_program
from tests.pages import costs, domain, errors, one_query, permissions, rooms, telemetry
from tests.pages.answers import ASKED, with_answers
from tests.pages.markdown import PAGES, README, RECIPES, ROOT
from tests.schema.both_ways import schema

GRAPH = ROOT / "schema.graphql"
OWN_DATA = ROOT / "docs" / "own-data.md"
ASKED_ELSEWHERE = {README, RECIPES, one_query.PAGE}
"""Pages over other data: the demo's (`tests/server/test_walkthrough.py`), a recipe's own, one made-up customer's."""


def pages(schema: PlannedSchema) -> dict[Path, str]:
    """Each file with what it should say."""
    texts = {path: path.read_text("utf-8") for path in PAGES} | dict(_made(schema))
    asking = {path: text for path, text in texts.items() if path not in ASKED_ELSEWHERE and ASKED.search(text)}
    return texts | with_answers(asking) | {GRAPH: definition(schema)}


def _made(schema: PlannedSchema) -> Iterator[tuple[Path, str]]:
    """Pages with what is made from the code."""
    yield OWN_DATA, reference.written_into(OWN_DATA.read_text("utf-8"))
    yield one_query.PAGE, one_query.page(schema)
    yield permissions.PAGE, permissions.page()
    yield errors.PAGE, errors.page()
    yield costs.PAGE, costs.page(schema)
    yield telemetry.PAGE, telemetry.page()
    yield domain.PAGE, domain.page()
    yield rooms.PAGE, rooms.page()
    yield rooms.README, rooms.readme()


def main() -> None:
    """Write those that differ, and tell which."""
    with of_a_program():
        changed = [path for path, text in pages(schema()).items() if _written(path, text)]
    for path in changed:
        sys.stdout.write(f"Wrote {path.relative_to(ROOT)}.\n")
    if not changed:
        sys.stdout.write("schema.graphql and the pages of docs/ are as the code makes them.\n")


def _written(path: Path, text: str) -> bool:
    """Write a file unless it says so already; true where it was written."""
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


if __name__ == "__main__":
    main()
