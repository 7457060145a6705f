"""Imports for tests: of few households, from a source that is read once."""

from datetime import date
from functools import cache
from unittest.mock import patch

from resolvers import demo
from resolvers.demo import run
from resolvers.demo.reading.source import Source

TODAY = date(2026, 11, 22)
"""A Sunday: the data ends a week before, and what its first days earned has expired."""
HOUSEHOLDS = 12

source = cache(Source)


async def import_few(url, **options):
    """Import some households, as of a fixed day."""
    with patch.object(run, "Source", source):
        return await demo.import_journey(url, **{"today": TODAY, "households": HOUSEHOLDS} | options)
