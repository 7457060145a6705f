"""Writes `schema.graphql` and all pages that are made from the code: `make schema`.

One process writes them all, as the schema takes seconds to build.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from resolvers.files import reference
from schema.declaring.build import build
from schema.execution.run.planned_schema import PlannedSchema
from server.commands.schema import definition
from tests.pages import costs, errors, one_query, permissions, rooms, telemetry

ROOT = Path(__file__).parents[2]
GRAPH = ROOT / "schema.graphql"
OWN_DATA = ROOT / "docs" / "own-data.md"


def pages(schema: PlannedSchema) -> Iterator[tuple[Path, str]]:
    """Each file with what it should say."""
    yield GRAPH, definition(schema)
    yield OWN_DATA, reference.written_into(OWN_DATA.read_text("utf-8"))
    yield one_query.PAGE, one_query.page(schema)
    yield permissions.PAGE, permissions.page()
    yield errors.PAGE, errors.page()
    yield costs.PAGE, costs.page(schema)
    yield telemetry.PAGE, telemetry.page()
    yield rooms.PAGE, rooms.page()
    yield rooms.README, rooms.readme()


def main() -> None:
    """Write those that differ, and tell which."""
    changed = [path for path, text in pages(build()) if _written(path, text)]
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
