"""Customers, where they came from and what they agreed to."""

from __future__ import annotations

from typing import Any

import models
from resolvers import normalise
from tests.factories.building import NOW, build, coded, number, stamped


def customer(**overrides: Any) -> models.Customer:
    """Jana Nováková, with an e-mail address and a phone of her own and the keys that belong to them."""
    unique = number()
    values = {
        "first_name": "Jana",
        "last_name": "Nováková",
        "email": f"jana{unique}@example.com",
        "phone": f"+420601{unique:06d}",
    } | overrides
    return stamped(
        models.Customer,
        values,
        first_name_key=normalise.name_key(values["first_name"]),
        last_name_key=normalise.name_key(values["last_name"]),
        email_key=values["email"] and normalise.email_key(values["email"]),
    )


def customer_source(**overrides: Any) -> models.CustomerSource:
    return coded(models.CustomerSource, overrides, "source", "Web shop")


def customer_source_record(**overrides: Any) -> models.CustomerSourceRecord:
    return stamped(
        models.CustomerSourceRecord,
        overrides,
        customer=customer,
        source=customer_source,
        external_id=lambda: f"account-{number()}",
    )


def customer_merge(**overrides: Any) -> models.CustomerMerge:
    return build(
        models.CustomerMerge,
        overrides,
        customer=customer,
        merged=lambda: customer(state="DELETED", email=None, phone=None),
        merged_at=NOW,
    )


def consent(**overrides: Any) -> models.Consent:
    return coded(models.Consent, overrides, "consent", "Newsletter")


def consent_change(**overrides: Any) -> models.ConsentChange:
    return build(
        models.ConsentChange,
        overrides,
        customer=customer,
        consent=consent,
        value=models.ConsentValue.GIVEN,
        changed_at=NOW,
        viewer_kind="CUSTOMER",
    )


def customer_consent(**overrides: Any) -> models.CustomerConsent:
    return build(
        models.CustomerConsent,
        overrides,
        customer=customer,
        consent=consent,
        value=models.ConsentValue.GIVEN,
        changed_at=NOW,
    )
