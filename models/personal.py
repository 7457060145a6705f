"""What each column tells of a person: the one map by which values are masked, erased, exported, audited and not logged.

Columns of text, JSON, days and bytes are all named; numbers, moments, flags and references tell nothing by themselves,
and are named where they do. A table whose column has no class fails the build.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, Column, Date, Enum, LargeBinary, String

from models.base import Base


class Personal(StrEnum):
    """What a column tells of a person."""

    NONE = "NONE"
    """Nothing."""
    PSEUDONYM = "PSEUDONYM"
    """By what another system knows them, or their row: forgotten when they are erased, and not masked before."""
    IDENTIFYING = "IDENTIFYING"
    """Who they are: names, and the numbers of their cards."""
    CONTACT = "CONTACT"
    """How and where to reach them."""
    SENSITIVE = "SENSITIVE"
    """What they are like: gender, day of birth, portrait."""
    DEVICE = "DEVICE"
    """What they carry."""
    FREE_TEXT = "FREE_TEXT"
    """What somebody wrote, or another system sent along, which may tell anything."""
    STAFF = "STAFF"
    """Who of the retailer's people did it; it stays in the books."""
    CREDENTIAL = "CREDENTIAL"
    """What nobody is shown, not even those whose it is."""


MASKED = frozenset(Personal) - {Personal.NONE, Personal.PSEUDONYM}
"""What is shown in clear to those who hold personal:read, and to customers their own."""
FORGOTTEN = frozenset(Personal) - {Personal.NONE, Personal.STAFF}
"""What goes when a customer is erased."""


def _classes(none: str = "", **classes: str) -> dict[str, Personal]:
    made = dict.fromkeys(none.split(), Personal.NONE)
    for name, columns in classes.items():
        made.update(dict.fromkeys(columns.split(), Personal[name.upper()]))
    return made


def _alike(tables: str, none: str) -> dict[str, dict[str, Personal]]:
    return {table: _classes(none) for table in tables.split()}


