"""The pages that are made from the code are those that it makes now; `make schema` writes them."""

from tests.pages.__main__ import pages
from tests.schema.both_ways import schema


def test_every_page_is_as_the_code_makes_it() -> None:
    stale = [path.name for path, made in pages(schema()).items() if path.read_text("utf-8") != made]

    assert stale == [], "Run make schema, and look at what changed."
