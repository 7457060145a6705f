"""The whole retailer."""

from __future__ import annotations

from tests.schema.sample_retailer import catalogue, deals, offers, people, properties
from tests.schema.sample_retailer.rows import Rows


class Shop(Rows):
    """A small retailer whose rows are full of equal values and of gaps. They are the same each time."""

    async def fill(self) -> None:
        """Save everything."""
        await catalogue.lists(self)
        await catalogue.places(self)
        await catalogue.catalogue(self)
        await people.people(self)
        await people.cards(self)
        await people.tiers(self)
        await offers.campaigns(self)
        await offers.rewards(self)
        await deals.bills(self)
        await offers.vouchers(self)
        await people.points(self)
        await offers.recommendations(self)
        await deals.reservations(self)
        await properties.properties(self)
        await offers.earning(self)
