"""What a caller says of a person: names, e-mail, phone, address, each brought to the form in which it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from models import Customer
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.normalise import e164, email_key, fold
from resolvers.operation import input_fields
from resolvers.operation.perform import Values
from resolvers.operation.validation import EMAIL

TEXTS = ("salutation", "pre_nominals", "first_name", "last_name", "post_nominals")
LINES = {
    "street": "address1",
    **{f"line{line}": f"address{line}" for line in range(2, 8)},
    "zip": "zip",
    "city": "city",
}
ADDRESS = (*LINES.values(), "country_code")
BORN_AFTER = date(1900, 1, 1)
PERSON = "personalInformation"


def columns(given: Values, person: Customer, today: date) -> dict[str, Any]:
    """The columns that change. What is not given is left alone, null clears it."""
    changes: dict[str, Any] = {}
    for name in TEXTS:
        if name in given:
            changes[name] = input_fields.text(given, name, _longest(name), _path(name))
    if "gender" in given:
        changes["gender"] = given["gender"]
    if "birthdate" in given:
        changes["birthdate"] = _birthdate(given["birthdate"], today)
    if "language" in given:
        changes["language_code"] = input_fields.code(given, "language", "Language", f"{PERSON}.language")
    if "address" in given:
        changes |= _address(given["address"])
    country = changes.get("country_code", person.country_code)
    return changes | _email(given, person) | _phone(given, person, country) | _keys(changes)


def _longest(column: str) -> int:
    length: int | None = getattr(Customer.__table__.columns[column].type, "length", None)
    return length or 255


def _path(name: str, *, below: str = PERSON) -> str:
    head, *rest = name.split("_")
    return f"{below}.{head}{''.join(word.capitalize() for word in rest)}"


def _keys(changes: dict[str, Any]) -> dict[str, str]:
    """Names folded, for sorting."""
    return {f"{name}_key": fold(changes[name] or "") for name in ("first_name", "last_name") if name in changes}


def _birthdate(day: date | None, today: date) -> date | None:
    if day is not None and not BORN_AFTER <= day <= today:
        raise Refused(
            ErrorCode.BAD_BIRTHDATE, f"The day must lie between {BORN_AFTER} and today.", f"{PERSON}.birthdate"
        )
    return day


def _address(given: Values | None) -> dict[str, str | None]:
    if given is None:
        return dict.fromkeys(ADDRESS)
    where = f"{PERSON}.address"
    changes = {
        column: input_fields.text(given, name, _longest(column), f"{where}.{name}")
        for name, column in LINES.items()
        if name in given
    }
    if "country" in given:
        changes["country_code"] = input_fields.code(given, "country", "Country", f"{where}.country")
    return changes


def _email(given: Values, person: Customer) -> dict[str, Any]:
    """An address is confirmed anew when it is another one."""
    if "email" not in given:
        return {}
    email = input_fields.text(given, "email", 320, f"{PERSON}.email")
    if email is not None and not EMAIL.fullmatch(email):
        raise Refused(ErrorCode.BAD_EMAIL, "This must be an e-mail address.", f"{PERSON}.email")
    compared = None if email is None else email_key(email)
    if compared is not None and len(compared) > 320:
        raise Refused(ErrorCode.TOO_LONG, "This takes 320 characters at most.", f"{PERSON}.email")
    same = compared == person.email_key
    return {"email": email, "email_key": compared, **({} if same else {"email_confirmed_at": None})}


def _phone(given: Values, person: Customer, country: str | None) -> dict[str, Any]:
    """A number is kept in E.164 form; one without a prefix is meant in the country of the address."""
    if "phone" not in given:
        return {}
    written = input_fields.text(given, "phone", 64, f"{PERSON}.phone")
    try:
        phone = None if written is None else e164(written, country)
    except ValueError as error:
        message = "This must be a phone number, in international form unless the address names its country."
        raise Refused(ErrorCode.BAD_PHONE, message, f"{PERSON}.phone") from error
    return {"phone": phone, **({} if phone == person.phone else {"phone_confirmed_at": None})}
