"""The customer on whose behalf a request is made."""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.customer.find import BY_KEY
from resolvers.query.level.rows import NO_KEY
from resolvers.storage.context import RequestContext, RowRef


async def load_me(context: RequestContext, _keys: object, _args: object, _names: object) -> Mapping[int, RowRef | None]:
    """The viewer's customer; none without a log-in, or where the account is gone."""
    key = context.viewer.customer_id
    if key is None or not await BY_KEY.read(context, sought=key):
        return {NO_KEY: None}
    return {NO_KEY: RowRef("Customer", key)}