PERSONAL: dict[str, dict[str, Personal]] = {
    # Customers, and what belongs to them
    "customer": _classes(
        identifying="salutation pre_nominals first_name last_name post_nominals full_name first_name_key last_name_key",
        contact="email email_key email_confirmed_at phone phone_confirmed_at language_code address1 address2 address3 "
        "address4 address5 address6 address7 zip city country_code",
        sensitive="gender birthdate photo_url",
    ),
    "customer_term": _classes(identifying="term"),
    "customer_statistics": _classes("currency_code"),
    "customer_month": _classes("currency_code month"),
    "customer_year": _classes("turnover stores products brands groups"),
    "customer_source_record": _classes(pseudonym="external_id"),
    "customer_password": _classes(credential="password_hash"),
    "one_time_code": _classes(contact="confirms", credential="code_hash"),
    "code_message": _classes(contact="recipient language_code", credential="code"),
    "login_guess": _classes("attempt", credential="subject_hash"),
    "card": _classes(identifying="number secondary_number", free_text="blocked_reason"),
    "card_event": _classes(free_text="reason"),
    "token": _classes(
        "name scopes hint language_code",
        device="push_token device_id device_name device_system device_type",
        credential="secret_hash previous_hash",
    ),
    "point_entry": _classes("earned_by", free_text="note extended_data"),
    "point_lot": _classes(free_text="note"),
    "point_reservation": _classes(pseudonym="external_id"),
    "voucher": _classes("code code_key currency_code", pseudonym="reserved_for", free_text="note"),
    "voucher_batch": _classes("code name note"),
    "voucher_event": _classes(free_text="note"),
    "status_record": _classes(free_text="note"),
    "purchase": _classes(
        "currency_code external_id number source cashdesk utm_source utm_medium utm_campaign reward_terms",
        identifying="card_number",
        staff="created_by",
    ),
    "purchase_item": _classes("external_id product_name category_code"),
    "purchase_payment": _classes("name"),
    "purchase_discount": _classes("code description"),
    "purchase_return": _classes("external_id", free_text="note"),
    "product_reservation": _classes(
        "pickup_date currency_code external_purchase_id utm_source utm_medium utm_campaign source external_id",
        pseudonym="reservation_codes benefit_codes",
        free_text="customer_note",
    ),
    "product_reservation_comment": _classes(free_text="note"),
    "product_reservation_progress": _classes(free_text="note"),
    "reservation_external_code": _classes(pseudonym="value"),
    "property_record": _classes(free_text="value"),
    "recommendation": _classes(
        "name brief_description detailed_description content picture_urls web_url reason system dataset source "
        "external_id translations"
    ),
    # What the gateway keeps
    "event": _classes("change entity kind", pseudonym="data"),
    "audit_entry": _classes("what request"),
    **_alike("audit_checkpoint audit_seal", "digest"),
    "schema_use": _classes("coordinate day"),
    "served_revision": _classes("revision"),
    "idempotency_key": _classes("operation change", pseudonym="key fingerprint answer"),
    "budget": _classes("subject"),
    "import_step": _classes("run step report"),
    "recommendation_model": _classes("arrays"),
    **_alike("event_reader job_run replica_left_out", "name"),
    # What the retailer publishes, or keeps of what it sells
    **_alike(
        "campaign_product_type customer_source external_application external_list_type partner point_type "
        "product_reservation_source purchase_item_type purchase_type reward_type tag",
        "code name",
    ),
    **_alike(
        "product_price programme_currency reservable_offer reservable_price status_turnover",
        "currency_code",
    ),
    **_alike("consent property", "code name description"),
    "campaign": _classes("external_id kind name source translations"),
    "campaign_product": _classes(
        "currency_code description display_in external_id image_url name note source subtitle translations"
    ),
    "card_type": _classes("code name prefix"),
    "earning_rule": _classes("code currency_code delay name"),
    "product": _classes("code external_id image_urls name package_size source translations"),
    "product_brand": _classes("external_id name source"),
    "product_code": _classes("code list_code"),
    "product_group": _classes("code external_id name source"),
    "product_term": _classes("term"),
    "programme": _classes("code country_code description name points_last time_zone"),
    "property_item": _classes("name value"),
    "recommendation_block": _classes("note"),
    "reservable_product": _classes("external_id source"),
    "reward": _classes(
        "code code_key currency_code description external_id external_url image_urls name note source subtitle "
        "time_from time_to translations voucher_validity_value"
    ),
    "segment": _classes("external_id name note picture_url source", free_text="criteria"),
    "segment_group": _classes("code name note"),
    "status": _classes("code description name translations validity"),
    "store": _classes(
        "address1 address2 address3 address4 address5 address6 address7 city code contact_email country_code "
        "currency_code description external_id image_urls manager_name name opening phone registration_id "
        "short_description source time_zone url zip"
    ),
}

DERIVED = frozenset({"email_key", "first_name_key", "last_name_key"})
"""Columns that are worked out from others of their row, for comparing and sorting."""

CARD_NUMBERS = frozenset({("card", "number"), ("card", "secondary_number"), ("purchase", "card_number")})
"""What is masked but for its last digits, by which people know their cards apart."""


def needs_class(column: Column[object]) -> bool:
    """Whether a column of such a type may tell something of a person."""
    return isinstance(column.type, String | JSON | Date | LargeBinary) and not isinstance(column.type, Enum)


def class_of(table: str, column: str) -> Personal:
    """What a column tells of a person."""
    return PERSONAL.get(table, {}).get(column, Personal.NONE)


def is_masked(entity: type[Base], column: str) -> bool:
    """Whether a column of an entity is masked where the viewer may not read personal data."""
    return class_of(entity.__tablename__, column) in MASKED


def telling(table: str) -> dict[str, Personal]:
    """The columns of a table that tell something of a person, with their classes."""
    return {name: kind for name, kind in PERSONAL.get(table, {}).items() if kind is not Personal.NONE}
