from decimal import Decimal

from models.rules.error_codes import ErrorCode
from models.rules.payments import Payment, PaymentKind, all_told, differences, in_order
from models.rules.refusals import in_words

CASH, CARD, POINTS = PaymentKind.CASH, PaymentKind.CARD, PaymentKind.POINTS


def paid(kind: PaymentKind, amount: str) -> Payment:
    return Payment(kind, Decimal(amount))


def differing(*payments: Payment, total: str = "100", by_points: str = "0") -> list[tuple[ErrorCode, str | None]]:
    found = differences(payments, Decimal(total), Decimal(by_points), "CZK")
    return [(one.code, in_words(one.missing)) for one in found]


def test_payments_come_to_what_is_to_pay() -> None:
    assert differing(paid(CASH, "40"), paid(CARD, "60")) == []
    assert differing(paid(CASH, "90"), by_points="10") == []
    assert differing(paid(CASH, "90"), paid(POINTS, "10"), by_points="10") == []
    assert differing() == []


def test_what_is_missing_or_too_much_is_told_of_money_and_of_points() -> None:
    code = ErrorCode.PAYMENTS_DIFFER

    assert differing(paid(CASH, "90")) == [(code, "10.00 CZK")]
    assert differing(paid(CASH, "100"), by_points="10") == [(code, "-10.00 CZK")]
    assert differing(paid(CASH, "90"), paid(POINTS, "10")) == [(code, "-10.00 CZK"), (code, "10.00 CZK")]


def test_what_points_paid_is_among_the_payments_where_there_are_any() -> None:
    ten = Decimal(10)
    cash, points = paid(CASH, "90"), paid(POINTS, "10")

    assert all_told([cash], ten) == [cash, points]
    assert all_told([cash, points], ten) == [cash, points]
    assert all_told([cash], Decimal(0)) == [cash]
    assert all_told([], ten) == []


def test_a_payment_is_some_amount_that_its_currency_has() -> None:
    payments = [paid(CASH, "1"), paid(CARD, "0"), paid(POINTS, "0.5")]

    refusals = in_order(payments, "JPY")

    assert [one.code for one in refusals] == [ErrorCode.OUT_OF_RANGE, ErrorCode.TOO_PRECISE]
    assert in_order([paid(CASH, "-0.50")], "CZK") == []
