"""The audit trail: who was shown, or changed, which customer's personal data."""

from __future__ import annotations

import models
from schema.declaring.declarations import by, exposes, leaf, listing, one, query


@exposes(models.AuditEntry, order=[by("id", descending=True)])
class AuditEntry:
    """One request's reading or changing of one customer's personal data."""

    action = leaf()
    what = leaf()
    request = leaf()
    viewer_kind = leaf()
    at = leaf()
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
