"""The customer: the root of the 360° view."""

from __future__ import annotations

import models
from models.figures import SORTED
from models.scope import Scope
from resolvers import access, customer, merging
from resolvers.customer.export import load_export
from resolvers.customer.figures.insights import insights_along, load_insights, made_along
from resolvers.normalise import email_key, phone_key
from resolvers.query.columns import Column
from resolvers.query.filters.special import BirthdayFilter, PurchasesFilter
from resolvers.query.phones import PHONE
from resolvers.query.recommended import RECOMMENDED
from resolvers.query.relations import CAMPAIGN_OFFERS, REWARDS_WITHIN_REACH
from schema.declaring.base import FieldFilter, own
from schema.declaring.declarations import (
    Argument,
    LookupKey,
    ReadAlong,
    aggregated,
    batched,
    by,
    currency,
    each,
    embedded,
    exposes,
    found_by,
    language,
    leaf,
    listing,
    lookup,
    many,
    merged,
    money,
    one,
    part,
    query,
)
from schema.declaring.mutations import mutation, mutation_field
from schema.shared import Dated, Listed, Stated
from schema.timeline import KINDS


@part(of=models.Customer)
class PersonalInformation:
    """Who a customer is and how to reach them."""

    salutation = leaf()
    pre_nominals = leaf()
    first_name = leaf(sorted_by="first_name_key")
    last_name = leaf(sorted_by="last_name_key")
    post_nominals = leaf()
    full_name = leaf()
    gender = leaf()
    birthdate = leaf(also=[FieldFilter("birthday", BirthdayFilter(), "BirthdayFilter")])
    email = leaf(compared="email_key", normalise=email_key, sorted_by="email_key")
    email_confirmed_at = leaf()
    phone = leaf(compared=PHONE, normalise=phone_key)
    phone_confirmed_at = leaf()
    language = language()
    photo_url = leaf()
    address = embedded("Address", flat=True, description="Postal address.")


@exposes(models.Customer, searchable=True)
class Customer(Stated):
    """A person in the loyalty programme, with everything the retailer knows of them."""

    personal_information = embedded(
        "PersonalInformation", flat=True, description="Who the customer is and how to reach them."
    )
    store = one()
    sources = each(description="Their accounts in outside systems.")
    consents = each(description="What they agreed to, or not.")
    consent_history = many("consent_changes", description="How their answers to consents changed, the newest first.")
    properties = each(description="Custom properties.")
    cards = many(description="Their cards.")
    purchases = many(
        order=[by("paid_at", descending=True)],
        description="Their bills, newest first.",
        also=[FieldFilter("purchases_within", PurchasesFilter(), "PurchasesWithin")],
    )
    statistics = one(nullable=False, sorts=SORTED, description="What their bills and points come to, kept up to date.")
    vouchers = many(order=[by("id", descending=True)], description="Their vouchers, newest first.")
    point_account = embedded("PointAccount", description="Their points.")
    status = one(description="The status they hold now; null when they hold none.")
    status_history = many(
        "status_records", order=[by("valid_from", descending=True)], description="The statuses they held, newest first."
    )
    segments = many("segment_members", description="The segments they are in.")
    recommendations = many(
        link=RECOMMENDED,
        type_name="CustomerRecommendation",
        order=[by("priority"), by("score", descending=True)],
        filterable=False,
        description="What is recommended to them now: to all, to their segments, or to them alone.",
    )
    rewards = many(
        link=REWARDS_WITHIN_REACH,
        type_name="Reward",
        order=[by("priority")],
        filterable=False,
        description="Rewards within reach now: valid, for their segments and status, below the limits, and not "
        "dearer than their active points.",
    )
    campaign_products = many(
        link=CAMPAIGN_OFFERS,
        type_name="CampaignProduct",
        order=[by("valid_to")],
        filterable=False,
        description="Offers of campaigns that apply to them now.",
    )
    reservations = many(order=[by("created_at", descending=True)], description="Their reservations, newest first.")
    tokens = many(description="Installations of applications on which they are logged in.")
    insights = batched(
        "Insights",
        load_insights,
        "What their purchases tell.",
        arguments=[Argument("months", "int", "How many months back purchases count.", 12)],
        along=ReadAlong(insights_along, made_along),
    )
    purchase_aggregates = aggregated(
        "PurchaseAggregate", "Their bills in groups, counted and summed up.", owner="customer_id"
    )
    purchase_item_aggregates = aggregated(
        "PurchaseItemAggregate",
        "What they bought in groups, counted and summed up.",
        owner=Column(("purchase",), "customer_id"),
    )
    point_entry_aggregates = aggregated(
        "PointEntryAggregate", "Their ledger of points in groups, counted and summed up.", owner="customer_id"
    )
    voucher_aggregates = aggregated(
        "VoucherAggregate", "Their vouchers in groups, counted and summed up.", owner="customer_id"
    )
    timeline = merged(
        "TimelineConnection",
        KINDS,
        "What happened, newest first: purchases, points, vouchers, statuses and cards in one list.",
        sign="timeline",
        choice=Argument("kinds", "list[TimelineKind] | None", "Only events of these kinds.", None),
    )


@exposes(models.CustomerStatistics, is_node=False)
class CustomerStatistics:
    """What a customer's bills and points come to. Cancelled bills don't count; what was returned is taken off."""

    purchase_count = leaf()
    turnover = money("turnover", when="currency_code")
    average_basket = money("average_basket", when="average_basket")
    currency = currency()
    first_purchase_at = leaf()
    last_purchase_at = leaf()
    points = leaf()
    recency_score = leaf()
    frequency_score = leaf()
    monetary_score = leaf()


