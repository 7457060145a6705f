"""Tokens, and what was done with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import models
from tests.factories.building import NOW, build, coded, number, stamped
from tests.factories.customer import customer


def external_application(**overrides: Any) -> models.ExternalApplication:
    return coded(models.ExternalApplication, overrides, "application", "Mobile app")


def token(**overrides: Any) -> models.Token:
    """An installation on which nobody is logged in."""
    return stamped(models.Token, overrides, application=external_application, secret_hash=lambda: f"{number():064x}")


def audit_entry(**overrides: Any) -> models.AuditEntry:
    """A customer's data shown to a back office."""
    defaults = {"action": "READ", "customer_id": 1, "what": "customer", "request": "r", "viewer_kind": "ENTERPRISE"}
    return build(models.AuditEntry, defaults | overrides, at=NOW)


def audit_checkpoint(**overrides: Any) -> models.AuditCheckpoint:
    """No entry is kept that the first seal seals."""
    return build(
        models.AuditCheckpoint, overrides, seal_id=number, last_entry_id=number, entries=1, digest="0" * 64, at=NOW
    )


def audit_seal(**overrides: Any) -> models.AuditSeal:
    """A seal of one entry."""
    return build(
        models.AuditSeal, overrides, first_entry_id=number, last_entry_id=number, entries=1, digest="0" * 64, at=NOW
    )


def budget(**overrides: Any) -> models.Budget:
    """A budget that is full at the present."""
    full_at = int(NOW.timestamp()) * 10**9
    return build(models.Budget, overrides, subject=lambda: f"token:{number()}", full_at=full_at, granted=0)


def customer_password(**overrides: Any) -> models.CustomerPassword:
    """A password that nothing verifies."""
    return stamped(models.CustomerPassword, overrides, customer=customer, password_hash="x")


def one_time_code(**overrides: Any) -> models.OneTimeCode:
    """A code that nothing verifies, good for ten minutes."""
    until = NOW + timedelta(minutes=10)
    return build(models.OneTimeCode, overrides, code_hash="x", created_at=NOW, expires_at=until)


def code_message(**overrides: Any) -> models.CodeMessage:
    """A code on its way by text message."""
    defaults = {"channel": "SMS", "recipient": "+420601234567", "code": "123456"}
    return build(models.CodeMessage, defaults | overrides, customer=customer, expires_at=NOW + timedelta(minutes=10))


def login_guess(**overrides: Any) -> models.Guess:
    """A wrong password from some address."""
    defaults = {"subject": "ADDRESS", "subject_hash": "x"}
    return build(models.Guess, defaults | overrides, attempt=lambda: f"{number():032x}", at=NOW)
