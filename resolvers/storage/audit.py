"""What of a change goes into the audit trail, beside its event."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import models
from models import AuditAction, AuditEntry
from models.event_kinds import EventKind
from models.personal import Personal, telling
from resolvers.storage.context import Viewer

TOLD_OF = frozenset({Personal.IDENTIFYING, Personal.CONTACT, Personal.SENSITIVE, Personal.DEVICE})
LEFT_OUT = frozenset({"Purchase"})
"""A bill repeats the number of the card that was shown, and there are many of them."""


@cache
def _is_personal(kind: EventKind, entity: str) -> bool:
    """Whether an event changes a person's own data: profile, consents, accounts, log-ins, cards or devices."""
    if kind.name.startswith("CUSTOMER_"):
        return True
    table = getattr(models, entity).__tablename__
    return entity not in LEFT_OUT and not TOLD_OF.isdisjoint(telling(table).values())


def change_of(
    kind: EventKind, entity: str, customer_id: int | None, viewer: Viewer, change: str, at: datetime
) -> AuditEntry | None:
    """The entry of an event that changes a customer's personal data."""
    if customer_id is None or not _is_personal(kind, entity):
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
