"""Recommendations: a few made up for all and for segments, and for each customer what their bills and others' say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

import models
from models.rules.recommending import ListRules
from resolvers.demo.history import NOT_GOODS, history
from resolvers.demo.journey import SOURCE, Journey
from resolvers.demo.writing.batch import Mapped, Note, RowBatch, records
from resolvers.recommendation.numbers.history import History
from resolvers.recommendation.numbers.lists import About, Model, lists
from resolvers.recommendation.numbers.popular import ALL, Members
from resolvers.recommendation.worker.all_customers import make_model, model_row
from resolvers.recommendation.worker.writing import affinities, popular_rows, row_of

EDITORIAL = (
    ("Cooking with what is in season", "INFORMATION", "ALL", 6, "Recipes for this week's vegetables."),
    ("Have your shopping brought home", "SERVICE", "ALL", 7, "Ordered before noon, delivered by the evening."),
    ("How points work", "INFORMATION", "ALL", 8, "A point for every dollar, good for twelve months."),
    ("Come back for a coffee", "SERVICE", "Loyal but quiet", 2, "The first one is on us."),
    ("A trolley for the big shopping", "SERVICE", "Big baskets", 3, "Reserve one at the entrance."),
)


BLOCKED = "It isn't fit to be recommended."


def recommendations(journey: Journey) -> Mapped:
    """Editorial ones, then those worked out as the job does it, with what the next ones are worked out from."""
    yield _editorial(journey)
    blocked = [(group, BLOCKED) for group in journey.tree.named(*NOT_GOODS)]
    yield records(models.RecommendationBlock, "group_id note", blocked, created_at=journey.calendar.opened)
    bought, members = history(journey), _members(journey)
    model = make_model(bought, members, ListRules())
    rows = list(_worked_out(journey, bought, model, members))
    yield _batch(models.Recommendation, rows)
    products = np.flatnonzero(np.diff(model.known.together.indptr)).tolist()
    yield _batch(models.ProductAffinity, list(affinities(bought.catalogue, model.known.together, products)))
    yield _batch(models.ProductPopularity, popular_rows(bought.catalogue, model.favourites[ALL]))
    yield _batch(models.RecommendationModel, [model_row(bought, model, journey.calendar.now)])
    yield Note(f"{len(EDITORIAL)} recommendations are made up, {len(rows):,} follow from what customers bought.")


def _editorial(journey: Journey) -> RowBatch:
    segments = {name: key for key, name in journey.criteria_segments.items()}
    editorial = [
        (f"editorial-{place}", name, kind, "ALL" if aim == "ALL" else "SEGMENT", segments.get(aim), priority, words)
        for place, (name, kind, aim, priority, words) in enumerate(EDITORIAL, 1)
    ]
    columns = "external_id name kind audience segment_id priority brief_description"
    address = "https://shop.example.com/advice"
    return records(models.Recommendation, columns, editorial, source=SOURCE, web_url=address)


def _members(journey: Journey) -> Members:
    """Those to whom a campaign was sent; who meets criteria is known to the database alone."""
    sent = journey.source.recipients
    segments = [np.full(len(customers), campaign, dtype="i8") for campaign, customers in sent.items()]
    return Members(np.concatenate(segments), np.concatenate(list(sent.values())).astype("i8"))


def _worked_out(journey: Journey, bought: History, model: Model, members: Members) -> Iterator[dict[str, object]]:
    names: Mapping[int, str] = dict(enumerate(journey.product_names, 1))
    for part in lists(bought, model, About(members.of_customers(), {})):
        for listed in part.values():
            yield from (row_of(one, names, journey.calendar.now) for one in listed)


def _batch(model: type[models.Base], rows: list[dict[str, object]]) -> RowBatch:
    """Rows as columns; what is the same nothing in all of them is left out."""
    names = rows[0] if rows else ()
    return RowBatch(model, {name: [row[name] for row in rows] for name in names})
