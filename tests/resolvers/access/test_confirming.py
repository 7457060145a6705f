"""E-mail addresses and phones are confirmed by a code that is sent there, which confirms nothing else."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.rules.login import MOST_GUESSES, confirmation_expiry
from resolvers.access.configuration import Configuration, configure
from resolvers.access.passwords import HashCost
from resolvers.ids import opaque_id
from resolvers.storage.context import Viewer, ViewerKind
from tests import factories
from tests.factories import NOW
from tests.resolvers.running_operations import Operations

CONFIRMED = "customer { personalInformation { emailConfirmedAt phoneConfirmedAt } } userErrors { code field }"
BOTH = {"emailConfirmedAt": NOW.isoformat(), "phoneConfirmedAt": NOW.isoformat()}


@pytest.fixture(autouse=True)
def codes() -> None:
    configure(Configuration(HashCost(memory=8192), sends_codes=True))


async def save_jana(session: AsyncSession) -> str:
    jana = factories.customer(email="Jana@example.com", phone="+420601234567", language_code="cs")
    await factories.save(session, jana)
    return opaque_id("Customer", jana.id)


async def sent(session: AsyncSession) -> models.CodeMessage:
    """The message that was written last."""
    message = await session.scalar(select(models.CodeMessage).order_by(models.CodeMessage.id.desc()).limit(1))
    assert message is not None
    session.expunge(message)
    await session.rollback()
    return message


async def test_the_code_that_was_sent_there_confirms_an_address(crm: Operations, session: AsyncSession) -> None:
    jana = await save_jana(session)
    crm.viewer = Viewer(1, ViewerKind.CUSTOMER)
    told: list[tuple[Any, ...]] = []
    answers = []

    for channel in ("EMAIL", "SMS"):
        answer = await crm.do("customerConfirmationSend", "expiresAt userErrors { code }", id=jana, channel=channel)
        message = await sent(session)
        told.append((message.channel, message.recipient, message.language_code, message.confirms))
        answers.append(await crm.do("customerConfirm", CONFIRMED, id=jana, channel=channel, code=message.code))

    assert answer == {"expiresAt": confirmation_expiry(NOW).isoformat(), "userErrors": []}
    assert told == [("EMAIL", "Jana@example.com", "cs", True), ("SMS", "+420601234567", "cs", True)]
    assert answers[1] == {"customer": {"personalInformation": BOTH}, "userErrors": []}
    events = await crm.rows(models.Event, "kind", "data")
    assert events[1::2] == [("CUSTOMER_CONTACT_CONFIRMED", {"channel": each}) for each in ("EMAIL", "SMS")]


async def test_a_code_confirms_once_and_where_it_was_sent_alone(crm: Operations, session: AsyncSession) -> None:
    jana = await save_jana(session)
    await crm.do("customerConfirmationSend", "expiresAt", id=jana, channel="EMAIL")
    code = (await sent(session)).code

    async def confirm(channel: str = "EMAIL") -> Any:
        return await crm.refused("customerConfirm", id=jana, channel=channel, code=code)

    wrong = [("CODE_REFUSED", "code", None)]
    assert await confirm("SMS") == wrong
    await crm.do("customerUpdate", "customer { id }", id=jana, personalInformation={"email": "new@example.com"})
    assert await confirm() == wrong
    await crm.do("customerUpdate", "customer { id }", id=jana, personalInformation={"email": "JANA@example.com"})
    assert [await confirm(), await confirm()] == [[], wrong]


async def test_a_later_code_takes_the_place_of_an_earlier_one(crm: Operations, session: AsyncSession) -> None:
    jana = await save_jana(session)
    codes = []
    for channel in ("EMAIL", "SMS", "EMAIL"):
        await crm.do("customerConfirmationSend", "expiresAt", id=jana, channel=channel)
        codes.append((await sent(session)).code)

    unused = select(models.OneTimeCode.confirms).where(models.OneTimeCode.used_at.is_(None))

    assert list(await session.scalars(unused.order_by(models.OneTimeCode.id))) == ["+420601234567", "jana@example.com"]
    assert len(codes) == 3


async def test_guesses_and_messages_are_counted_by_the_customer(crm: Operations, session: AsyncSession) -> None:
    jana = await save_jana(session)
    sending = [await crm.refused("customerConfirmationSend", id=jana, channel="EMAIL") for _ in range(MOST_GUESSES + 1)]
    code = (await sent(session)).code
    other = "000000" if code != "000000" else "111111"
    guesses = [await crm.refused("customerConfirm", id=jana, channel="EMAIL", code=other) for _ in range(MOST_GUESSES)]

    last = await crm.refused("customerConfirm", id=jana, channel="EMAIL", code=code)

    too_many = [("TOO_MANY_ATTEMPTS", None, None)]
    assert sending == [[]] * MOST_GUESSES + [too_many]
    assert guesses == [[("CODE_REFUSED", "code", None)]] * MOST_GUESSES
    assert last == too_many


async def test_what_can_not_be_confirmed_is_told(crm: Operations, session: AsyncSession) -> None:
    jana = await save_jana(session)
    await factories.save(session, factories.customer(email=None), factories.customer(state="DELETED", email=None))
    refused = [
        await crm.refused("customerConfirmationSend", id=opaque_id("Customer", key), channel="EMAIL") for key in (2, 3)
    ]
    crm.viewer = Viewer(2, ViewerKind.CUSTOMER)
    refused.append(await crm.refused("customerConfirmationSend", id=jana, channel="EMAIL"))
    refused.append(await crm.refused("customerConfirm", id=jana, channel="EMAIL", code="1"))
    crm.viewer = Viewer()
    configure(Configuration(HashCost(memory=8192)))
    refused.append(await crm.refused("customerConfirmationSend", id=jana, channel="EMAIL"))

    assert refused == [
        [("REQUIRED", "channel", None)],
        *[[("NOT_FOUND", "id", None)]] * 3,
        [("CODES_OFF", None, None)],
    ]
    assert await crm.rows(models.Guess, "id") == []
