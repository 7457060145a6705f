"""Everything that can be imported and exported: one resource a file, in the order in which they are imported."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import models
from models import Base
from models.ownership import Kind, ownership_of
from resolvers.files.format.record_schema import Draft, Field, ListOf, RecordSchema, owned, plain, shape, virtual
from resolvers.files.ledger import record_schema
from resolvers.files.record.natural_keys import BY_CODE, BY_SOURCE, Ref, keys_of

KEY = virtual("source", "Code of the outside system that knows the row; `crm360` for this CRM itself.")
KEY_ID = virtual("external_id", "The row's id in that system.")


@dataclass(frozen=True)
class Resource:
    """A file of rows, found again by their keys: the one that comes first is looked for first.

    What is stored `once` is never changed by a later import. A resource that `extends` another only gives lists to
    rows that are there already. A `ledger` has rules of its own; one for `taking` can't be exported.
    """

    name: str
    shape: RecordSchema
    keys: tuple[tuple[str, ...], ...]
    once: bool = False
    extends: bool = False
    ledger: bool = False
    taking: bool = False

    @property
    def model(self) -> type[Base]:
        """The table that it is about."""
        return self.shape.model

    @cached_property
    def key_fields(self) -> list[str]:
        """The fields by which rows are told from each other."""
        columns = self.shape.by_column
        return [columns[column].name for key in self.keys for column in key if column in columns]

    @cached_property
    def self_reference(self) -> str | None:
        """The column by which a row refers to another one of the same resource."""
        fields = self.shape.fields.values()
        return next((item.column for item in fields if item.to is self.model and not self.ledger), None)

    def names_of(self, draft: Draft) -> list[Ref]:
        """The names under which a row may be in the database, the one to look for first coming first."""
        if self.ledger:
            return [record_schema.name_of(draft)]
        given = draft.values | draft.refs
        found: list[Ref] = []
        for key in self.keys:
            if all(given.get(column) is not None for column in key):
                place = keys_of(self.model).index(key)
                found.append((place, *(given[column] for column in key)))
        return found


def _resource(
    name: str,
    model: type[Base],
    *,
    keys: tuple[tuple[str, ...], ...] | None = None,
    lists: Iterable[ListOf] = (),
    skip: Iterable[str] = (),
    once: bool = False,
) -> Resource:
    found = keys or keys_of(model)
    return Resource(name, _keys_first(shape(model, lists=lists, skip=skip), found), found, once=once)


def _keys_first(found: RecordSchema, keys: tuple[tuple[str, ...], ...]) -> RecordSchema:
    """A shape that begins with the fields by which a row is found; they are needed where there is but one way."""
    ordered = dict.fromkeys(column for key in keys for column in key)
    firsts = [found.by_column[column] for column in ordered]
    named = [replace(item, required=item.required or len(keys) == 1) for item in firsts]
    others = [item for item in found.fields.values() if item.column not in ordered]
    return RecordSchema(found.model, {item.name: item for item in (*named, *others)}, found.lists)


def _properties(parent: str) -> ListOf:
    others = [name for name in models.property.OWNERS if name != parent]
    return owned("properties", models.PropertyRecord, parent, skip=others)


def _customers() -> Resource:
    lists = [
        owned("sources", models.CustomerSourceRecord, "customer_id"),
        owned("consents", models.CustomerConsent, "customer_id"),
        owned("consentHistory", models.ConsentChange, "customer_id", skip=["token_id"]),
        owned("statusRecords", models.StatusRecord, "customer_id"),
        _properties("customer_id"),
    ]
    return Resource("customers", shape(models.Customer, extra=[KEY, KEY_ID], lists=lists), (BY_SOURCE,))


def _reservable_products() -> Resource:
    prices = owned("prices", models.ReservablePrice, "offer_id")
    offers = owned("offers", models.ReservableOffer, "reservable_product_id", lists=[prices])
    return _resource("reservableProducts", models.ReservableProduct, lists=[offers])


def _rewards() -> Resource:
    targets = owned("targets", models.RewardConditionTarget, "condition_id")
    lists = [
        plain("stores", models.RewardStore, "reward_id"),
        plain("segments", models.RewardSegment, "reward_id"),
        plain("statuses", models.RewardStatus, "reward_id"),
        plain("tags", models.RewardTag, "reward_id"),
        owned("rules", models.RewardCondition, "reward_id", lists=[targets]),
        _properties("reward_id"),
    ]
    return _resource("rewards", models.Reward, keys=(BY_SOURCE, BY_CODE), lists=lists)


def _products() -> Resource:
    lists = [
        owned("codes", models.ProductCode, "product_id"),
        owned("prices", models.ProductPrice, "product_id"),
        plain("tags", models.ProductTag, "product_id"),
        _properties("product_id"),
    ]
    return _resource("products", models.Product, lists=lists)


def _programmes() -> Resource:
    targets = owned("targets", models.EarningRuleTarget, "rule_id")
    lists = [
        owned("currencies", models.ProgrammeCurrency, "programme_id"),
        owned("earningRules", models.EarningRule, "programme_id", lists=[targets]),
    ]
    return _resource("programmes", models.Programme, lists=lists)


def _campaign_products() -> Resource:
    lists = [
        plain("stores", models.CampaignProductStore, "campaign_product_id"),
        plain("segments", models.CampaignProductSegment, "campaign_product_id"),
        _properties("campaign_product_id"),
    ]
    return _resource("campaignProducts", models.CampaignProduct, lists=lists)


def _purchases() -> Resource:
    lists = [_properties("purchase_item_id")]
    items = owned("items", models.PurchaseItem, "purchase_id", lists=lists, numbered="line")
    payments = owned("payments", models.PurchasePayment, "purchase_id")
    return _resource("purchases", models.Purchase, lists=[items, payments, _properties("purchase_id")], once=True)


def _purchase_discounts() -> Resource:
    discounts = owned("discounts", models.PurchaseDiscount, "purchase_id", skip=["item_id"])
    line = record_schema.whole("line", "The line that was discounted; none where the whole bill was.", nullable=True)
    return _of_purchases("purchaseDiscounts", ListOf("discounts", shape_with(discounts.shape, line), "purchase_id"))


def _purchase_returns() -> Resource:
    items = owned("items", models.PurchaseReturnItem, "purchase_return_id", skip=["item_id"])
    line = record_schema.whole("line", "The line of which something was returned.")
    items = ListOf("items", shape_with(items.shape, line), "purchase_return_id")
    returns = owned("returns", models.PurchaseReturn, "purchase_id", lists=[items])
    return _of_purchases("purchaseReturns", replace(returns, adds=True))


def _of_purchases(name: str, part: ListOf) -> Resource:
    """A list that is given to bills that are there already."""
    key = {name: item for name, item in shape(models.Purchase).fields.items() if name in {"store", "externalId"}}
    return Resource(name, RecordSchema(models.Purchase, key, {part.name: part}), keys_of(models.Purchase), extends=True)


def shape_with(found: RecordSchema, *extra: Field) -> RecordSchema:
    """A shape with further fields at its beginning."""
    return RecordSchema(found.model, {item.name: item for item in extra} | found.fields, found.lists)


def _reservations() -> Resource:
    lists = [
        owned("items", models.ProductReservationItem, "reservation_id"),
        owned("progress", models.ProductReservationProgress, "reservation_id"),
        owned("comments", models.ProductReservationComment, "reservation_id"),
        owned("externalCodes", models.ReservationExternalCode, "reservation_id"),
    ]
    return _resource("productReservations", models.ProductReservation, lists=lists)


RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        _resource("partners", models.Partner),
        _resource("tags", models.Tag),
        _resource("customerSources", models.CustomerSource),
        _resource("consents", models.Consent),
        _resource("properties", models.Property, lists=[owned("items", models.PropertyItem, "property_id")]),
        _resource("pointTypes", models.PointType),
        _resource("purchaseTypes", models.PurchaseType),
        _resource("purchaseItemTypes", models.PurchaseItemType),
        _resource("rewardTypes", models.RewardType),
        _resource("campaignProductTypes", models.CampaignProductType),
        _resource("productReservationSources", models.ProductReservationSource),
        _resource("externalListTypes", models.ExternalListType),
        _resource("externalApplications", models.ExternalApplication),
        _resource("cardTypes", models.CardType),
        _resource("segmentGroups", models.SegmentGroup),
        _resource("statuses", models.Status, lists=[owned("turnovers", models.StatusTurnover, "status_id")]),
        _resource("stores", models.Store, keys=(BY_SOURCE, BY_CODE), lists=[_properties("store_id")]),
        _resource("productBrands", models.ProductBrand),
        _resource("productGroups", models.ProductGroup),
        _products(),
        _reservable_products(),
        _resource("segments", models.Segment),
        _programmes(),
        _resource("campaigns", models.Campaign),
        _campaign_products(),
        _customers(),
        _resource("cards", models.Card, lists=[owned("events", models.CardEvent, "card_id")]),
        _resource("tokens", models.Token),
        _resource("segmentMembers", models.SegmentMember),
        _rewards(),
        _resource("recommendations", models.Recommendation),
        _resource("recommendationResponses", models.RecommendationResponse),
        _resource("recommendationBlocks", models.RecommendationBlock),
        _purchases(),
        _resource("voucherBatches", models.VoucherBatch),
        _resource("vouchers", models.Voucher, lists=[owned("events", models.VoucherEvent, "voucher_id")]),
        _purchase_discounts(),
        _purchase_returns(),
        _reservations(),
        Resource("pointLedgers", record_schema.LEDGER, keys=((),), ledger=True),
        Resource("openingBalances", record_schema.OPENING, keys=((),), ledger=True, taking=True),
    )
}
"""All resources by name, those first that others refer to."""


def resource_name(model: type[Base]) -> str:
    """The resource whose file holds a table's rows."""
    return next(resource.name for resource in RESOURCES.values() if resource.model is model)


