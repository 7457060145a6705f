from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules import ledger
from models.rules.ledger import Lot
from models.rules.refusals import Refusal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NONE = Decimal(0)

deterministic = settings(derandomize=True, deadline=None, max_examples=150)
hundredths = st.integers(0, 20_000).map(lambda value: Decimal(value) / 100)
days = st.integers(-20, 20)


@st.composite
def wallets(draw):
    moments = days.map(lambda day: NOW + day * DAY)
    return [
        Lot(number, Decimal(200), draw(hundredths), draw(moments), draw(st.none() | moments), draw(moments))
        for number in range(1, draw(st.integers(1, 6)) + 1)
    ]


@deterministic
@given(wallets(), hundredths)
def test_balance_equals_the_sum_of_the_lots_that_have_not_expired(lots, reserved):
    balance = ledger.balance(lots, reserved, NOW)

    expired = sum(taken.amount for taken in ledger.expire(lots, NOW))
    assert balance.active + balance.pending + expired == sum(one.remaining for one in lots)
    assert balance.spendable >= 0


@deterministic
@given(wallets(), hundredths, hundredths)
def test_spending_takes_exactly_the_amount_and_leaves_no_lot_negative(lots, amount, reserved):
    before = ledger.balance(lots, reserved, NOW)

    takens = ledger.spend(lots, amount, reserved=reserved, at=NOW)

    if isinstance(takens, Refusal):
        assert amount == 0 or amount > before.spendable
        return
    left = ledger.after(lots, takens)
    assert sum(taken.amount for taken in takens) == amount <= before.spendable
    assert all(one.remaining >= 0 for one in left)
    assert ledger.balance(left, reserved, NOW).active == before.active - amount


@deterministic
@given(wallets(), hundredths)
def test_reversing_a_spending_restores_the_lots_exactly(lots, amount):
    takens = ledger.spend(lots, amount, reserved=NONE, at=NOW)

    if not isinstance(takens, Refusal):
        assert ledger.after(ledger.after(lots, takens), ledger.reverse(takens)) == lots


@deterministic
@given(wallets(), hundredths, hundredths)
def test_giving_a_part_back_leaves_the_lots_as_if_only_the_rest_was_spent(lots, kept, returned):
    takens = ledger.spend(lots, kept + returned, reserved=NONE, at=NOW)

    if not isinstance(takens, Refusal) and kept and returned:
        givens = ledger.reverse_part(takens, returned)
        assert ledger.outstanding(takens, givens) == ledger.spend(lots, kept, reserved=NONE, at=NOW)


@deterministic
@given(wallets(), hundredths)
def test_no_spending_leaves_a_sooner_expiry_behind(lots, amount):
    takens = ledger.spend(lots, amount, reserved=NONE, at=NOW)

    if not isinstance(takens, Refusal):
        left = {one.id: one for one in ledger.after(lots, takens)}
        last = left[takens[-1].lot_id]
        sooner = [
            one
            for one in left.values()
            if one.is_active(NOW)
            and one.expires_at is not None
            and (last.expires_at is None or one.expires_at < last.expires_at)
        ]
        assert all(one.remaining == 0 for one in sooner)


@deterministic
@given(wallets(), hundredths, st.integers(1, 6))
def test_withdrawing_never_takes_more_than_there_is(lots, amount, lot_id):
    withdrawn = ledger.withdraw(lots, lot_id, amount, at=NOW)

    assert sum(taken.amount for taken in withdrawn.takens) + withdrawn.written_off == amount
    assert all(one.remaining >= 0 for one in ledger.after(lots, withdrawn.takens))
