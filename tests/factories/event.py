"""What happened, and which operations were done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import models
from tests.factories.building import NOW, build, number


def event(**overrides: Any) -> models.Event:
    """A card was blocked."""
    return build(
        models.Event,
        overrides,
        change=lambda: f"change-{number()}",
        kind="CARD_BLOCKED",
        entity="Card",
        entity_key=1,
        at=NOW,
    )


def event_reader(**overrides: Any) -> models.EventReader:
    """A reader that has dealt with nothing so far."""
    return build(models.EventReader, overrides, name=lambda: f"reader-{number()}", event_id=0)


def outbox_epoch(**overrides: Any) -> models.OutboxEpoch:
    """Events that were begun to be numbered on another server."""
    return build(models.OutboxEpoch, overrides, ahead=0)


def idempotency_key(**overrides: Any) -> models.IdempotencyKey:
    return build(
        models.IdempotencyKey,
        overrides,
        key=lambda: f"key-{number()}",
        operation="cardBlock",
        fingerprint="0" * 64,
        answer=dict,
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
