"""What of a change goes into the audit trail, beside its event."""

from __future__ import annotations

from datetime import datetime

from models import AuditAction, AuditEntry
from models.event_kinds import EventKind
from resolvers.storage.context import Viewer

PERSONAL = frozenset(kind for kind in EventKind if kind.name.startswith("CUSTOMER_"))
"""What happens to a customer's own data: profile, consents, accounts, passwords, and who logs in as them."""


def change_of(kind: EventKind, customer_id: int | None, viewer: Viewer, change: str, at: datetime) -> AuditEntry | None:
    """The entry of an event that changes a customer's personal data."""
    if customer_id is None or kind not in PERSONAL:
        return None
    return AuditEntry(
        action=AuditAction.CHANGE,
        customer_id=customer_id,
        what=kind,
        request=change,
        viewer_kind=viewer.kind,
        token_id=viewer.token_id,
        at=at,
    )
