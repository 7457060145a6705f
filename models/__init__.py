"""The domain: tables, one file an entity, and pure rules without I/O.

Tables carry their documentation: a column's `doc` is the description of the API's field.
"""

from models.audit import AuditAction, AuditCheckpoint, AuditEntry, AuditSeal
from models.base import Base, State
from models.budget import Budget
from models.campaign import (
    Campaign,
    CampaignProduct,
    CampaignProductSegment,
    CampaignProductStore,
    CampaignProductType,
    CampaignValueKind,
)
from models.card import Card, CardChange, CardEvent, CardState, CardType
from models.customer import (
    Consent,
    ConsentChange,
    ConsentValue,
    Customer,
    CustomerConsent,
    CustomerMerge,
    CustomerSource,
    CustomerSourceRecord,
    CustomerTerm,
    Gender,
)
from models.event import Event, EventReader, IdempotencyKey, OutboxEpoch
from models.figures import CustomerMonth, CustomerStatistics, CustomerYear
from models.insight import ImportStep, ScoreBand, ScoreMetric
from models.job import JobRun
from models.login import Channel, CodeMessage, CustomerPassword, Guess, OneTimeCode
from models.partner import Partner
from models.point import PointEntry, PointEntryKind, PointEntryLot, PointLot, PointReservation, PointType
from models.product import (
    Product,
    ProductBrand,
    ProductCode,
    ProductGroup,
    ProductGroupAncestor,
    ProductPrice,
    ProductTag,
    ProductTerm,
)
from models.programme import EarningRule, EarningRuleTarget, Programme, ProgrammeCurrency
from models.property import Property, PropertyItem, PropertyRecord, PropertyType
from models.purchase import (
    PaymentType,
    Purchase,
    PurchaseDiscount,
    PurchaseItem,
    PurchaseItemType,
    PurchasePayment,
    PurchaseReturn,
    PurchaseReturnItem,
    PurchaseState,
    PurchaseType,
)
from models.recommendation import (
    Audience,
    ProductAffinity,
    ProductPopularity,
    Recommendation,
    RecommendationBlock,
    RecommendationKind,
    RecommendationModel,
    RecommendationResponse,
)
from models.reservation import (
    ExternalListType,
    ProductReservation,
    ProductReservationComment,
    ProductReservationItem,
    ProductReservationProgress,
    ProductReservationSource,
    ReservableOffer,
    ReservablePrice,
    ReservableProduct,
    ReservationExternalCode,
)
from models.reward import (
    ConditionRole,
    Reward,
    RewardCondition,
    RewardConditionTarget,
    RewardGroup,
    RewardSegment,
    RewardStatus,
    RewardStore,
    RewardTag,
    RewardType,
)
from models.rules.basket import RelatedTo, RewardKind, VoucherState
from models.rules.card_number import CheckDigit
from models.rules.payments import PaymentKind
from models.rules.point_reservation import PointReservationState
from models.rules.programme import AutomaticChoice, EarningKind, PointRounding, PointsEnd, TurnoverBasis
from models.rules.qualification import Qualification, StatusChange
from models.rules.reservation_steps import ReservationState
from models.rules.returning import OnReturn
from models.rules.till_discounts import TillDiscountKind
from models.rules.token_format import TokenKind
from models.rules.validity import VoucherValidity
from models.rules.voucher_code import CodeGeneration
from models.scope import Scope, ViewerKind
from models.segment import Segment, SegmentGroup, SegmentKind, SegmentMember
from models.served import ReplicaLeftOut, ServedRevision
from models.status import Status, StatusRecord, StatusTurnover
from models.store import Store
from models.tag import Tag
from models.token import ExternalApplication, Token
from models.usage import SchemaUse
from models.voucher import Voucher, VoucherBatch, VoucherChange, VoucherEvent

__all__ = [
    "Audience",
    "AuditAction",
    "AuditCheckpoint",
    "AuditEntry",
    "AuditSeal",
    "AutomaticChoice",
    "Base",
    "Budget",
    "Campaign",
    "CampaignProduct",
    "CampaignProductSegment",
    "CampaignProductStore",
    "CampaignProductType",
    "CampaignValueKind",
    "Card",
    "CardChange",
    "CardEvent",
    "CardState",
    "CardType",
    "Channel",
    "CheckDigit",
    "CodeGeneration",
    "CodeMessage",
    "ConditionRole",
    "Consent",
    "ConsentChange",
    "ConsentValue",
    "Customer",
    "CustomerConsent",
    "CustomerMerge",
    "CustomerMonth",
    "CustomerPassword",
    "CustomerSource",
    "CustomerSourceRecord",
    "CustomerStatistics",
    "CustomerTerm",
    "CustomerYear",
    "EarningKind",
    "EarningRule",
    "EarningRuleTarget",
    "Event",
    "EventReader",
    "ExternalApplication",
    "ExternalListType",
    "Gender",
    "Guess",
    "IdempotencyKey",
    "ImportStep",
    "JobRun",
    "OnReturn",
    "OneTimeCode",
    "OutboxEpoch",
    "Partner",
    "PaymentKind",
    "PaymentType",
    "PointEntry",
    "PointEntryKind",
    "PointEntryLot",
    "PointLot",
    "PointReservation",
    "PointReservationState",
    "PointRounding",
    "PointType",
    "PointsEnd",
    "Product",
    "ProductAffinity",
    "ProductBrand",
    "ProductCode",
    "ProductGroup",
    "ProductGroupAncestor",
    "ProductPopularity",
    "ProductPrice",
    "ProductReservation",
    "ProductReservationComment",
    "ProductReservationItem",
    "ProductReservationProgress",
    "ProductReservationSource",
    "ProductTag",
    "ProductTerm",
    "Programme",
    "ProgrammeCurrency",
    "Property",
    "PropertyItem",
    "PropertyRecord",
    "PropertyType",
    "Purchase",
    "PurchaseDiscount",
    "PurchaseItem",
    "PurchaseItemType",
    "PurchasePayment",
    "PurchaseReturn",
    "PurchaseReturnItem",
    "PurchaseState",
    "PurchaseType",
    "Qualification",
    "Recommendation",
    "RecommendationBlock",
    "RecommendationKind",
    "RecommendationModel",
    "RecommendationResponse",
    "RelatedTo",
    "ReplicaLeftOut",
    "ReservableOffer",
    "ReservablePrice",
    "ReservableProduct",
    "ReservationExternalCode",
    "ReservationState",
    "Reward",
    "RewardCondition",
    "RewardConditionTarget",
    "RewardGroup",
    "RewardKind",
    "RewardSegment",
    "RewardStatus",
    "RewardStore",
    "RewardTag",
    "RewardType",
    "SchemaUse",
    "Scope",
    "ScoreBand",
    "ScoreMetric",
    "Segment",
    "SegmentGroup",
    "SegmentKind",
    "SegmentMember",
    "ServedRevision",
    "State",
    "Status",
    "StatusChange",
    "StatusRecord",
    "StatusTurnover",
    "Store",
    "Tag",
    "TillDiscountKind",
    "Token",
    "TokenKind",
    "TurnoverBasis",
    "ViewerKind",
    "Voucher",
    "VoucherBatch",
    "VoucherChange",
    "VoucherEvent",
    "VoucherState",
    "VoucherValidity",
]
