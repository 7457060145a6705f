"""Whose a row is: a customer's own, anyone's to see, or the retailer's alone. Every entity is in one of the three.

A row that belongs to a customer says so by its `customer_id`, or by the row that it is a part of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.base import Base
from models.scope import Scope


class Kind(StrEnum):
    """Who may see the rows of an entity, besides applications that hold a scope."""

    PUBLIC = "PUBLIC"
    """Anyone."""
    OWNED = "OWNED"
    """The customer whose they are."""
    INTERNAL = "INTERNAL"
    """Nobody."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who may see rows. Of what a customer owns, `column` names them, or the row of `whole` that it is a part of."""

    kind: Kind
    column: str = ""
    whole: str | None = None
    shared: bool = False
    """Whether rows that name no customer are anyone's."""
    parts: tuple[tuple[str, str], ...] = ()
    """Of rows that name no customer: the rows that they may be a part of, each with the column that names it."""
    scope: Scope | None = Scope.CUSTOMERS_READ
    """What an application holds to see all rows; none where no request may see any."""


PUBLIC = Ownership(Kind.PUBLIC)
INTERNAL = Ownership(Kind.INTERNAL)
UNSEEN = Ownership(Kind.INTERNAL, scope=None)
OWN = Ownership(Kind.OWNED, "customer_id")
OWN_OR_SHARED = Ownership(Kind.OWNED, "customer_id", shared=True)


def part_of(whole: str, column: str) -> Ownership:
    """Rows that belong to the owner of the row that they are a part of."""
    return Ownership(Kind.OWNED, column, whole)


def _all(names: str, ownership: Ownership) -> dict[str, Ownership]:
    return dict.fromkeys(names.split(), ownership)


OWNERSHIP: dict[str, Ownership] = {
    **_all("Customer CustomerStatistics CustomerYear", Ownership(Kind.OWNED, "id")),
    **_all(
        "Card CardEvent ConsentChange CustomerConsent CustomerMerge CustomerMonth CustomerSourceRecord CustomerTerm "
        "PointEntry PointLot "
        "PointReservation ProductReservation Purchase RecommendationResponse StatusRecord Token Voucher VoucherEvent",
        OWN,
    ),
    "PropertyRecord": Ownership(
        Kind.OWNED,
        "customer_id",
        shared=True,
        parts=(("Purchase", "purchase_id"), ("PurchaseItem", "purchase_item_id")),
    ),
    "Recommendation": OWN_OR_SHARED,
    "PointEntryLot": part_of("PointEntry", "entry_id"),
    "PurchaseItem": part_of("Purchase", "purchase_id"),
    "PurchaseDiscount": part_of("Purchase", "purchase_id"),
    "PurchasePayment": part_of("Purchase", "purchase_id"),
    "PurchaseReturn": part_of("Purchase", "purchase_id"),
    "PurchaseReturnItem": part_of("PurchaseReturn", "purchase_return_id"),
    **_all(
        "ProductReservationComment ProductReservationItem ProductReservationProgress ReservationExternalCode",
        part_of("ProductReservation", "reservation_id"),
    ),
    **_all(
        "Campaign CampaignProduct CampaignProductSegment CampaignProductStore CampaignProductType "
        "CardType Consent CustomerSource EarningRule EarningRuleTarget ExternalApplication "
        "ExternalListType Partner PointType Product ProductBrand ProductCode ProductGroup "
        "ProductGroupAncestor ProductPrice ProductReservationSource ProductTag ProductTerm Programme "
        "ProgrammeCurrency Property PropertyItem PurchaseItemType PurchaseType ReservableOffer "
        "ReservablePrice ReservableProduct Reward RewardCondition RewardConditionTarget RewardSegment "
        "RewardStatus RewardStore RewardTag RewardType Status StatusTurnover Store Tag",
        PUBLIC,
    ),
    **_all(
        "ProductAffinity ProductPopularity RecommendationBlock ScoreBand Segment SegmentGroup SegmentMember "
        "VoucherBatch",
        INTERNAL,
    ),
    "AuditEntry": Ownership(Kind.INTERNAL, scope=Scope.AUDIT_READ),
    "AuditCheckpoint": Ownership(Kind.INTERNAL, scope=Scope.AUDIT_READ),
    "AuditSeal": Ownership(Kind.INTERNAL, scope=Scope.AUDIT_READ),
    "Event": Ownership(Kind.INTERNAL, scope=Scope.EVENTS_READ),
    **_all(
        "Budget CodeMessage CustomerPassword EventReader Guess IdempotencyKey ImportStep JobRun OneTimeCode "
        "OutboxEpoch RecommendationModel ReplicaLeftOut SchemaUse ServedRevision",
        UNSEEN,
    ),
}


def ownership_of(entity: type[Base]) -> Ownership:
    """Whose the rows of an entity are; what doesn't say is not shown to anyone."""
    return OWNERSHIP.get(entity.__name__, UNSEEN)
