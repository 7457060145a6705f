"""The pages that people read: the README, `docs/`, and those of the examples and containers."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FOLDERS = (ROOT / "docs", ROOT / "examples", ROOT / "docker")
PAGES = sorted(
    path
    for path in [README, *(each for folder in FOLDERS for each in folder.rglob("*.md"))]
    if "node_modules" not in path.parts
)
DOCUMENT = re.compile(r"^```graphql\n(.*?)^```", re.MULTILINE | re.DOTALL)
RECIPES = ROOT / "docs" / "recipes.md"
"""It adds to the schema what it then asks for; `tests/recipes` plays it."""


def name(page: Path) -> str:
    """A page's name, for tests that look at each."""
    return str(page.relative_to(ROOT))