NOT_IN_FILES: dict[type[Base], str] = {
    models.CustomerTerm: "Worked out from customers and their cards.",
    models.CustomerStatistics: "Kept by the database, from purchases and points.",
    models.CustomerMonth: "Kept by the database, from purchases.",
    models.CustomerYear: "Worked out from purchases, every so often.",
    models.CustomerMerge: "Leads from ids of this CRM to others, none of which another one knows.",
    models.ProductTerm: "Worked out from products.",
    models.ProductGroupAncestor: "Worked out from the groups' parents.",
    models.ScoreBand: "Worked out from purchases, every so often.",
    models.ProductAffinity: "Worked out from purchases, every so often.",
    models.ProductPopularity: "Worked out from purchases, every so often.",
    models.RecommendationModel: "Worked out from purchases, every so often.",
    models.EventReader: "How far this CRM has come with its own events.",
    models.ServedRevision: "Which servers can use these tables.",
    models.SchemaUse: "What was asked of this CRM.",
    models.ReplicaLeftOut: "Which of this database's replicas are not asked for now.",
    models.OutboxEpoch: "How this database numbers its own events.",
    models.Event: "What happened in this CRM; another one has its own events.",
    models.IdempotencyKey: "Holds for this CRM's own clients, and not for long.",
    models.ImportStep: "How far the demo's import has come here.",
    models.JobRun: "When jobs were last done here.",
    models.AuditEntry: "Who read what in this CRM.",
    models.AuditCheckpoint: "Where this CRM's chain begins, which can't go on in another.",
    models.AuditSeal: "A link of this CRM's chain, which can't go on in another.",
    models.CustomerPassword: "A secret that no file should hold; customers of another CRM choose one there.",
    models.OneTimeCode: "A secret that holds for minutes.",
    models.CodeMessage: "A secret that holds for minutes, on its way.",
    models.Guess: "Counts for minutes, against this CRM.",
    models.Budget: "What was asked of this gateway, for as long as it counts.",
}
"""What files leave out, each with the reason. Every other table is a resource, or a list of one."""


def in_files(found: RecordSchema) -> set[type[Base]]:
    """The tables whose rows a shape holds."""
    return {found.model}.union(*(in_files(part.shape) for part in found.lists.values()))


def tells_of_customers(names: Collection[str] | None) -> bool:
    """Whether any of these resources, or of all where none are named, holds what isn't anyone's to see."""
    chosen = [each for each in RESOURCES.values() if names is None or each.name in names]
    return any(ownership_of(each.model).kind is not Kind.PUBLIC for each in chosen)
