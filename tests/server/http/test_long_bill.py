"""A bill of far too many lines is refused with a code, whether its body is within the limit or over it."""

from typing import Any

from tests.server.gateway import Client

SEND = """
mutation Send($input: PurchaseSendInput!) {
  purchaseSend(input: $input) { purchase { id } userErrors { code field } }
}
"""


def bill(lines: int, **more: Any) -> dict[str, Any]:
    """What a till sends: so many lines."""
    items = [{"billItemId": str(line), "quantity": "1", "paid": "1", **more} for line in range(lines)]
    return {"input": {"bill": {"store": {"code": "shop"}, "externalId": "1", "currency": "CZK", "items": items}}}


async def test_two_thousand_lines_are_refused_by_the_operation(client: Client) -> None:
    answer = await client.ask(SEND, bill(2_000))

    assert answer.status_code == 200
    assert answer.json()["data"]["purchaseSend"] == {
        "purchase": None,
        "userErrors": [{"code": "TOO_MANY_ITEMS", "field": "bill.items"}],
    }


async def test_ten_thousand_lines_are_refused_before_they_are_read(client: Client) -> None:
    answer = await client.ask(SEND, bill(10_000))

    assert answer.json()["errors"][0]["message"] == "The variable `$input` has a list of more than 5000 items."
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_COMPLEX"


async def test_ten_thousand_lines_with_all_that_a_till_may_say_are_refused_unread(client: Client) -> None:
    said = {"name": "Butter, salted, from the meadows", "codes": [{"list": "EAN", "code": "8590000000000"}]}

    answer = await client.ask(SEND, bill(10_000, **said))

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_LARGE"
