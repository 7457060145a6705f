"""Texts in the reader's language: read from the same row, by the same statement, whatever is asked for."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests import factories
from tests.factories import NOW
from tests.schema.both_ways import Graph

GERMAN = {"de": {"name": "Zehn Prozent", "note": "Klein"}, "cs": {"name": "Deset procent"}}
REWARD = """query($language: String) { rewards { nodes {
  name
  own: localized { language name subtitle note }
  german: localized(language: "de-CH") { language name subtitle note }
  asked: localized(language: $language) { name }
  translations { language name note }
} } }"""


async def save_ten(session: AsyncSession) -> None:
    await factories.save(session, factories.reward(subtitle="Today", note="Small", translations=GERMAN))


async def test_texts_are_told_in_the_language_that_fits_best(graph: Graph, session: AsyncSession) -> None:
    await save_ten(session)

    answer = await graph.ask(REWARD, language="cs")

    assert answer.statements == 1
    assert answer.data["rewards"]["nodes"] == [
        {
            "name": "Ten per cent off",
            "own": {"language": None, "name": "Ten per cent off", "subtitle": "Today", "note": "Small"},
            "german": {"language": "de", "name": "Zehn Prozent", "subtitle": "Today", "note": "Klein"},
            "asked": {"name": "Deset procent"},
            "translations": [
                {"language": "cs", "name": "Deset procent", "note": None},
                {"language": "de", "name": "Zehn Prozent", "note": "Klein"},
            ],
        }
    ]


@pytest.mark.parametrize(("locale", "name"), [("cs", "Deset procent"), ("de_AT", "Zehn Prozent"), ("fr", None)])
async def test_the_languages_of_requests_count_where_none_is_named(
    graph: Graph, session: AsyncSession, locale: str, name: str | None
) -> None:
    await save_ten(session)
    graph.locale = locale

    data = await graph.data(REWARD)

    (reward,) = data["rewards"]["nodes"]
    assert [reward[each]["name"] for each in ("own", "asked")] == [name or "Ten per cent off"] * 2


async def test_all_that_customers_read_can_be_translated(graph: Graph, session: AsyncSession) -> None:
    texts: dict[str, Any] = {"translations": {"de": {"name": "Deutsch"}}}
    jana = factories.customer()
    product = factories.product(**texts)
    voucher = factories.voucher(customer=jana, reward=factories.reward(**texts))
    campaign = factories.campaign(**texts)
    await factories.save(
        session,
        voucher,
        factories.status_record(customer=jana, status=factories.status(**texts)),
        factories.campaign_product(product=product, campaign=campaign, **texts),
        factories.recommendation(audience="ALL", **texts),
        factories.purchase_item(product=product, purchase=factories.purchase(customer=jana, paid_at=NOW)),
    )

    query = """{ customers { nodes {
      vouchers { nodes { reward { localized(language: "de") { name } } } }
      status { status { localized(language: "de") { name } } }
      recommendations { nodes { recommendation { localized(language: "de") { name reason } } } }
      campaignProducts { nodes {
        localized(language: "de") { name } product { localized(language: "de") { name } }
        campaign { localized(language: "de") { name } }
      } }
      purchases { nodes { items { product { localized(language: "de") { name } } } } }
    } } }"""
    answer = await graph.ask(query)

    assert str(answer.data).count("'name': 'Deutsch'") == 7
    assert answer.planned
