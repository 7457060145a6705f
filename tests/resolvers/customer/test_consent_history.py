"""What customers agreed to and withdrew: each answer is kept, with when it was given and who noted it."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope
from resolvers.ids import opaque_id
from resolvers.storage.context import Viewer, ViewerKind
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

HISTORY = """query($id: ID!) { customer(by: {id: $id}) {
  consentHistory { totalCount nodes { consent { code } value changedAt viewerKind token { id } } }
} }"""


async def test_each_answer_is_kept_with_who_noted_it(crm: Operations, session: AsyncSession) -> None:
    jana, letter, till = factories.customer(), factories.consent(code="letter"), factories.token(kind="ENTERPRISE")
    await factories.save(session, jana, letter, till)
    given = {"id": opaque_id("Customer", jana.id), "consent": opaque_id("Consent", letter.id)}
    herself = Viewer(jana.id, ViewerKind.CUSTOMER)

    crm.viewer = Viewer(None, ViewerKind.ENTERPRISE, frozenset(Scope), token_id=till.id)
    await crm.do("customerConsentSet", "repeated", **given, value="GIVEN")
    await crm.do("customerConsentSet", "repeated", **given, value="GIVEN")
    crm.viewer, crm.now = herself, NOW + timedelta(days=1)
    await crm.do("customerConsentSet", "repeated", **given, value="WITHDRAWN")
    hers = await crm.answer(HISTORY, id=given["id"])
    crm.viewer = Viewer(999, ViewerKind.CUSTOMER)
    others = await crm.answer(HISTORY, id=given["id"])

    withdrawn = {"value": "WITHDRAWN", "changedAt": crm.now.isoformat(), "viewerKind": "CUSTOMER", "token": None}
    was_given = {"value": "GIVEN", "changedAt": NOW.isoformat(), "viewerKind": "ENTERPRISE", "token": None}
    assert hers["customer"]["consentHistory"] == {
        "totalCount": 2,
        "nodes": [{"consent": {"code": "letter"}, **each} for each in (withdrawn, was_given)],
    }
    assert others == {"customer": None}
    crm.viewer = Viewer()
    seen = (await crm.answer(HISTORY, id=given["id"]))["customer"]["consentHistory"]["nodes"]
    assert [each["token"] for each in seen] == [None, {"id": opaque_id("Token", till.id)}]


@pytest.mark.parametrize("way", ["customerMerge", "customerErase"])
async def test_the_history_follows_its_customer(crm: Operations, session: AsyncSession, way: str) -> None:
    jana, other = factories.customer(), factories.customer()
    await factories.save(session, factories.consent_change(customer=jana), factories.consent_change(customer=other))
    key = opaque_id("Customer", jana.id)
    given = {"id": key} if way == "customerErase" else {"from": key, "into": opaque_id("Customer", other.id)}

    assert await crm.refused(way, **given) == []

    left = await crm.rows(models.ConsentChange, "customer_id")
    assert left == ([(other.id,)] if way == "customerErase" else [(other.id,)] * 2)
