"""Customers: who they are, and what belongs to them."""

from resolvers.customer.consent import set_consent
from resolvers.customer.custom_property import set_property
from resolvers.customer.erasure import erase
from resolvers.customer.operations import create, deactivate, reactivate, update, upsert, upsert_all
from resolvers.customer.source import add_source, remove_source, upsert_source

__all__ = [
    "add_source",
    "create",
    "deactivate",
    "erase",
    "reactivate",
    "remove_source",
    "set_consent",
    "set_property",
    "update",
    "upsert",
    "upsert_all",
    "upsert_source",
]
