"""One call of each mutation that succeeds, in an order in which each finds what it needs.

`"$name"` in an input is the id of what was made before: by the factories, or by the call that is said to make it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import ViewerKind
from resolvers.access.configuration import Configuration, configure
from resolvers.access.passwords import HashCost
from resolvers.ids import key_of, opaque_id
from resolvers.storage.context import Viewer
from tests import factories
from tests.resolvers.purchase.shopping import bill


@dataclass(frozen=True)
class Step:
    """A call, and what that which it makes is called afterwards."""

    mutation: str
    input: dict[str, Any]
    makes: str | None = None
    token: str | None = None
    customer: str | None = None

    def viewer(self, ids: dict[str, str]) -> Viewer:
        """Who makes the call: whoever may do everything, or who shows a token, with a customer logged in on it."""
        if self.token is None:
            return Viewer()
        kind = ViewerKind.CUSTOMER if self.customer else ViewerKind.ANONYMOUS
        customer = key_of(ids[self.customer], "Customer") if self.customer else None
        return Viewer(customer, kind, token_id=key_of(ids[self.token], "Token"))


def shown(made: Step, token: str, customer: str | None = None) -> Step:
    """The same call by who shows a token: `shown(step("tokenLogout"), "token", "jana")`."""
    return replace(made, token=token, customer=customer)


def step(mutation: str, makes: str | None = None, **input: Any) -> Step:
    """A call: `step("cardBlock", id="$card", reason="lost")`."""
    return Step(mutation, input, makes)


def erp(key: str) -> dict[str, str]:
    """A name that another system gave."""
    return {"source": "erp", "externalId": key}


CUSTOMERS = [
    step("customerConfirm", id="$jana", channel="EMAIL", code="654321"),
    step("customerConfirmationSend", id="$jana", channel="EMAIL"),
    step("customerSourceUpsert", code="app", name="Application"),
    step("customerCreate", "eva", personalInformation={"firstName": "Eva", "email": "eva@example.com"}),
    step("customerUpdate", id="$eva", personalInformation={"lastName": "Malá"}),
    step("customerConsentSet", id="$eva", consent="$consent", value="GIVEN"),
    step("customerPropertySet", id="$eva", property="$property", value="38"),
    step("customerSourceAdd", id="$eva", source="app", externalId="eva-1"),
    step("customerSourceRemove", id="$eva", source="app", externalId="eva-1"),
    step("customerUpsert", source="app", externalId="eve-1", personalInformation={"firstName": "Eve"}),
    step("customersUpsert", customers=[{"source": "app", "externalId": "eve-2"}]),
    step("customerDeactivate", id="$eva"),
    step("customerReactivate", id="$eva"),
]
CARDS = [
    step("cardTypeUpsert", "cardType", code="loyalty", name="Loyalty", prefix="99", numberLength=8),
    step("cardGenerate", "card", cardType="$cardType"),
    step("cardCreate", cardType="$cardType", number="99123456"),
    step("cardAssign", customer="$jana", id="$card"),
    step("cardBlock", id="$card", reason="lost"),
    step("cardUnblock", id="$card", reason="found"),
    step("cardRelease", id="$card"),
]
POINTS = [
    step("pointsAssign", "assigned", customer="$jana", amount="50"),
    step("pointsSpend", customer="$jana", amount="5"),
    step("pointsReserve", "released", customer="$jana", amount="5"),
    step("pointsRelease", reservation="$released"),
    step("pointsReserve", "captured", customer="$jana", amount="5"),
    step("pointsCapture", reservation="$captured", amount="3"),
    step("pointsTransfer", **{"from": "$jana", "to": "$eva", "amount": "5"}),
    step("pointsReverse", entry="$assigned", amount="1"),
]
STORES = [
    step("storeUpsert", "store", **erp("s-1"), code="s-1", name="Brno"),
    step("storesUpsert", stores=[{**erp("s-2"), "code": "s-2", "name": "Praha"}]),
    step("storeDeactivate", id="$store"),
    step("storeReactivate", id="$store"),
]
PRODUCTS = [
    step("productBrandUpsert", "brand", **erp("b-1"), name="Madeta"),
    step("productBrandsUpsert", brands=[{**erp("b-2"), "name": "Olma"}]),
    step("productBrandDeactivate", id="$brand"),
    step("productBrandReactivate", id="$brand"),
    step("productGroupUpsert", "group", **erp("g-1"), name="Dairy"),
    step("productGroupsUpsert", groups=[{**erp("g-2"), "name": "Bread"}]),
    step("productGroupDeactivate", id="$group"),
    step("productGroupReactivate", id="$group"),
    step("productUpsert", "product", **erp("p-1"), code="p-1", name="Butter"),
    step("productsUpsert", products=[{**erp("p-2"), "code": "p-2", "name": "Milk"}]),
    step("productDeactivate", id="$product"),
    step("productReactivate", id="$product"),
]
CODE_LISTS = [
    *(
        step(f"{name}Upsert", code="new", name="New")
        for name in (
            "tag",
            "partner",
            "pointType",
            "purchaseType",
            "purchaseItemType",
            "rewardType",
            "campaignProductType",
            "productReservationSource",
            "externalListType",
            "externalApplication",
            "consent",
        )
    ),
    step("propertyUpsert", code="shoe-size", name="Shoe size", dataType="NUMBER"),
]
SEGMENTS = [
    step("segmentGroupUpsert", code="families", name="Families"),
    step("segmentCreate", "list", name="By hand", customers=["$eva"]),
    step("segmentUpdate", id="$list", name="By my hand"),
    step("segmentUpsert", **erp("s-1"), name="Of the ERP", customers=["$eva"]),
    step("segmentAddCustomers", segment="$list", customers=["$jana"]),
    step("segmentRemoveCustomers", segment="$list", customers=["$jana"]),
    step("segmentCreate", "criteria", name="Janas", where={"firstName": {"eq": "Jana"}}),
    step("segmentRefresh", id="$criteria"),
    step("segmentDelete", id="$criteria"),
]
STATUSES = [
    step("statusUpsert", "silver", code="silver", name="Silver", rank=1, qualification="MANUAL"),
    step("customerStatusSet", customer="$jana", status="$silver"),
    step("statusUpsert", "gold", code="gold", name="Gold", rank=2, qualification="MANUAL"),
    step("statusDeactivate", id="$gold"),
    step("statusReactivate", id="$gold"),
]
CAMPAIGNS = [
    step("campaignUpsert", "campaign", **erp("c-1"), name="Spring"),
    step(
        "campaignProductUpsert",
        "offer",
        **erp("o-1"),
        product={"id": "$product"},
        campaign={"id": "$campaign"},
        valueKind="PERCENT",
        value="10",
        validFrom="2024-05-01T00:00:00Z",
        validTo="2024-06-01T00:00:00Z",
    ),
    step("campaignProductDeactivate", id="$offer"),
    step("campaignProductReactivate", id="$offer"),
    step("campaignProductDelete", id="$offer"),
    step("campaignDeactivate", id="$campaign"),
    step("campaignReactivate", id="$campaign"),
    step("campaignDelete", id="$campaign"),
    step("recommendationUpsert", "advice", **erp("r-1"), name="Try it", kind="INFORMATION", audience="ALL"),
    step("recommendationFeedback", customer="$jana", shown=["$advice"], clicked=["$advice"]),
    step("recommendationDismiss", customer="$jana", id="$advice"),
    step("recommendationRestore", customer="$jana", id="$advice"),
    step("recommendationDeactivate", id="$advice"),
    step("recommendationReactivate", id="$advice"),
    step("recommendationDelete", id="$advice"),
    step("recommendationBlock", "blocked", product={"id": "$product"}),
    step("recommendationUnblock", id="$blocked"),
]
VOUCHERS = [
    step("rewardUpsert", "reward", code="ten", name="Ten per cent", kind="PERCENT", value="10", isPortable=True),
    step("rewardActivate", id="$reward"),
    step("rewardDeactivate", id="$reward"),
    step("rewardActivate", id="$reward"),
    step("voucherIssue", "voucher", customer="$jana", reward="$reward", validTo="2029-01-01T00:00:00Z"),
    step("voucherIssueBatch", reward="$reward", customers=["$jana", "$eva"]),
    step("voucherReserve", id="$voucher", bill="b-9"),
    step("voucherRelease", id="$voucher", bill="b-9"),
    step("voucherExtend", id="$voucher", validTo="2030-01-01T00:00:00Z"),
    step("voucherTransfer", id="$voucher", customer="$eva"),
    step("voucherRedeem", id="$voucher"),
    step("voucherIssue", "cancelled", customer="$jana", reward="$reward"),
    step("voucherCancel", id="$cancelled"),
]
PURCHASES = [
    step("purchaseSend", "sold", customer={"id": "$jana"}, bill=bill(external_id="b-1"), spendPoints="10"),
    step("purchaseReturn", id="$sold", items=[{"billItemId": "1"}]),
    step("purchaseSend", "anonymous", bill=bill(external_id="b-2")),
    step("purchaseAssignCustomer", id="$anonymous", customer={"id": "$jana"}),
    step("purchaseCancel", id="$anonymous"),
    step("purchasesImport", bills=[{"bill": bill(external_id="b-3")}, {"bill": bill(external_id="b-4", total="1")}]),
]
OFFERED: dict[str, Any] = {
    "product": {"id": "$product"},
    "offers": [{"store": {"code": "shop"}, "stock": "10", "price": "49.90"}],
}
RESERVATIONS = [
    step("reservableProductUpsert", "reservable", **OFFERED),
    step("reservableStockSet", reservableProduct="$reservable", store="$shop", stock="20"),
    step("reservableStockAdjust", reservableProduct="$reservable", store="$shop", by="-1"),
    step(
        "productReservationCreate",
        "reservation",
        customer="$jana",
        store="$shop",
        items=[{"reservableProduct": "$reservable", "quantity": "2"}],
    ),
    step("productReservationComment", id="$reservation", note="Called the customer."),
    step("productReservationAdvance", id="$reservation", state="ACCEPTED"),
    step("reservableOfferDelete", reservableProduct="$reservable", store="$shop"),
    step("reservableProductDelete", id="$reservable"),
    step("reservableProductUpsert", **OFFERED),
    step("reservableOfferRemove", reservableProduct="$reservable", store="$shop"),
    step("reservableProductRemove", id="$reservable"),
]
ENDS = [
    step("rewardUpsert", "unused", code="unused", name="Unused", kind="PERCENT", value="1"),
    step("rewardDelete", id="$unused"),
    step("customerUpsert", "eve", source="app", externalId="eve-1", personalInformation={"lastName": "Malá"}),
    step("customerMerge", **{"from": "$eve", "into": "$eva"}),
    step("customerErase", id="$eva"),
]
PROGRAMME = [
    step(
        "programmeUpsert",
        code="club",
        name="Club",
        pointValues=[{"currency": "CZK", "value": "0.01"}],
        earningRules=[{"code": "base", "name": "Base", "kind": "AMOUNT", "currency": "CZK", "points": "1"}],
    ),
]
TOKENS = [
    step("tokenCreate", "token", device={"name": "phone"}),
    step("passwordReset", email="jana@example.com", code="123456", password="correct horse"),
    shown(step("tokenLogin", email="jana@example.com", password="correct horse"), "token"),
    shown(step("tokenUpdate", language="cs"), "token", "jana"),
    shown(step("passwordSet", currentPassword="correct horse", password="battery staple"), "token", "jana"),
    shown(step("tokenRotate", overlapMinutes=1), "token", "jana"),
    shown(step("tokenLogout", everywhere=True), "token", "jana"),
    step("tokenRevoke", id="$token"),
    step("enterpriseTokenCreate", name="Till", scopes=["cards:write"]),
    step("loginCodeSend", email="jana@example.com"),
]
STEPS = [
    *PROGRAMME,
    *TOKENS,
    *CUSTOMERS,
    *CARDS,
    *POINTS,
    *STORES,
    *PRODUCTS,
    *CODE_LISTS,
    *SEGMENTS,
    *STATUSES,
    *CAMPAIGNS,
    *VOUCHERS,
    *PURCHASES,
    *RESERVATIONS,
    *ENDS,
]


async def prepare(session: AsyncSession) -> dict[str, str]:
    """What there is before the first call, by name."""
    rows: dict[str, models.Base] = {
        "jana": factories.customer(email="jana@example.com"),
        "shop": factories.store(code="shop"),
        "consent": factories.consent(),
        "property": factories.property(),
    }
    purse = factories.points(customer=rows["jana"], amount=Decimal(100))
    cheap = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    code = factories.one_time_code(code_hash=cheap.hash("123456"))
    confirming = factories.one_time_code(code_hash=cheap.hash("654321"), confirms="jana@example.com")
    await factories.save(session, *rows.values(), purse)
    code.customer_id = confirming.customer_id = rows["jana"].id
    await factories.save(session, code, confirming)
    configure(Configuration(HashCost(memory=8192), sends_codes=True))
    return {name: opaque_id(type(row).__name__, row.id) for name, row in rows.items()}


def filled(value: Any, ids: dict[str, str]) -> Any:
    """An input with the ids in their places."""
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return ids[value[1:]] if isinstance(value, str) and value.startswith("$") else value
