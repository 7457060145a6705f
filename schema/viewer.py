"""Who asks."""

from __future__ import annotations

from resolvers.customer.me import load_me
from schema.declaring.declarations import batched, query


@query
class ViewerQueries:
    """What the viewer may know of themselves."""

    me = batched("Customer | None", load_me, "The customer who is logged in; null when nobody is.")
