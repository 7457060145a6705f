from dataclasses import replace

import numpy as np

from models.rules.recommending import ListRules, RecommendationBasis
from resolvers.recommendation.numbers import affinity
from resolvers.recommendation.numbers.candidates import candidates
from resolvers.recommendation.numbers.evaluation import Method, compare
from resolvers.recommendation.numbers.history import Catalogue, History
from resolvers.recommendation.numbers.lists import About, Model, lists
from resolvers.recommendation.numbers.model import know, learn
from resolvers.recommendation.numbers.popular import ALL, NO_MEMBERS, Members, favourites
from resolvers.recommendation.numbers.splits import HeldOut
from resolvers.recommendation.worker.stored import pack, unpack, with_products
from tests.resolvers.recommendation.shoppers import BREAD, BUTTER, CATALOGUE, COFFEE, MILK, TEA, crowd, history

AGAIN, TOGETHER, SIMILAR, IN_SEGMENT, POPULAR = (
    RecommendationBasis.BOUGHT_AGAIN,
    RecommendationBasis.BOUGHT_TOGETHER,
    RecommendationBasis.BOUGHT_BY_SIMILAR,
    RecommendationBasis.POPULAR_IN_SEGMENT,
    RecommendationBasis.POPULAR,
)
NEWCOMER, NOBODY = 61, 62


def all_of_them() -> History:
    """The crowd, one who bought bread thrice, and one who never bought anything."""
    bills = [*crowd(), *((NEWCOMER, days, [BREAD]) for days in (1, 8, 15))]
    return history(bills, customers=range(1, 63))


def model(of: History, members: Members = NO_MEMBERS) -> Model:
    return Model(know(of), learn(of), favourites(of, members), ListRules())


def test_products_are_near_by_the_bills_that_hold_both() -> None:
    near = affinity.on_bills(history(crowd(), customers=range(1, 61))).toarray()
    place = {key: place for place, key in enumerate(CATALOGUE.keys.tolist())}

    assert round(float(near[place[BREAD], place[BUTTER]]), 3) == 1.0
    assert near[place[BREAD], place[TEA]] == 0
    assert near[place[BREAD], place[BREAD]] == 0
    assert 0 < near[place[BREAD], place[COFFEE]] < 0.6


def test_near_products_are_the_same_whether_compared_at_once_or_in_stretches(monkeypatch) -> None:
    of = history(crowd(), customers=range(1, 61))
    at_once = affinity.on_bills(of).toarray()

    monkeypatch.setattr(affinity, "STRETCH", 2)

    assert np.array_equal(affinity.on_bills(of).toarray(), at_once)


def test_what_is_bought_every_week_is_likelier_than_what_is_bought_now_and_then() -> None:
    of = all_of_them()
    listed = {key: each for part in lists(of, model(of)) for key, each in part.items()}

    assert {one.product for one in listed[1][:2]} == {BREAD, BUTTER}
    assert [(one.basis, one.times) for one in listed[1][:2]] == [(AGAIN, 20), (AGAIN, 20)]
    assert listed[1][1].score > listed[1][2].score
    assert listed[1][0].last_at == of.bill_at[of.bill_customer == 0].max()


def test_what_was_never_bought_says_which_bought_product_leads_to_it() -> None:
    of = all_of_them()
    listed = {key: each for part in lists(of, model(of)) for key, each in part.items()}
    new = {one.product: (one.basis, one.near) for one in listed[NEWCOMER] if one.basis is not AGAIN}

    assert new[BUTTER][1] == BREAD
    assert new[BUTTER][0] in (TOGETHER, SIMILAR)
    assert all(basis in (TOGETHER, SIMILAR, POPULAR) for basis, _ in new.values())


def test_a_customer_without_bills_gets_what_their_segment_likes_and_then_what_all_do() -> None:
    odd = np.arange(1, 60, 2)
    members = Members(np.full(len(odd) + 1, 7), np.append(odd, NOBODY))
    of = all_of_them()
    about = About(members.of_customers(), {})

    listed = {key: each for part in lists(of, model(of, members), about) for key, each in part.items()}[NOBODY]

    assert [(one.product, one.basis, one.segment) for one in listed[:2]] == [
        (BREAD, IN_SEGMENT, 7),
        (BUTTER, IN_SEGMENT, 7),
    ]
    assert {one.product: one.basis for one in listed}[MILK] is POPULAR


