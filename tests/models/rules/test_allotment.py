"""Which pieces meet the conditions of a reward."""

from decimal import Decimal
from itertools import product as every

from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.allotment import allot
from models.rules.applicability import unmet
from models.rules.basket import Bill, Line, ProductRelation, RelatedTo, Reward, RewardKind
from models.rules.refusals import in_words


def asking(*ids, count="1", **more):
    return ProductRelation(RelatedTo.PRODUCT, frozenset(ids), Decimal(count), **more)


def bill(*pieces):
    """A bill with so many pieces of product 1, of product 2, and so on; each costs as much as its number."""
    lines = (
        Line(str(id), Decimal(count), Decimal(count * id), product_id=id) for id, count in enumerate(pieces, start=1)
    )
    return Bill("EUR", 1, tuple(lines))


def test_a_piece_meets_one_condition():
    both = Reward(1, "R", "R", RewardKind.GIFT, conditions=(asking(1, 2), asking(1, name="milk")))

    missing = [[in_words(one.missing) for one in unmet(both, goods.goods)] for goods in (bill(1), bill(1, 1))]

    assert missing == [["1 more of milk"], []]


def test_a_condition_hands_over_what_another_can_not_do_without():
    taken, short, _ = allot([asking(1, 2, 3), asking(3, 2), asking(3)], bill(1, 1, 1).goods, 1)

    assert (taken, short) == ({0: 1, 1: 1, 2: 1}, None)


def test_lines_that_are_spared_are_taken_last_and_the_dearest_first():
    goods = bill(1, 1, 1, 1).goods

    taken = [allot([asking(1, 2, 3, 4, count="2")], goods, 1, spared)[0] for spared in (0, 0b1100)]

    assert [{place for place, pieces in one.items() if pieces} for one in taken] == [{3, 2}, {1, 0}]


def test_a_weight_may_meet_two_conditions():
    kilo = Bill("EUR", 1, (Line("a", Decimal("1.5"), Decimal(3), product_id=1),))

    taken, short, _ = allot([asking(1, count="0.5"), asking(1, count="1.5")], kilo.goods, 1)

    assert (taken, short) == ({}, None)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(st.integers(0, 2), min_size=3, max_size=3),
    st.lists(st.tuples(st.sets(st.integers(1, 3), min_size=1), st.integers(1, 2)), min_size=1, max_size=3),
    st.integers(1, 2),
)
def test_conditions_are_met_whenever_some_way_to_deal_the_pieces_out_meets_them(pieces, conditions, times):
    relations = [asking(*ids, count=count) for ids, count in conditions]
    needs = [ids for ids, count in conditions for _ in range(count * times)]
    possible = any(
        all(dealt.count(id) <= pieces[id - 1] for id in dealt) for dealt in every(*(sorted(ids) for ids in needs))
    )

    taken, short, missing = allot(relations, bill(*pieces).goods, times)

    assert (short is None, missing == 0) == (possible, possible)
    assert all(count <= pieces[place] for place, count in taken.items())
    assert sum(taken.values()) == (len(needs) if possible else 0)
