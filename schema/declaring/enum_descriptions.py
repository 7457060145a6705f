"""What each value of the API's enums means, for the published schema; a value without a meaning fails the build."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import GraphQLEnumType

from models.described import DescribedEnum
from schema.declaring.base import TYPES

CHANGES = {
    "ISSUED": "It came into being.",
    "RESERVED": "It was reserved for a bill.",
    "RELEASED": "It came free again.",
    "APPLIED": "It was used on a bill.",
    "RESTORED": "Its use was taken back with the bill.",
    "EXPIRED": "Its validity ended.",
    "CANCELLED": "It was cancelled.",
    "TRANSFERRED": "It was passed on to another customer.",
    "EXTENDED": "It can be used longer.",
    "REGISTERED": "It came with registration.",
    "SET": "It was set by hand.",
    "RISEN": "The customer rose to it.",
    "KEPT": "The customer kept it at the end of its validity.",
    "FALLEN": "The customer fell to it.",
    "ASSIGNED": "It was given to a holder.",
    "BLOCKED": "It was blocked.",
    "UNBLOCKED": "It was unblocked.",
}

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "Audience": {"ALL": "All customers.", "SEGMENT": "The customers of one segment.", "CUSTOMER": "One customer."},
    "CampaignValueKind": {"PERCENT": "Per cent off the price.", "FINAL_PRICE": "The price to pay."},
    "CardChange": CHANGES,
    "CardState": {
        "FREE": "It has no holder yet.",
        "ASSIGNED": "It identifies its holder.",
        "BLOCKED": "It identifies no customer until it is unblocked.",
        "EXPIRED": "Its validity is over.",
    },
    "Channel": {"EMAIL": "By e-mail.", "SMS": "By a text message to the phone."},
    "CheckDigit": {
        "NONE": "No digit checks the others.",
        "LUHN": "The last digit is the Luhn sum (ISO/IEC 7812) of the others.",
        "EAN13": "The last of 13 digits checks the others as on a barcode.",
    },
    "CodeGeneration": {
        "RANDOM": "Letters and digits at random, without those that look alike.",
        "NUMERIC": "Digits at random.",
        "REWARD_CODE": "The reward's code with random characters behind it.",
    },
    "CodeSortField": {"CODE": "By `code`.", "NAME": "By `name`, in the reader's language."},
    "ConditionRole": {"CONDITION": "The lines must be on the bill.", "BONUS": "The lines get the benefit."},
    "ConsentValue": {
        "GIVEN": "The customer agreed.",
        "WITHDRAWN": "The customer no longer agrees.",
        "NOT_SET": "There is no answer yet.",
    },
    "Gender": {
        "FEMALE": "Female.",
        "MALE": "Male.",
        "NON_BINARY": "Neither only female nor only male.",
        "OTHER": "Another one.",
        "UNDISCLOSED": "The customer would rather not say.",
    },
    "PaymentType": {
        "CASH": "In cash.",
        "CARD": "By card.",
        "ACCOUNT": "On account, or by bank transfer.",
        "OTHER": "In another way.",
    },
    "PointEntryKind": {
        "ASSIGN": "Given by hand or by a system.",
        "EARN": "Earned by a bill.",
        "SPEND": "Spent.",
        "EXPIRE": "Expired unspent.",
        "TRANSFER_IN": "Came from another customer.",
        "TRANSFER_OUT": "Went to another customer.",
        "REVERSE": "Takes an earlier entry back.",
        "REPAY": "Paid for points that were owed.",
    },
    "PointReservationState": {
        "ACTIVE": "The points are reserved.",
        "CAPTURED": "The points were spent.",
        "RELEASED": "The points were released.",
        "EXPIRED": "The points came free by themselves.",
    },
    "PropertyType": {
        "TEXT": "Text.",
        "NUMBER": "A decimal number.",
        "BOOLEAN": "True or false.",
        "DATE": "A day, as ISO 8601 text.",
        "CHOICE": "One of the property's items.",
    },
    "PurchaseState": {
        "CLOSED": "It was paid.",
        "PARTLY_RETURNED": "Some of it was returned.",
        "RETURNED": "All of it was returned.",
        "CANCELLED": "It was cancelled, and counts nowhere.",
    },
    "Qualification": {
        "REGISTRATION": "By joining the programme.",
        "MANUAL": "By hand only.",
        "CONDITION": "By turnover or points.",
    },
    "RecommendationBasis": {
        "BOUGHT_AGAIN": "The customer bought it before.",
        "BOUGHT_BY_SIMILAR": "Customers buy it who buy what the customer buys.",
        "BOUGHT_TOGETHER": "It goes with what the customer bought last, or with what is on a bill.",
        "POPULAR_IN_SEGMENT": "Many in one of the customer's segments bought it lately.",
        "POPULAR": "Many customers bought it lately.",
    },
    "RecommendationKind": {
        "PRODUCT": "A product.",
        "SERVICE": "A service.",
        "INFORMATION": "Just something to know.",
    },
    "RelatedTo": {
        "PRODUCT": "Certain products.",
        "PRODUCT_GROUP": "Products of certain groups, subgroups included.",
        "PRODUCT_BRAND": "Products of certain brands.",
        "ANY": "Any product.",
    },
    "ReservationState": {
        "CANCELLED": "Cancelled; the stock is free again.",
        "ENTERED": "Just made; the stock is held.",
        "ACCEPTED": "The store took it on.",
        "READY": "It waits to be picked up.",
        "DELIVERED": "It was picked up or delivered.",
        "IN_PROGRESS": "It is being prepared.",
        "NOT_PICKED_UP": "Not picked up in time; the stock is free again.",
        "ORDERED": "The goods are on order.",
        "BEING_SOLVED": "Something is being cleared up.",
    },
    "OnReturn": {
        "KEEP": "What is kept stays discounted: what is returned is worth what was paid for it.",
        "WITHDRAW": "It is withdrawn once what is returned covers it: what is kept costs its price without it.",
    },
    "RewardGroup": {
        "PARTY_TIME": "For a short event.",
        "CATALOGUE": "In the catalogue of rewards.",
        "CAMPAIGN": "Under a campaign.",
        "SIMPLE": "Anywhere.",
        "GIFT": "As a gift.",
    },
    "RewardKind": {
        "PERCENT": "Per cent off.",
        "AMOUNT": "An amount off.",
        "FINAL_PRICE": "A price per unit.",
        "FREE_PRODUCT": "A product for nothing.",
        "GIFT": "Something that is not on the bill.",
    },
    "SegmentKind": {"LIST": "Kept by hand.", "CRITERIA": "Worked out from a stored filter."},
    "SortDirection": {"ASC": "The least first.", "DESC": "The greatest first."},
    "State": {
        "ACTIVE": "In use.",
        "INACTIVE": "Kept, but not offered.",
        "DELETED": "Kept for what refers to it, and not listed.",
    },
    "StatusChange": CHANGES,
    "TimelineChange": CHANGES,
    "AuditAction": {
        "READ": "It was shown to a shop, a till or a back office.",
        "CHANGE": "It was created, changed or erased.",
    },
    "TokenKind": {
        "INSTALLATION": "One installation of an application on a device, on which a customer may log in.",
        "ENTERPRISE": "A shop, a till or a back office, with the scopes that it was given.",
    },
    "ViewerKind": {
        "OPEN": "Anyone, in a gateway that is explicitly open, or the gateway by itself.",
        "ANONYMOUS": "Without a token: there is what is public.",
        "CUSTOMER": "A customer who is logged in.",
        "ENTERPRISE": "A shop, a till or a back office, with scopes.",
    },
    "TimelineKind": {
        "PURCHASE": "Bills.",
        "POINTS": "Movements of points.",
        "VOUCHER": "What happened to vouchers.",
        "STATUS": "Statuses reached.",
        "CARD": "What happened to cards.",
    },
    "VoucherChange": CHANGES,
    "VoucherState": {
        "ACTIVE": "It can be used, within its validity.",
        "RESERVED": "It is reserved for a bill.",
        "APPLIED": "It was used.",
        "EXPIRED": "Its validity is over.",
        "CANCELLED": "It was cancelled.",
    },
    "VoucherValidity": {
        "INTERVAL": "A period from the day of issue.",
        "END_OF_TIME_UNIT": "To the end of the day, week, month, quarter or year of issue.",
        "REWARD_VALIDITY": "As long as the reward is offered.",
    },
    "Weekday": {
        day.upper(): f"{day}." for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    },
}


NO_ID = "They show no id. Leave it out: rows that are equal by all keys keep one order anyway."


def explain(enum: GraphQLEnumType) -> None:
    """Give each value of an enum its meaning; a sort field's is its name."""
    known = MEANINGS.get(enum.name) or _own_meanings(enum)
    for name, value in enum.values.items():
        sorts = enum.name.endswith("SortField") and name not in known
        meaning = f"By `{_camel(name)}`." if sorts else known.get(name)
        if meaning is None:
            raise ValueError(f"{enum.name}.{name} has no meaning in schema/meanings.py; write one.")
        value.description = meaning
        if sorts and name == "ID" and not TYPES[enum.name.removesuffix("SortField")].is_node:
            value.deprecation_reason = NO_ID


def _own_meanings(enum: GraphQLEnumType) -> Mapping[str, str]:
    """Of an enum whose members say themselves what they mean."""
    kind = getattr(enum.extensions.get("strawberry-definition"), "wrapped_cls", None)
    if kind is None or not issubclass(kind, DescribedEnum):
        return {}
    return {each.name: each.description for each in kind}


def _camel(name: str) -> str:
    head, *rest = name.lower().split("_")
    return head + "".join(word.capitalize() for word in rest)