@exposes(models.CustomerSource, order=[by("name")])
class CustomerSource(Listed):
    """A place customers come from: a web shop, a till, an app, another system."""

    records = many(description="The accounts in it.")


@exposes(models.CustomerSourceRecord)
class CustomerSourceRecord(Dated):
    """A customer's account in an outside system."""

    external_id = leaf()
    source = one()
    customer = one()


@exposes(models.Consent, order=[by("name")])
class Consent(Listed):
    """Something a customer can agree to."""

    description = leaf()


@exposes(models.ConsentChange, order=[by("id", descending=True)])
class ConsentChange:
    """A customer's answer to a consent as it was given, withdrawn or taken back once: what, when and by whom."""

    consent = one()
    value = leaf()
    changed_at = leaf()
    viewer_kind = leaf()
    token = one(description="The token by which it was changed; null where it was without one, or that isn't known.")


@exposes(models.CustomerConsent, is_node=False)
class CustomerConsent:
    """A customer's answer to one consent."""

    consent = one()
    value = leaf()
    changed_at = leaf()


def _external(value: dict[str, str]) -> dict[str, object]:
    return {
        "sources": {"some": {"source": {"code": {"eq": value["source"]}}, "externalId": {"eq": value["externalId"]}}}
    }


@query
class CustomerQueries:
    """Finding customers."""

    customer = lookup(
        "Customer",
        "One customer; null when there is none.",
        email=found_by("Their e-mail address; case does not matter.", "email"),
        phone=found_by(
            "Their phone number; without its country's prefix it is meant in the programme's country, and elsewhere "
            "finds one whom no other customer's number is like.",
            "phone",
        ),
        card_number=LookupKey(
            "str",
            "The number of one of their cards, with or without spaces and hyphens.",
            lambda number: {"cards": {"some": {"number": {"eq": number}}}},
        ),
        external_id=LookupKey("ExternalIdInput", "Their id in an outside system.", _external),
    )
    customers = listing("Customer", "All customers.")
    customer_export = batched(
        "JSON | None",
        load_export,
        "All that is held of one customer, as JSON; null when there is none.",
        scope=Scope.PERSONAL_READ,
        own=own(),
        arguments=[Argument("by", "CustomerBy", "The key.")],
    )
    customer_source = lookup("CustomerSource", "One customer source.", code=found_by("Its code.", "code"))
    customer_sources = listing("CustomerSource", "All customer sources.")
    customer_source_records = listing("CustomerSourceRecord", "All customers' accounts in outside systems.")
    consents = listing("Consent", "All consents that can be asked for.")


@mutation
class CustomerMutations:
    """Making and changing customers."""

    customer_create = mutation_field(
        customer.create,
        "Create a customer. One who has the same account in an outside system already, and is the same in all that is "
        "given, is answered and not made twice; where they differ it is refused with EXTERNAL_ID_TAKEN.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_update = mutation_field(
        customer.update,
        "Change what is given of a customer. What is left out stays as it is, null clears.",
        scope=Scope.CUSTOMERS_WRITE,
        own=own("id", "personal_information", "store"),
    )
    customer_upsert = mutation_field(
        customer.upsert,
        "Create or update the customer who has this account in an outside system. What is left out stays, null clears.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customers_upsert = mutation_field(
        customer.upsert_all,
        "Create or update up to 200 customers by their accounts in outside systems; all of them or none.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_deactivate = mutation_field(
        customer.deactivate,
        "Deactivate a customer: no points, cards or vouchers until they are reactivated.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_reactivate = mutation_field(
        customer.reactivate,
        "Reactivate a customer.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_merge = mutation_field(
        merging.merge,
        "Merge two accounts of one person. What belongs to the one follows to the other: cards, bills, points and what "
        "is owed of them, vouchers, reservations, consents, properties, segments, accounts in outside systems, "
        "devices, history. Ids, card numbers and external ids of the one lead to the other from then on. The status "
        "is what both histories together justify. What would follow is told by `dryRun`; it can't be undone.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_erase = mutation_field(
        customer.erase,
        "Erase a customer for good. Everything personal goes; bills and the ledger of points stay, without a name. "
        "Cards are blocked, vouchers and reservations cancelled, devices logged out.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_confirmation_send = mutation_field(
        access.send_confirmation,
        "Send a code, good for an hour, to a customer's e-mail address or phone, by which they confirm that it is "
        "theirs. It goes by way of the retailer's own messaging, and lets nobody in.",
        scope=Scope.CUSTOMERS_WRITE,
        own=own(),
    )
    customer_confirm = mutation_field(
        access.confirm,
        "Confirm a customer's e-mail address or phone by the code that was sent there. It stays confirmed until it is "
        "another one.",
        scope=Scope.CUSTOMERS_WRITE,
        own=own(),
    )
    customer_consent_set = mutation_field(
        customer.set_consent,
        "Note a customer's answer to a consent.",
        scope=Scope.CUSTOMERS_WRITE,
        own=own(),
    )
    customer_property_set = mutation_field(
        customer.set_property,
        "Set a custom property of a customer to a value that fits its type and choices; null takes the value away.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_source_add = mutation_field(
        customer.add_source,
        "Note a customer's account in an outside system.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_source_remove = mutation_field(
        customer.remove_source,
        "Forget a customer's account in an outside system.",
        scope=Scope.CUSTOMERS_WRITE,
    )
    customer_source_upsert = mutation_field(
        customer.upsert_source,
        "Create or update a source of customers, found by its code or its id.",
        scope=Scope.CUSTOMERS_WRITE,
    )
