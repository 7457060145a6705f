"""The loyalty programme: what earns points, what they are worth, how long they last."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import programme
from resolvers.query.columns import Column
from resolvers.query.expressions import VALID_NOW
from schema.declaring.declarations import (
    by,
    country,
    currency,
    each,
    exposes,
    found_by,
    leaf,
    listing,
    lookup,
    money,
    one,
    query,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Listed

RULE_CURRENCY = Column((), "currency_code")


@exposes(models.Programme, order=[by("valid_from", descending=True)])
class Programme(Listed):
    """The terms of the loyalty programme for a time. Of those that are valid, the one that began last holds.

    A bill is judged by the programme that held when it was paid.
    """

    description = leaf()
    valid_from = leaf()
    valid_to = leaf()
    is_valid = leaf(
        VALID_NOW, description="Whether it is within its dates now; of several, the one that began last holds."
    )
    time_zone = leaf()
    country = country(
        description="Country in which phone numbers without a prefix are meant, where the address names none."
    )
    points_last = leaf()
    points_end = leaf()
    rounding = leaf()
    point_decimals = leaf()
    least_points = leaf()
    most_points = leaf()
    most_share = leaf()
    turnover_basis = leaf()
    automatic_choice = leaf()
    clock_tolerance = leaf()
    point_values = each(
        "currencies",
        order=[by("currency_code")],
        description="What a point is worth, by currency; in others points pay nothing.",
    )
    earning_rules = each(order=[by("priority"), by("code")], description="The rules by which bills earn points.")


@exposes(models.ProgrammeCurrency, is_node=False)
class ProgrammeCurrency:
    """What a point is worth in a currency."""

    currency = currency()
    point_value = leaf()


@exposes(models.EarningRule)
class EarningRule:
    """A rule by which bills earn points. What it names bounds it: goods, stores, statuses, segments, a time."""

    code = leaf()
    name = leaf()
    kind = leaf()
    currency = currency()
    points = leaf()
    per_amount = leaf()
    whole_steps = leaf()
    exclusive = leaf()
    factor = leaf()
    minimum_purchase = money("minimum_purchase", when="minimum_purchase")
    delay = leaf()
    priority = leaf()
    valid_from = leaf()
    valid_to = leaf()
    programme = one()
    targets = each(order=[by("id")], description="What it is bound to; it holds for all where the list is empty.")


@exposes(models.EarningRuleTarget, is_node=False)
class EarningRuleTarget:
    """Something that a rule of earning is bound to."""

    product = one()
    group = one()
    brand = one()
    store = one()
    status = one()
    segment = one()


@query
class ProgrammeQueries:
    """Finding programmes."""

    programme = lookup("Programme", "One programme.", code=found_by("Its code.", "code"))
    programmes = listing("Programme", "All programmes, the one that began last first.")
    earning_rule = lookup("EarningRule", "One rule of earning.")
    earning_rules = listing("EarningRule", "All rules of earning.")


@mutation
class ProgrammeMutations:
    """Keeping the programme."""

    programme_upsert = mutation_field(
        programme.upsert_programme,
        "Create or update a programme, found by its code or its id, with what points are worth and what earns them. "
        "Terms that bills are judged by already can't be changed, so that late bills are judged as they were paid: end "
        "a rule by its `validTo` and begin another one; for other terms begin a new programme, which holds from its "
        "`validFrom` on.",
        scope=Scope.PROGRAMME_WRITE,
    )
