"""Customers say themselves what they make of recommendations; for others it takes a scope."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.scope import Scope, ViewerKind
from resolvers.ids import opaque_id
from resolvers.storage.context import Viewer
from tests import factories
from tests.resolvers.running_operations import Operations

LISTED = "{ me { recommendations { nodes { recommendation { name } } } } }"


def as_customer(crm: Operations, customer: models.Customer) -> Operations:
    return replace(crm, viewer=Viewer(customer.id, ViewerKind.CUSTOMER))


async def test_a_customer_dismisses_and_restores_what_is_recommended_to_them_without_naming_themselves(
    crm: Operations, session: AsyncSession
) -> None:
    jana, news = factories.customer(), factories.recommendation(name="News")
    await factories.save(session, jana, news)
    own, which = as_customer(crm, jana), opaque_id("Recommendation", news.id)

    told = await own.do("recommendationFeedback", "userErrors { code }", shown=[which], clicked=[which])
    dismissed = await own.do("recommendationDismiss", "recommendation { id } userErrors { code }", id=which)
    without = await own.answer(LISTED)
    await own.do("recommendationRestore", "userErrors { code }", id=which, customer=opaque_id("Customer", jana.id))

    assert told == {"userErrors": []}
    assert dismissed == {"recommendation": {"id": which}, "userErrors": []}
    assert without == {"me": {"recommendations": {"nodes": []}}}
    assert await own.answer(LISTED) == {"me": {"recommendations": {"nodes": [{"recommendation": {"name": "News"}}]}}}
    row = models.RecommendationResponse
    assert await crm.rows(row, "customer_id", "shown", "clicked", "dismissed_at") == [(jana.id, 1, 1, None)]


async def test_another_customer_is_as_one_who_is_not_there(crm: Operations, session: AsyncSession) -> None:
    jana, eva, news = factories.customer(), factories.customer(), factories.recommendation()
    await factories.save(session, jana, eva, news)
    own, which = as_customer(crm, jana), opaque_id("Recommendation", news.id)
    unknown = [("NOT_FOUND", "customer", None)]

    for whom in (opaque_id("Customer", eva.id), opaque_id("Customer", 999)):
        assert await own.refused("recommendationDismiss", id=which, customer=whom) == unknown
        assert await own.refused("recommendationRestore", id=which, customer=whom) == unknown
        assert await own.refused("recommendationFeedback", shown=[which], customer=whom) == unknown

    assert await crm.rows(models.RecommendationResponse, "id") == []


async def test_who_is_not_logged_in_needs_a_scope_and_names_the_customer(
    crm: Operations, session: AsyncSession
) -> None:
    jana, news = factories.customer(), factories.recommendation()
    await factories.save(session, jana, news)
    which, whom = opaque_id("Recommendation", news.id), opaque_id("Customer", jana.id)
    anonymous = replace(crm, viewer=Viewer(None, ViewerKind.ANONYMOUS))
    reader = replace(crm, viewer=Viewer(None, ViewerKind.ENTERPRISE, frozenset({Scope.CUSTOMERS_READ})))
    writer = replace(crm, viewer=Viewer(None, ViewerKind.ENTERPRISE, frozenset({Scope.CUSTOMERS_WRITE})))

    for viewer in (anonymous, reader):
        assert await viewer.refused("recommendationDismiss", id=which, customer=whom) == [
            ("FORBIDDEN", "customer", None)
        ]
    assert await writer.refused("recommendationDismiss", id=which) == [("REQUIRED", "customer", None)]
    done = await writer.do("recommendationDismiss", "userErrors { code }", id=which, customer=whom)

    assert done == {"userErrors": []}
