from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.rules.same_bill import BillMark, KnownLine, difference

AT = datetime(2026, 5, 13, 11, tzinfo=UTC)


def line(quantity: int, *amounts: int) -> KnownLine:
    return KnownLine(Decimal(quantity), frozenset(map(Decimal, amounts)))


KNOWN = BillMark("CZK", AT, "3", 7, {"1": line(2, 100, 90), "2": line(1, 50)})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"paid_at": None, "cashdesk": None, "customer_id": None},
        {"paid_at": AT + timedelta(hours=23)},
        {"lines": {"2": line(1, 50), "1": line(2, 90)}},
    ],
)
def test_a_bill_that_comes_again_is_the_same(changes: dict[str, Any]) -> None:
    given = replace(KNOWN, **changes)

    assert difference(KNOWN, given) is None
    assert difference(given, KNOWN) is None


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"currency": "EUR"}, "currency"),
        ({"paid_at": AT - timedelta(hours=25)}, "day"),
        ({"cashdesk": "4"}, "cash desk"),
        ({"customer_id": 8}, "customer"),
        ({"lines": {"1": line(2, 100)}}, "items"),
        ({"lines": {"1": line(3, 100), "2": line(1, 50)}}, "items"),
        ({"lines": {"1": line(2, 100), "2": line(1, 51)}}, "items"),
    ],
)
def test_another_bill_under_the_same_id_is_told_apart(changes: dict[str, Any], what: str) -> None:
    assert difference(KNOWN, replace(KNOWN, **changes)) == what


def test_a_bill_that_is_known_without_its_lines_is_known_by_the_rest() -> None:
    assert difference(replace(KNOWN, lines={}), KNOWN) is None
    assert difference(KNOWN, replace(KNOWN, lines={})) == "items"
