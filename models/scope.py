"""Who asks, and the scopes: what a token of an enterprise application may do beyond what anyone may."""

from __future__ import annotations

from enum import StrEnum


class ViewerKind(StrEnum):
    """What a request may be made on behalf of."""

    OPEN = "OPEN"
    """Anyone, in a gateway that is explicitly open, and the gateway's own work: everything is allowed."""
    ANONYMOUS = "ANONYMOUS"
    """Without a token: what is public is all there is."""
    CUSTOMER = "CUSTOMER"
    """A customer who is logged in: what is public, and what is their own."""
    ENTERPRISE = "ENTERPRISE"
    """A shop, a till or a back office: what its scopes allow."""


class Scope(StrEnum):
    """A permission that a token of a shop, a till or a back office holds."""

    CUSTOMERS_READ = "customers:read"
    """Read customers and what belongs to them, personal data masked."""
    PERSONAL_READ = "personal:read"
    """Read personal data in clear: names, contacts, addresses, birthdays, notes."""
    CUSTOMERS_WRITE = "customers:write"
    """Create, change, merge and erase customers, their consents, properties and sources."""
    CARDS_WRITE = "cards:write"
    """Generate, assign, block and release cards."""
    POINTS_WRITE = "points:write"
    """Assign, spend, reserve, transfer and reverse points."""
    PURCHASES_WRITE = "purchases:write"
    """Preview, close, cancel, return and import bills."""
    VOUCHERS_WRITE = "vouchers:write"
    """Issue, reserve, redeem, transfer and cancel vouchers."""
    STATUSES_WRITE = "statuses:write"
    """Set customers' statuses by hand."""
    RESERVATIONS_WRITE = "reservations:write"
    """Create and advance reservations, and set the stock that can be reserved."""
    SEGMENTS_WRITE = "segments:write"
    """Create and change segments and their members."""
    CATALOGUE_WRITE = "catalogue:write"
    """Change products, brands, groups, stores, campaigns, recommendations and code lists."""
    PROGRAMME_WRITE = "programme:write"
    """Change the loyalty programme: its rules, rewards and statuses."""
    EVENTS_READ = "events:read"
    """Follow the outbox of changes."""
    TOKENS_WRITE = "tokens:write"
    """Create, list and revoke tokens."""
    AUDIT_READ = "audit:read"
    """Read who read or changed which customer's personal data."""
