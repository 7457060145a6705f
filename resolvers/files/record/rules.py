"""What a row must keep by itself, and what follows from it: checked and filled in before the database is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import models
from models.rules.periods import TimeUnit, is_period
from models.rules.reward_value import value_refusal
from models.rules.voucher_code import LONGEST_KEY, code_key
from models.rules.web_address import is_web_address
from resolvers import normalise
from resolvers.files.format.record_schema import Draft

ZERO = Decimal(0)
TOMORROW = timedelta(days=1)
"""By how much the clock of a till, or its zone, may be mistaken."""


def finish(resource: str, draft: Draft, country: str | None = None) -> None:
    """Apply the rules of a resource to a row that was read; in `country` phone numbers without a prefix are meant."""
    if resource in DIALLED:
        _phone(draft, country)
    if resource in RULES:
        RULES[resource](draft)
    if resource in SOURCED and (draft.values.get("source") is None) != (draft.values.get("external_id") is None):
        draft.refuse("externalId", "must be given together with its source, or both left empty")


def begin(resource: str, draft: Draft) -> None:
    """Fill in what a new row has where its file doesn't say."""
    if resource == "cards":
        holder = draft.refs.get("customer_id")
        draft.values.setdefault("state", (models.CardState.ASSIGNED if holder else models.CardState.FREE).value)
    if resource == "rewards" and draft.values.get("is_draft"):
        draft.values.setdefault("state", models.State.INACTIVE.value)


def _customer(draft: Draft) -> None:
    values = draft.values
    for name in ("first_name", "last_name"):
        if name in values:
            values[f"{name}_key"] = normalise.name_key(values[name])
    if "email" in values:
        values["email_key"] = values["email"] and normalise.email_key(values["email"])
    if values.get("photo_url") and not is_web_address(values["photo_url"]):
        draft.refuse("photoUrl", "must be an address of the web, https://…")
    named = (values.get("source"), values.get("external_id"))
    if "sources" in draft.lists:
        # The account by which the row is found is one of the customer's anyway.
        draft.lists["sources"] = [record for record in draft.lists["sources"] if _account(record) != named]
    current = [record for record in draft.lists.get("statusRecords", ()) if record.values.get("ended_at") is None]
    if len(current) > 1:
        draft.refuse("statusRecords", "must have at most one that has not ended")


def _account(record: Draft) -> tuple[str | None, str | None]:
    source = record.refs.get("source_id")
    return source[1] if source else None, record.values.get("external_id")


def _phone(draft: Draft, country: str | None) -> None:
    if phone := draft.values.get("phone"):
        try:
            draft.values["phone"] = normalise.e164(phone, draft.values.get("country_code") or country)
        except ValueError as error:
            draft.refuse("phone", f"is {error}")


def _purchase(draft: Draft) -> None:
    if draft.values.get("total", ZERO) < 0:
        draft.refuse("total", "is below zero; what was returned is brought in as purchaseReturns")
    if (paid_at := draft.values.get("paid_at")) is not None and paid_at > models.base.utc_now() + TOMORROW:
        draft.refuse("paidAt", f"is in the future: {paid_at.date()}")
    items = draft.lists.get("items", [])
    draft.values.setdefault("items_count", len(items))
    if items:
        comes_to = sum((item.values.get("price", ZERO) for item in items), ZERO)
        if draft.values.setdefault("total", comes_to) != comes_to:
            draft.warn("total", f"is {draft.values['total']:f}, and its lines come to {comes_to:f}")
    payments = [one.values.get("amount", ZERO) for one in draft.lists.get("payments", ())]
    if payments and sum(payments, ZERO) != draft.values.get("total"):
        draft.refuse("payments", "must come to the bill's total")
    lines = [item.values.get("line") for item in items]
    if len(lines) != len(set(lines)):
        draft.refuse("items", "must not have two with the same line")


def _voucher(draft: Draft) -> None:
    if draft.values.get("code") is not None:
        draft.values["code_key"] = code_key(draft.values["code"])
        if not 0 < len(draft.values["code_key"]) <= LONGEST_KEY:
            draft.refuse("code", "must have letters or digits")


def _reward(draft: Draft) -> None:
    _voucher(draft)
    _reward_value(draft)
    _draft(draft)
    value, validity = draft.values.get("voucher_validity_value"), draft.values.get("voucher_validity")
    if validity == models.VoucherValidity.INTERVAL and not is_period(value or ""):
        draft.refuse("voucherValidityValue", "must be a period such as P30D")
    if validity == models.VoucherValidity.END_OF_TIME_UNIT and value not in list(TimeUnit):
        draft.refuse("voucherValidityValue", f"must be one of {', '.join(TimeUnit)}")


def _draft(draft: Draft) -> None:
    if draft.values.get("is_draft") and draft.values.get("state") == models.State.ACTIVE:
        draft.refuse("isDraft", "must be false of a reward that is offered")


def _reward_value(draft: Draft) -> None:
    kind, value = draft.values.get("kind"), draft.values.get("value")
    if kind is not None and value is not None:
        wrong = value_refusal(models.RewardKind(kind), value, draft.values.get("currency_code"))
        if wrong is not None:
            draft.refuse("value", f"is refused: {wrong.message}")


def _status(draft: Draft) -> None:
    validity = draft.values.get("validity")
    if validity is not None and validity != "END_OF_YEAR" and not is_period(validity):
        draft.refuse("validity", "must be a period such as P12M, or END_OF_YEAR")


def _programme(draft: Draft) -> None:
    values = draft.values
    if values.get("points_last") is not None and not is_period(values["points_last"]):
        draft.refuse("pointsLast", "must be a period such as P12M")
    _in_order(draft, values, "validTo")
    for place, rule in enumerate(draft.lists.get("earningRules", ())):
        at = f"earningRules[{place}]"
        if rule.values.get("delay") is not None and not is_period(rule.values["delay"]):
            draft.refuse(f"{at}.delay", "must be a period such as P14D")
        if rule.values.get("kind") == models.EarningKind.AMOUNT and rule.values.get("currency_code") is None:
            draft.refuse(f"{at}.currencyCode", "is needed by an AMOUNT")
        _in_order(draft, rule.values, f"{at}.validTo")


def _in_order(draft: Draft, values: Mapping[str, Any], field: str) -> None:
    begins, ends = values.get("valid_from"), values.get("valid_to")
    if begins is not None and ends is not None and ends <= begins:
        draft.refuse(field, "must be after its beginning")


RULES: dict[str, Callable[[Draft], None]] = {
    "customers": _customer,
    "programmes": _programme,
    "purchases": _purchase,
    "rewards": _reward,
    "statuses": _status,
    "vouchers": _voucher,
}
DIALLED = {"customers", "stores"}
"""Resources with a phone number."""
SOURCED = {"rewards", "stores"}
"""Resources that may do without an outside system, because they have a code."""
