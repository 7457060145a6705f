"""What a caller says of a person: e-mail, phone, address and the like, each brought to the form in which it is kept."""

from __future__ import annotations

from datetime import date

from models import Customer
from models.rules.error_codes import ErrorCode
from resolvers.customer.inputs import PersonalInformationInput
from resolvers.errors import Refused
from resolvers.normalise import e164, email_key, name_key
from resolvers.programme.reading import home_country
from resolvers.storage.transaction import Transaction

BORN_AFTER = date(1900, 1, 1)
PERSON = "personalInformation"
COLUMNS = {
    **{name: name for name in ("salutation", "pre_nominals", "first_name", "last_name", "post_nominals", "gender")},
    "birthdate": "birthdate",
    "language": "language_code",
    "photo_url": "photo_url",
    "address.street": "address1",
    **{f"address.line{line}": f"address{line}" for line in range(2, 8)},
    "address.zip": "zip",
    "address.city": "city",
    "address.country": "country_code",
}
"""The columns that take what is given as it is."""


async def columns(transaction: Transaction, given: PersonalInformationInput, person: Customer) -> dict[str, object]:
    """The columns that change. What is not given is left alone, null clears it."""
    values, today = given.given(), transaction.now.date()
    changes = {COLUMNS[name]: value for name, value in values.items() if name in COLUMNS}
    _check_birthdate(changes.get("birthdate"), today)
    changes |= {f"{name}_key": name_key(changes[name]) for name in ("first_name", "last_name") if name in changes}
    if "email" in values:
        changes |= _email(values["email"], person)
    if "phone" in values:
        country = changes.get("country_code", person.country_code)
        if country is None and values["phone"] is not None:
            country = await home_country(await transaction.inside())
        changes |= _phone(values["phone"], person, country)
    return changes


def _check_birthdate(day: date | None, today: date) -> None:
    if day is not None and not BORN_AFTER <= day <= today:
        raise Refused(
            ErrorCode.BAD_BIRTHDATE, f"The day must lie between {BORN_AFTER} and today.", f"{PERSON}.birthdate"
        )


def _email(email: str | None, person: Customer) -> dict[str, object]:
    """An address is confirmed anew when it is another one."""
    compared = None if email is None else email_key(email)
    if compared is not None and len(compared) > 320:
        raise Refused(ErrorCode.TOO_LONG, "This takes 320 characters at most.", f"{PERSON}.email")
    same = compared == person.email_key
    return {"email": email, "email_key": compared, **({} if same else {"email_confirmed_at": None})}


def _phone(written: str | None, person: Customer, country: str | None) -> dict[str, object]:
    """A number is kept in E.164 form; one without a prefix is meant in this country."""
    try:
        phone = None if written is None else e164(written, country)
    except ValueError as error:
        message = "This must be a phone number, in international form unless address or programme name its country."
        raise Refused(ErrorCode.BAD_PHONE, message, f"{PERSON}.phone") from error
    return {"phone": phone, **({} if phone == person.phone else {"phone_confirmed_at": None})}
