"""The audit trail: who was shown, or changed, which customer's personal data."""

from __future__ import annotations

import models
from resolvers.ids import opaque_id
from schema.declaring.declarations import by, computed, exposes, leaf, listing, one, query
from schema.event import BY_WHICH


@exposes(models.AuditEntry, order=[by("id", descending=True)])
class AuditEntry:
    """One request's reading or changing of one customer's personal data."""

    action = leaf()
    what = leaf()
    request = leaf()
    viewer_kind = leaf()
    at = leaf()

    @computed("ID | None", "token_id", description=BY_WHICH)
    def token_id(key: int | None, _context: object) -> str | None:  # noqa: N805
        """The opaque id of the token, for those who may not read tokens, too."""
        return None if key is None else opaque_id("Token", key)

    @computed("ID", "customer_id", description="The id of whose data it is, also once they were erased.")
    def customer_id(key: int, _context: object) -> str:  # noqa: N805
        """The opaque id of the customer, for those who may not read customers, too."""
        return opaque_id("Customer", key)

    customer = one(description="Whose data it is; null where they were erased.")
    token = one(description="The token by which it was done; null where it was without one.")


@query
class AuditQueries:
    """Reading the trail."""

    audit_entries = listing(
        "AuditEntry",
        "The audit trail, the newest first: who was shown, or changed, which customer's personal data. It takes the "
        "scope audit:read.",
    )
