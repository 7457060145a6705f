"""Installations of applications."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import coded, number, stamped


def external_application(**overrides: Any) -> models.ExternalApplication:
    return coded(models.ExternalApplication, overrides, "application", "Mobile app")


def token(**overrides: Any) -> models.Token:
    """An installation on which nobody is logged in."""
    return stamped(models.Token, overrides, application=external_application, secret_hash=lambda: f"{number():064x}")
