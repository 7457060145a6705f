"""Bills and reservations on their way, programmes in time, tokens, and lists that people keep."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests import factories
from tests.factories import NOW
from tests.resolvers.every_mutation import Step
from tests.resolvers.states.scene import Entity, Scene, bill, item, step

EVA = {"id": "$eva"}
TWO = [item("100", "1"), item("50", "2")]


def back(*lines: str) -> Step:
    return step("purchaseReturn", id="$it", items=[{"billItemId": line} for line in lines])


async def purchase(scene: Scene, state: str) -> dict[str, str]:
    """Of two lines, of which one or both were returned, or all undone."""
    sent = step("purchaseSend", "purchase", bill=bill(*TWO, external_id=f"bill-{state}"))
    ids = {"it": await scene.does(sent, {}), "external": f"bill-{state}"}
    undone = {"PARTLY_RETURNED": back("1"), "RETURNED": back("1", "2"), "CANCELLED": step("purchaseCancel", id="$it")}
    if state in undone:
        await scene.does(undone[state], ids)
    return ids


PURCHASE = Entity(
    ("CLOSED", "PARTLY_RETURNED", "RETURNED", "CANCELLED"),
    purchase,
    {
        "`purchaseSend` of the same": step("purchaseSend", bill=bill(*TWO, external_id="$external")),
        "`purchaseSend` of another under its id": step("purchaseSend", bill=bill(item("7"), external_id="$external")),
        "`purchaseReturn` of the first line": back("1"),
        "`purchaseReturn` of the second line": back("2"),
        "`purchaseCancel`": step("purchaseCancel", id="$it"),
        "`purchaseAssignCustomer`": step("purchaseAssignCustomer", id="$it", customer=EVA),
    },
)

STATES = (
    "ENTERED",
    "ACCEPTED",
    "ORDERED",
    "IN_PROGRESS",
    "BEING_SOLVED",
    "READY",
    "DELIVERED",
    "CANCELLED",
    "NOT_PICKED_UP",
)


async def reservation(scene: Scene, state: str) -> dict[str, str]:
    able = factories.reservable_product()
    stock = factories.reservable_offer(reservable_product=able, store_id=1)
    line = factories.product_reservation_item(reservable_product=able, quantity=Decimal(1))
    it = factories.product_reservation(store_id=1, items=[line], state=state)
    return await scene.keep(stock=stock, it=it)


RESERVATION = Entity(
    STATES,
    reservation,
    {
        **{
            f"`productReservationAdvance` to {to}": step("productReservationAdvance", id="$it", state=to)
            for to in STATES
        },
        "`productReservationComment`": step("productReservationComment", id="$it", note="Called."),
    },
)


async def programme(scene: Scene, state: str) -> dict[str, str]:
    """The usual one is in force already; another is over, or begins tomorrow."""
    day = timedelta(days=1)
    dates = {"TO_COME": (NOW + day, None), "OVER": (NOW - 9 * day, NOW - 8 * day), "IN_FORCE": (NOW - day, None)}
    begins, ends = dates[state]
    it = factories.programme(code=f"club-{state}", valid_from=begins, valid_to=ends)
    return await scene.keep(it=it) | {"code": f"club-{state}"}


def upsert_programme(**given: Any) -> Step:
    return step("programmeUpsert", code="$code", **given)


PROGRAMME = Entity(
    ("TO_COME", "IN_FORCE", "OVER"),
    programme,
    {
        "`programmeUpsert` of its name": upsert_programme(name="Other"),
        "`programmeUpsert` of how long points last": upsert_programme(pointsLast="P2M"),
        "`programmeUpsert` of its end": upsert_programme(validTo="2024-07-01T00:00:00Z"),
    },
)


async def token(scene: Scene, state: str) -> dict[str, str]:
    over = {"revoked_at": NOW - timedelta(days=1)} if state == "REVOKED" else {}
    over |= {"expires_at": NOW - timedelta(days=1)} if state == "EXPIRED" else {}
    return await scene.keep(it=factories.token(**over))


TOKEN = Entity(("VALID", "EXPIRED", "REVOKED"), token, {"`tokenRevoke`": step("tokenRevoke", id="$it")})


async def source(scene: Scene, state: str) -> dict[str, str]:
    it = factories.customer_source(code=f"source-{state}", state=state)
    return await scene.keep(it=it) | {"code": f"source-{state}"}


SOURCE = Entity(
    ("ACTIVE", "INACTIVE"),
    source,
    {
        "`customerSourceUpsert`": step("customerSourceUpsert", code="$code", name="Other"),
        "`customerSourceUpsert` to INACTIVE": step(
            "customerSourceUpsert", code="$code", name="Other", state="INACTIVE"
        ),
        "`customerSourceUpsert` to DELETED": step("customerSourceUpsert", code="$code", name="Other", state="DELETED"),
        "`customerSourceAdd`": step("customerSourceAdd", id="$eva", source="$code", externalId="1"),
        "`customerCreate` with an account there": step(
            "customerCreate", personalInformation={"firstName": "Iva"}, sources=[{"source": "$code", "externalId": "2"}]
        ),
    },
)


async def card_type(scene: Scene, state: str) -> dict[str, str]:
    it = factories.card_type(code=f"type-{state}", state=state)
    return await scene.keep(it=it, card=factories.card(card_type=it)) | {"code": f"type-{state}"}


CARD_TYPE = Entity(
    ("ACTIVE", "INACTIVE"),
    card_type,
    {
        "`cardTypeUpsert`": step("cardTypeUpsert", code="$code", name="Other"),
        "`cardTypeUpsert` to INACTIVE": step("cardTypeUpsert", code="$code", name="Other", state="INACTIVE"),
        "`cardTypeUpsert` to DELETED": step("cardTypeUpsert", code="$code", name="Other", state="DELETED"),
        "`cardGenerate`": step("cardGenerate", cardType="$it"),
        "`cardCreate`": step("cardCreate", cardType="$it", number="99123456"),
        "`cardAssign` of any of it": step("cardAssign", customer="$eva", cardType="$it"),
        "`cardAssign` of a card of it": step("cardAssign", customer="$eva", id="$card"),
    },
)


async def consent(scene: Scene, state: str) -> dict[str, str]:
    return await scene.keep(it=factories.consent(state=state))


async def property_(scene: Scene, state: str) -> dict[str, str]:
    return await scene.keep(it=factories.property(state=state))


CONSENT = Entity(
    ("ACTIVE", "INACTIVE"),
    consent,
    {"`customerConsentSet`": step("customerConsentSet", id="$eva", consent="$it", value="GIVEN")},
)
PROPERTY = Entity(
    ("ACTIVE", "INACTIVE"),
    property_,
    {"`customerPropertySet`": step("customerPropertySet", id="$eva", property="$it", value="38")},
)
BILLS: dict[str, Entity] = {
    "Purchase": PURCHASE,
    "Product reservation": RESERVATION,
    "Programme": PROGRAMME,
    "Token": TOKEN,
    "Customer source": SOURCE,
    "Card type": CARD_TYPE,
    "Consent": CONSENT,
    "Property": PROPERTY,
}
