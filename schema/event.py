"""The outbox: what changed, for systems that follow."""

from __future__ import annotations

import models
from resolvers.ids import opaque_id
from schema.declaring.declarations import by, computed, exposes, leaf, listing, one, query

BY_WHICH = "The id of the token by which it was done; null where it was without one."


@exposes(models.Event, order=[by("transaction_id"), by("id")])
class Event:
    """One change. Events come in an order of their own, and none ever appears before one that was already shown."""

    change = leaf()
    kind = leaf()
    entity = leaf()
    at = leaf()
    viewer_kind = leaf()
    data = leaf()
    customer = one(description="The customer concerned; null where there is none, or they were erased.")
    token = one(description="The token by which it was done; null where it was without one.")

    @computed("ID | None", "token_id", description=BY_WHICH)
    def token_id(key: int | None, _context: object) -> str | None:  # noqa: N805
        """The opaque id of the token, for those who may not read tokens, too."""
        return None if key is None else opaque_id("Token", key)

    @computed("ID", "entity", "entity_key", description="The id of what changed.")
    def entity_id(entity: str, key: int, _context: object) -> str:  # noqa: N805
        """The opaque id of the row behind the event."""
        return opaque_id(entity, key)


@query
class EventQueries:
    """Following what changes."""

    events = listing("Event", "Everything that changed, the oldest first.")