def test_a_segment_without_a_crowd_has_no_favourites_of_its_own() -> None:
    of = all_of_them()

    found = favourites(of, Members(np.full(3, 7), np.array([1, 3, NOBODY])))

    assert set(found) == {ALL}


def test_what_a_customer_dismissed_is_not_listed() -> None:
    of = all_of_them()
    about = About({}, {1: frozenset({BREAD})})

    listed = {key: each for part in lists(of, model(of), about) for key, each in part.items()}

    assert BREAD not in {one.product for one in listed[1]}
    assert BREAD in {one.product for one in listed[3]}


def test_too_few_bills_to_learn_from_give_a_list_all_the_same() -> None:
    of = history([(1, days, [BREAD]) for days in (1, 2, 3, 4)] + [(1, 5, [TEA])], customers=[1])

    assert learn(of) is None
    assert [one.product for part in lists(of, model(of)) for one in part[1]] == [BREAD, TEA]


def test_lists_of_nobody_and_of_nothing_are_empty() -> None:
    nothing = history([], customers=[], catalogue=Catalogue(np.empty(0, dtype="i8"), np.empty(0, dtype="i8")))

    assert list(lists(nothing, model(nothing))) == []
    assert list(lists(history([]), model(history([])))) == [{1: [], 2: [], 3: []}]


def test_a_stretch_of_customers_has_the_same_candidates_as_all_at_once() -> None:
    of = all_of_them()
    known = know(of)
    whole = candidates(of, known)

    parts = [(first, candidates(block, known)) for first, block in of.blocks(lines=500)]

    assert len(parts) > 3
    assert np.concatenate([part.customer + first for first, part in parts]).tolist() == whole.customer.tolist()
    assert np.allclose(np.concatenate([part.signals for _, part in parts]), whole.signals, rtol=1e-4, atol=1e-4)


def test_a_model_that_was_kept_gives_the_same_lists() -> None:
    of = all_of_them()
    made = model(of)

    catalogue, kept = unpack(pack(of.catalogue, made), ListRules())

    assert list(lists(replace(of, catalogue=catalogue), kept)) == list(lists(of, made))


def test_a_product_that_came_later_takes_its_place_among_those_that_are_known() -> None:
    of = all_of_them()
    made = model(of)
    wider, grown = with_products(of.catalogue, made, np.array([5, 99]), np.array([0, 4]))
    bills = [*crowd(), *((NEWCOMER, days, [BREAD]) for days in (1, 8, 15)), (1, 0, [5])]
    later = history(bills, customers=range(1, 63), catalogue=wider)

    listed = {key: each for part in lists(later, grown) for key, each in part.items()}
    before = {key: each for part in lists(of, made) for key, each in part.items()}

    assert wider.keys.tolist() == [5, BREAD, BUTTER, MILK, TEA, COFFEE, 99]
    assert 5 in {one.product for one in listed[1]}
    assert listed[3] == before[3]


def test_habits_that_change_are_foreseen_better_than_by_counting() -> None:
    """Everybody took tea for fifteen weeks and has taken coffee for five: counting still says tea."""
    bills = [(who, 7 * week, [TEA if week >= 5 else COFFEE]) for who in range(1, 41) for week in range(20)]

    compared = compare(history(bills, customers=range(1, 41)), HeldOut.LAST_BASKET)
    ranked, counted = (compared.figures[method] for method in (Method.RANKED, Method.FREQUENCY))

    assert ranked.ndcg.mean() == 1.0
    assert round(counted.ndcg.mean(), 2) == 0.63


def test_figures_are_those_of_the_definitions() -> None:
    bills = [(1, 9, [BREAD, BUTTER]), (1, 8, [BREAD]), (1, 1, [BREAD, TEA])]

    compared = compare(history(bills, customers=[1]), HeldOut.LAST_BASKET)
    counted = compared.figures[Method.FREQUENCY]

    assert counted.recall.tolist() == [0.5]
    assert [round(value, 4) for value in counted.ndcg.tolist()] == [round(1 / (1 + 1 / np.log2(3)), 4)]
    assert counted.coverage == 1.0
