"""Tokens and applications; who logs in, and out again."""

from __future__ import annotations

import models
from resolvers import access
from schema.declaring.declarations import (
    by,
    embedded,
    exposes,
    language,
    leaf,
    listing,
    lookup,
    one,
    part,
    query,
    texts,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Dated, Listed


@exposes(models.ExternalApplication, order=[by("name")])
class ExternalApplication(Listed):
    """An application that reads the CRM."""


@part(of=models.Token)
class Device:
    """The device that an application runs on."""

    device_id = leaf()
    id = leaf("device_id", deprecated="Clients' caches take an `id` for a key of the whole graph; this is `deviceId`.")
    name = leaf("device_name")
    system = leaf("device_system")
    type = leaf("device_type")


@part(of=models.Token)
class TokenPermissions:
    """What the person lets the application do."""

    gps = leaf("allows_gps")
    notifications = leaf("allows_notifications")


@part(of=models.Token)
class TokenBudget:
    """The budget of cost that an enterprise token has of its own."""

    limit = leaf("budget_limit")
    refill_per_second = leaf("budget_refill")


@exposes(models.Token)
class Token(Dated):
    """What a program shows to be let in: an installation of an application, or an enterprise application."""

    kind = leaf()
    name = leaf()
    scopes = texts()
    hint = leaf()
    device = embedded("Device", description="The device.")
    permissions = embedded("TokenPermissions", description="What the person lets the application do.")
    budget = embedded("TokenBudget", when="budget_limit", description="A budget of its own; null for the usual one.")
    language = language()
    last_seen_at = leaf()
    logged_in_at = leaf()
    expires_at = leaf()
    revoked_at = leaf()
    application = one()
    customer = one()


@query
class TokenQueries:
    """Finding tokens."""

    token = lookup("Token", "One token; null when there is none.")
    tokens = listing("Token", "All tokens.")
    external_applications = listing("ExternalApplication", "All applications.")


@mutation
class TokenMutations:
    """Making tokens, and logging in on them."""

    token_create = mutation_field(
        access.create,
        "Create a token for an installation of an application. No customer is logged in on it.",
        scope=None,
    )
    token_update = mutation_field(
        access.update,
        "Change what the installation that asks told of itself. What is left out stays, null clears.",
        scope=None,
    )
    token_login = mutation_field(
        access.log_in,
        "Log a customer in on the installation that asks, by e-mail address, phone or card number, with a password or "
        "a one-time code. Five wrong guesses within 15 minutes are looked at, of one account or from one address; an "
        "account that isn't there is answered as a wrong password is.",
        scope=None,
    )
    token_logout = mutation_field(
        access.log_out,
        "Log the customer out of the installation that asks. The token stays, and is anonymous again.",
        scope=None,
        optional=True,
    )
    token_rotate = mutation_field(
        access.rotate,
        "Give a token a new secret. The old one is accepted for some minutes, in case the answer is lost.",
        scope=None,
        optional=True,
    )
    token_revoke = mutation_field(
        access.revoke, "Stop accepting a token, from the next request on.", scope=None, optional=True
    )
    enterprise_token_create = mutation_field(
        access.create_enterprise,
        "Create a token for a shop, a till or a back office. It takes the scope tokens:write.",
        scope=None,
    )
    login_code_send = mutation_field(
        access.send_code,
        "Send a customer a one-time code, good for ten minutes, by which to log in or to set a new password. It goes "
        "to the e-mail address or phone on file, by way of the retailer's own messaging.",
        scope=None,
    )
    password_set = mutation_field(
        access.set_password,
        "Set the password of the customer who is logged in. They stay logged in on this installation only.",
        scope=None,
    )
    password_reset = mutation_field(
        access.reset_password,
        "Set a new password by a one-time code. The customer is logged out everywhere.",
        scope=None,
    )
