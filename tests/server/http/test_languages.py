"""What a refusal says: for people in their language, for programs as amounts."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.rules.error_codes import ErrorCode
from resolvers.ids import opaque_id
from resolvers.storage.engine import make_engine
from resolvers.wording import LANGUAGES, sentences
from tests import factories
from tests.server.gateway import Client

SPEND = """
mutation ($customer: ID!) {
  pointsSpend(input: { customer: $customer, amount: "120" }) {
    userErrors { code message missing shortfall { points quantity goods money { amount } product { name } } }
  }
}
"""


async def customer_in(url: str) -> str:
    engine = make_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        jana = factories.customer()
        await factories.save(session, jana)
        found = opaque_id("Customer", jana.id)
    await engine.dispose()
    return found


async def test_a_refusal_speaks_the_language_of_the_request(client: Client, empty: str) -> None:
    jana = await customer_in(empty)

    said = {}
    for language in ("cs-CZ,cs;q=0.9,en;q=0.5", "en", "de"):
        answer = await client.ask(SPEND, {"customer": jana}, accept_language=language)
        [said[language]] = answer.json()["data"]["pointsSpend"]["userErrors"]

    needed = {"points": "120", "quantity": None, "goods": None, "money": None, "product": None}
    assert said == {
        "cs-CZ,cs;q=0.9,en;q=0.5": {
            "code": "POINTS_SHORT",
            "message": "Bodů je méně, než kolik je potřeba.",
            "missing": "120 points",
            "shortfall": needed,
        },
        **{
            language: {
                "code": "POINTS_SHORT",
                "message": "120 points are needed, 0 points can be spent.",
                "missing": "120 points",
                "shortfall": needed,
            }
            for language in ("en", "de")
        },
    }


def test_each_catalogue_says_every_code() -> None:
    wanted = {code.description for code in ErrorCode}

    said = {path.stem: set(sentences(path.stem)) for path in LANGUAGES.glob("*.po")}

    assert said == {"cs": wanted}
