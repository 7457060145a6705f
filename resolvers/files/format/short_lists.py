"""Lists in the short form in which people write them: codes with commas between, a price alone, answers by consent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import models
from models import Base, ConsentValue
from resolvers.files.format import local_values
from resolvers.files.format.conventions import Conventions
from resolvers.operation.structs import camel

ANSWERS = {True: ConsentValue.GIVEN.value, False: ConsentValue.WITHDRAWN.value}
KEYED: dict[type[Base], tuple[str, str]] = {
    models.CustomerConsent: ("consent_id", "value"),
    models.ProductCode: ("list_code", "code"),
    models.ProductPrice: ("currency_code", "amount"),
    models.PropertyRecord: ("property_id", "value"),
    models.ReservablePrice: ("currency_code", "amount"),
}
"""Lists whose entries are known by a code, with the columns of that and of what is said, as in `prices.CZK`."""
PRICES = (models.ProductPrice, models.ReservablePrice)
BETWEEN = re.compile(r"\s*[,;|]\s*")


def spelt_out(model: type[Base], value: object, conventions: Conventions, *, plain: bool) -> object:
    """A list as files have it, of whatever is short for one."""
    if isinstance(value, Mapping) and model in KEYED:
        return [_entry(model, str(key), each, conventions) for key, each in value.items()]
    if isinstance(value, str) and plain:
        return [code for code in BETWEEN.split(value.strip()) if code]
    if isinstance(value, str | int | float) and not isinstance(value, bool) and model in PRICES:
        return [_price(part.strip(), conventions) for part in str(value).split("|")]
    return value


def _entry(model: type[Base], key: str, value: object, conventions: Conventions) -> dict[str, object]:
    name, says = (camel(column.removesuffix("_id")) for column in KEYED[model])
    entry = {name: key, says: value}
    if model is models.CustomerConsent:
        answer: Any = local_values.yes_no(value, conventions) if isinstance(value, str) else value
        entry[says] = ANSWERS[answer] if isinstance(answer, bool) else answer
        entry["changedAt"] = datetime.now(UTC).isoformat()
    return entry


def _price(written: str, conventions: Conventions) -> dict[str, object]:
    currency = local_values.currency_beside(written, conventions) or conventions.currency
    if currency is None:
        raise ValueError("needs its currency beside it, as in 59.90 CZK, or one that is declared")
    return {"currencyCode": currency, "amount": written}
