from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.rules.recommending import ListRules, RecommendationBasis, Wanted, choose, first_of, reason

AGAIN, TOGETHER, SIMILAR = (
    RecommendationBasis.BOUGHT_AGAIN,
    RecommendationBasis.BOUGHT_TOGETHER,
    RecommendationBasis.BOUGHT_BY_SIMILAR,
)


def wanted(product: int, score: float, basis: RecommendationBasis = AGAIN, group: int = 0) -> Wanted:
    return Wanted(product, group, score, basis)


def test_the_likeliest_products_come_first_and_of_equal_ones_the_first_product() -> None:
    chosen = choose([wanted(3, 0.1), wanted(2, 0.5), wanted(1, 0.5)], ListRules())

    assert [one.product for one in chosen] == [1, 2, 3]


def test_a_list_ends_at_its_length() -> None:
    chosen = choose([wanted(product, 1 / product) for product in range(1, 9)], ListRules(count=5, likeliest=2, new=1))

    assert [one.product for one in chosen] == [1, 2, 3, 4, 5]


def test_a_group_has_so_many_places_at_most_and_products_without_one_are_not_counted() -> None:
    many = [wanted(1, 0.9, group=7), wanted(2, 0.8, group=7), wanted(3, 0.7, group=7), wanted(4, 0.6), wanted(5, 0.5)]

    chosen = choose(many, ListRules(per_group=2))

    assert [one.product for one in chosen] == [1, 2, 4, 5]


def test_places_are_kept_for_products_that_were_never_bought() -> None:
    bought = [wanted(product, 0.9) for product in range(1, 9)]
    new = [wanted(20, 0.02, TOGETHER), wanted(21, 0.03, SIMILAR), wanted(22, 0.01, SIMILAR)]

    chosen = choose([*bought, *new], ListRules(count=6, likeliest=3, new=1))

    assert [one.product for one in chosen] == [1, 2, 3, 4, 21, 20]


def test_the_first_of_a_ranking_are_taken_each_once_in_its_order() -> None:
    ranking = [
        wanted(1, 0.1, group=7),
        wanted(2, 0.9, group=7),
        wanted(1, 0.5),
        wanted(3, 0.2, group=7),
        wanted(4, 0.3),
    ]

    chosen = first_of(ranking, 3, per_group=2)

    assert [(one.product, one.score) for one in chosen] == [(1, 0.1), (2, 0.9), (4, 0.3)]


@pytest.mark.parametrize(
    ("basis", "times", "last", "words"),
    [
        (AGAIN, 7, datetime(2024, 5, 3, tzinfo=UTC), "Bought 7 times, last on May 3."),
        (AGAIN, 2, datetime(2024, 5, 3, tzinfo=UTC), "Bought twice, last on May 3."),
        (AGAIN, 1, None, "Bought once."),
        (TOGETHER, 0, None, "Goes with Butter."),
        (SIMILAR, 0, None, "Bought by customers who buy Butter, too."),
        (RecommendationBasis.POPULAR_IN_SEGMENT, 0, None, "Popular with customers like you."),
        (RecommendationBasis.POPULAR, 0, None, "Popular with our customers."),
    ],
)
def test_the_reason_says_what_a_recommendation_follows_from(
    basis: RecommendationBasis, times: int, last: datetime | None, words: str
) -> None:
    assert reason(basis, times, last, "Butter") == words
