"""Stores."""

from __future__ import annotations

import models
from models.scope import Scope
from resolvers import store
from resolvers.store.nearest import load_stores_near
from resolvers.store.opening_hours import is_open, next_opening, opening_days
from schema.declaring.connections import PAGE_ARGUMENTS
from schema.declaring.declarations import (
    Argument,
    batched,
    by,
    computed,
    currency,
    each,
    embedded,
    exposes,
    found_by,
    found_by_external_id,
    leaf,
    listing,
    lookup,
    many,
    one,
    part,
    query,
    shown,
    structure,
    texts,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Owned


@part(of=models.Store)
class Position:
    """A place on Earth, WGS 84."""

    latitude = leaf(nullable=False)
    longitude = leaf(nullable=False)


@structure
class OpeningInterval:
    """A time from opening to closing; one that ends before it starts ends on the next day."""

    from_ = shown("str", "When it opens, HH:MM in local time.")
    to = shown("str", "When it closes, HH:MM in local time.")


@structure
class OpeningDay:
    """A day of the week with its opening hours."""

    day = shown("Weekday", "The day of the week.")
    intervals = shown("list[OpeningInterval]", "When it is open on that day, in order.")


@exposes(models.Store, order=[by("name")])
class Store(Owned):
    """A branch where customers buy and collect."""

    code = leaf()
    name = leaf()
    address = embedded("Address", flat=True, description="Where it is.")
    contact_email = leaf()
    phone = leaf()
    manager_name = leaf()
    url = leaf()
    position = embedded("Position", when="latitude", description="Where it is on the map; null when not known.")
    time_zone = leaf()
    currency = currency()
    image_urls = texts()
    visible_to_customers = leaf()
    short_description = leaf()
    description = leaf()
    registration_id = leaf()
    partner = one()
    properties = each(description="Custom properties.")
    customers = many(description="The customers whose home store it is.")
    cards = many(description="The cards that it issued.")
    purchases = many(description="The bills that were closed in it.")
    rewards = many(order=[by("name")], description="Rewards that hold in named stores only, this among them.")
    campaign_products = many(description="Offers that hold in named stores only, this among them.")

    opening = computed(
        "list[OpeningDay]", "opening", description="Opening hours, Monday first; days when it is closed are left out."
    )(lambda hours, _context: opening_days(hours))

    is_open = computed(
        "bool | None", "opening", "time_zone", description="Whether it is open now; null when hours are not known."
    )(lambda hours, zone, context: is_open(hours, zone, context.now))
    next_opening = computed(
        "DateTime | None",
        "opening",
        "time_zone",
        description="When it opens next; null when hours are not known or it never does.",
    )(lambda hours, zone, context: next_opening(hours, zone, context.now))


@structure
class StoreNearEdge:
    """A store with its distance."""

    cursor = shown("str", "Where the store lies in the list; give it back as `after`.")
    distance_km = shown("Decimal", "Distance as the crow flies, in kilometres to the metre.")
    node = shown("Store", "The store.")


@structure
class StoreNearConnection:
    """Stores by their distance from a position, the nearest first."""

    edges = shown("list[StoreNearEdge]", "The stores with their distances.")
    nodes = shown("list[Store]", "The stores.")
    page_info = shown("PageInfo", "Where the page lies.")
    total_count = shown("int", "How many stores are within the distance.")


@query
class StoreQueries:
    """Finding stores."""

    store = lookup(
        "Store",
        "One store; null when there is none.",
        code=found_by("Its code.", "code"),
        external_id=found_by_external_id(),
    )
    stores = listing("Store", "All stores.")
    stores_near = batched(
        "StoreNearConnection",
        load_stores_near,
        "Stores that customers may see, by their distance from a position, the nearest first.",
        arguments=[
            Argument("position", "PositionInput", "Where to measure from."),
            Argument("within_km", "Decimal | None", "No farther than this many kilometres.", None),
            *PAGE_ARGUMENTS,
        ],
    )


@mutation
class StoreMutations:
    """Keeping the stores in step with the system that owns them."""

    store_upsert = mutation_field(
        store.upsert_store,
        "Create or update a store, found by its id, its external id or its code. What is left out stays as it is.",
        scope=Scope.CATALOGUE_WRITE,
    )
    stores_upsert = mutation_field(
        store.upsert_stores,
        "Create or update up to 200 stores, all of them or none; errors name the place in the list.",
        scope=Scope.CATALOGUE_WRITE,
    )
    store_deactivate = mutation_field(
        store.deactivate,
        "Deactivate a store, which is closed for good or for a time; what happened there stays.",
        scope=Scope.CATALOGUE_WRITE,
    )
    store_reactivate = mutation_field(
        store.reactivate,
        "Reactivate a store: it is open again.",
        scope=Scope.CATALOGUE_WRITE,
    )
