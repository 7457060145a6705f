"""The documents of `examples/web` are those that the schema answers; `make audit` builds the page and visits it."""

from __future__ import annotations

import re
from pathlib import Path

from graphql import parse, validate

from tests.schema.both_ways import schema

SOURCES = Path(__file__).parents[2] / "examples" / "web" / "src"
DOCUMENT = re.compile(r"graphql\(`(.+?)`\)", re.DOTALL)


def test_what_the_page_asks_for_is_in_the_schema() -> None:
    documents = [text for path in sorted(SOURCES.glob("*.ts*")) for text in DOCUMENT.findall(path.read_text())]
    # Fragments of one file are used by the others.
    whole = parse("\n".join(documents))

    assert len(documents) == 6
    assert validate(schema()._schema, whole) == []
