from __future__ import annotations

from dataclasses import replace
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

deterministic = settings(derandomize=True, deadline=None, max_examples=80)
hundredths = st.integers(0, 20_000).map(lambda value: Decimal(value) / 100)
lots = st.builds(
    Lot,
    id=st.just(0),
    amount=st.just(Decimal(200)),
    remaining=hundredths,
    active_from=st.sampled_from([-3, -2, 0, 1]).map(lambda day: NOW + day * DAY),
    expires_at=st.sampled_from([None, -1, 0, 1, 2, 3]).map(lambda day: None if day is None else NOW + day * DAY),
    created_at=st.sampled_from([-3, -2]).map(lambda day: NOW + day * DAY),
)
wallets = st.lists(lots, min_size=1, max_size=6).map(
    lambda drawn: [replace(lot, id=number) for number, lot in enumerate(drawn, 1)]
)


@st.composite
def spendings(draw):
    """Lots, and an amount that can be spent from them."""
    lots = draw(wallets.filter(lambda lots: ledger.balance(lots, NONE, NOW).active > 0))
    most = ledger.balance(lots, NONE, NOW).active
    return lots, Decimal(draw(st.integers(1, int(most * 100)))) / 100


@deterministic
@given(wallets, hundredths)
def test_balance_equals_the_sum_of_the_lots_that_have_not_expired(lots, reserved):
    balance = ledger.balance(lots, reserved, NOW)

    expired = sum(taken.amount for taken in ledger.expire(lots, NOW))
    assert balance.active + balance.pending + expired == sum(one.remaining for one in lots)
    assert balance.spendable >= 0


@deterministic
@given(wallets, hundredths, hundredths)
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
@given(spendings())
def test_reversing_a_spending_restores_the_lots_exactly(spending):
    lots, amount = spending

    takens = ledger.spend(lots, amount, reserved=NONE, at=NOW)

    assert ledger.after(ledger.after(lots, takens), ledger.reverse(takens)) == lots


@deterministic
@given(spendings(), st.data())
def test_giving_a_part_back_leaves_the_lots_as_if_only_the_rest_was_spent(spending, data):
    lots, amount = spending
    returned = Decimal(data.draw(st.integers(1, int(amount * 100)))) / 100
    takens = ledger.spend(lots, amount, reserved=NONE, at=NOW)

    givens = ledger.reverse_part(takens, returned)

    rest = ledger.outstanding(takens, givens)
    assert rest == ([] if returned == amount else ledger.spend(lots, amount - returned, reserved=NONE, at=NOW))


@deterministic
@given(spendings())
def test_no_spending_leaves_a_sooner_expiry_behind(spending):
    lots, amount = spending

    takens = ledger.spend(lots, amount, reserved=NONE, at=NOW)

    left = {one.id: one for one in ledger.after(lots, takens)}
    last = left[takens[-1].lot_id].expires_at
    active = [one for one in left.values() if one.is_active(NOW) and one.expires_at is not None]
    sooner = [one for one in active if last is None or one.expires_at < last]
    assert all(one.remaining == 0 for one in sooner)


@deterministic
@given(wallets, hundredths, st.integers(1, 6))
def test_withdrawing_never_takes_more_than_there_is(lots, amount, lot_id):
    withdrawn = ledger.withdraw(lots, {lot_id}, amount, at=NOW)

    left = ledger.after(lots, withdrawn.takens)
    assert withdrawn.taken + withdrawn.owed == amount
    assert all(one.remaining >= 0 for one in left)
    rest = ledger.balance(left, NONE, NOW)
    assert withdrawn.owed == 0 or rest.active == rest.pending == 0
