"""Tokens: an installation of an application on a device."""

from __future__ import annotations

import models
from schema.declaring.declarations import by, embedded, exposes, language, leaf, listing, lookup, one, part, query
from schema.shared import Dated, Listed


@exposes(models.ExternalApplication, order=[by("name")])
class ExternalApplication(Listed):
    """An application that reads the CRM."""


@part(of=models.Token)
class Device:
    """The device that an application runs on."""

    id = leaf("device_id")
    name = leaf("device_name")
    system = leaf("device_system")
    type = leaf("device_type")


@part(of=models.Token)
class TokenPermissions:
    """What the person lets the application do."""

    gps = leaf("allows_gps")
    notifications = leaf("allows_notifications")


@exposes(models.Token)
class Token(Dated):
    """One installation of an application on a device; its secret is never shown again."""

    device = embedded("Device", description="The device.")
    permissions = embedded("TokenPermissions", description="What the person lets the application do.")
    language = language()
    last_seen_at = leaf()
    revoked_at = leaf()
    application = one()
    customer = one()


@query
class TokenQueries:
    """Finding tokens."""

    token = lookup("Token", "One token; null when there is none.")
    tokens = listing("Token", "All tokens.")
    external_applications = listing("ExternalApplication", "All applications.")
