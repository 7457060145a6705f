"""The customer on whose behalf a request is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolvers.bill_customer import BY_KEY
from resolvers.reading import Reading, RowRef
from resolvers.rows import NO_KEY


async def load_me(reading: Reading, _keys: Any, _args: Any, _names: Any) -> Mapping[int, RowRef | None]:
    """The viewer's customer; none where nobody is logged in, or their account is gone."""
    key = reading.viewer.customer_id
    if key is None or not await BY_KEY.read(reading, sought=key):
        return {NO_KEY: None}
    return {NO_KEY: RowRef("Customer", key)}
