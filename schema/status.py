"""Statuses: the tiers of the loyalty programme, and who has held which."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import status
from resolvers.query.expressions import STATUS_VALID
from resolvers.status.progress import load_progress, made_along, progress_along
from schema.declaring.declarations import (
    ReadAlong,
    batched,
    by,
    currency,
    each,
    exposes,
    found_by,
    leaf,
    listing,
    lookup,
    many,
    one,
    query,
    shown,
    structure,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Listed
from schema.texts import localized, translations


@exposes(models.Status, order=[by("rank")])
class Status(Listed):
    """A tier of the loyalty programme."""

    description = leaf()
    localized = localized(models.Status)
    translations = translations(models.Status)
    rank = leaf()
    qualification = leaf()
    qualification_months = leaf()
    qualification_points = leaf()
    validity = leaf()
    collects_points = leaf()
    pays_with_points = leaf()
    discount = leaf()
    discounts_discounted_items = leaf()
    previous = one()
    next = one(description="The tier above; null at the top.")
    qualification_turnover = each(
        "turnovers", order=[by("currency_code")], description="For CONDITION: turnover to reach; any one is enough."
    )
    records = many(order=[by("id", descending=True)], description="Who holds or held it.")
    rewards = many(order=[by("name")], description="Rewards that are for statuses, this among them.")


@exposes(models.StatusTurnover, is_node=False, interfaces=("MonetaryAmount",))
class StatusTurnover:
    """Turnover in one currency that reaches a status."""

    amount = leaf()
    currency = currency()


@structure
class TurnoverDue:
    """Turnover missing in a currency, and by when it has to be reached."""

    missing = shown("Money", "How much is missing.")
    due_at = shown(
        "DateTime | None",
        "By when. To keep a status: its end. To rise: when the oldest of the bills that count becomes too old to, so "
        "that more is missing from then on; null where none counts yet, or they count for ever.",
    )


@structure
class StatusConditions:
    """What is missing; any one of them is enough, and nothing is missing where all are empty."""

    turnover = shown("list[Money]", "Turnover missing, in each currency.")
    turnover_due = shown("list[TurnoverDue]", "The same, each with the moment by which it has to be reached.")
    points = shown("Decimal | None", "Points missing; null when points don't lead there.")
    points_due_at = shown("DateTime | None", "By when, as of turnover.")


@structure
class StatusProgress:
    """How far a customer is from keeping the status and from the next one."""

    keeps_with = shown(
        "StatusConditions",
        "What is missing to keep the status at the end of its validity, of what counts then: within the months before.",
    )
    next = shown("Status | None", "The status that shopping leads to; null at the top.")
    rises_with = shown("StatusConditions", "What is missing to rise to the next status.")


@exposes(models.StatusRecord, order=[by("valid_from", descending=True)])
class StatusRecord:
    """A time during which a customer holds or held a status."""

    change = leaf()
    valid_from = leaf()
    valid_to = leaf()
    ended_at = leaf()
    is_valid = leaf(STATUS_VALID, description="Whether it is held now.")
    note = leaf()
    status = one()
    customer = one()
    progress = batched(
        "StatusProgress | None",
        load_progress,
        "What keeps it and what leads to the next; null once it has ended.",
        along=ReadAlong(progress_along, made_along),
    )


@query
class StatusQueries:
    """Finding statuses."""

    status = lookup("Status", "One status.", code=found_by("Its code.", "code"))
    statuses = listing("Status", "All statuses, the lowest first.")
    status_record = lookup("StatusRecord", "One status record.")
    status_records = listing("StatusRecord", "All statuses that customers hold or held, newest first.")


@mutation
class StatusMutations:
    """Setting up the programme's tiers, and giving them by hand."""

    customer_status_set = mutation_field(
        status.set_by_hand,
        "Give a customer a status by hand. The one they hold ends; it stays in their history. It holds until its end, "
        "whatever is bought or returned meanwhile.",
        scope=Scope.STATUSES_WRITE,
    )
    status_upsert = mutation_field(
        status.upsert_status,
        "Create or update a status of the programme, found by its code or its id. Customers are judged by it from "
        "their next purchase on, or when what they hold ends.",
        scope=Scope.PROGRAMME_WRITE,
    )
    status_deactivate = mutation_field(
        status.deactivate,
        "Deactivate a status of the programme: no customer reaches it any more.",
        scope=Scope.PROGRAMME_WRITE,
    )
    status_reactivate = mutation_field(
        status.reactivate, "Reactivate a status of the programme.", scope=Scope.PROGRAMME_WRITE
    )
