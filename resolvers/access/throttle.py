"""Counting guesses: before one is looked at, in a transaction of its own, so that what fails stays counted.

All that are counted by the same subjects wait for each other here, in all processes: of many that come at the same
moment no more are looked at than of many that come one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import delete, func, select

from models import Guess
from models.rules.error_codes import ErrorCode
from models.rules.login import WINDOW, Subject, Verdict, counted_address, verdict
from resolvers.access.account import LoginAccount
from resolvers.errors import Refused
from resolvers.operation.perform import Stage
from resolvers.storage.transaction import Transaction, in_transaction


class Purpose(StrEnum):
    """What attempts are counted apart."""

    LOGIN = "login"
    """Guesses of passwords and one-time codes."""
    CODE = "code"
    """Requests for one-time codes, which reach the customer as messages."""
    CONFIRM = "confirm"
    """Guesses of the code that confirms an address."""
    VOUCHER = "voucher"
    """Codes of vouchers that are nobody's, or another's."""


TOO_MANY = "There were too many attempts; wait a quarter of an hour."


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was counted, and may be looked at unless it is `silent`."""

    id: str
    silent: bool = False


async def admit(stage: Stage, purpose: Purpose, account: LoginAccount) -> Attempt:
    """Count an attempt at an account; `TOO_MANY_ATTEMPTS` where it isn't looked at any more."""
    attempt = await count(stage, purpose, _subjects(stage, account), verdict)
    if attempt is None:
        raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, TOO_MANY)
    return attempt


async def count(
    stage: Stage,
    purpose: Purpose,
    subjects: Mapping[Subject, str],
    judge: Callable[[Mapping[Subject, int]], Verdict],
    times: int = 1,
) -> Attempt | None:
    """Count so many guesses of the same subjects; none where no more are looked at, which counts no further."""
    hashes = {subject: _hash(purpose, subject, text) for subject, text in subjects.items()}

    async def work(transaction: Transaction) -> Attempt | None:
        if transaction.backend == "postgresql":
            for each in sorted(hashes.values()):
                await transaction.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(each, 0))))
        becomes = judge(await _counted(transaction, hashes))
        if becomes is Verdict.TOO_MANY:
            return None
        attempt = uuid4().hex
        transaction.session.add_all(
            Guess(attempt=attempt, subject=subject, subject_hash=each, at=transaction.now)
            for subject, each in hashes.items()
            for _ in range(times)
        )
        return Attempt(attempt, silent=becomes is Verdict.SILENT)

    return await in_transaction(stage.engine, stage.context.now, work, stage.context)


async def forgive(transaction: Transaction, attempt: Attempt) -> None:
    """Take an attempt that turned out right off the count."""
    await transaction.session.execute(delete(Guess).where(Guess.attempt == attempt.id))


def _subjects(stage: Stage, account: LoginAccount) -> dict[Subject, str]:
    # An account that isn't there has a count, too, so that as much is done about it.
    owner = account.name if account.customer_id is None else str(account.customer_id)
    subjects = {Subject.NAME: account.name, Subject.ACCOUNT: owner}
    if address := stage.context.address:
        subjects[Subject.ADDRESS] = counted_address(address)
    return subjects


def _hash(purpose: Purpose, subject: Subject, text: str) -> str:
    return sha256(f"{purpose}\0{subject}\0{text}".encode()).hexdigest()


async def _counted(transaction: Transaction, hashes: Mapping[Subject, str]) -> dict[Subject, int]:
    counted = (
        select(Guess.subject, func.count())
        .where(Guess.subject_hash.in_(hashes.values()), Guess.at > transaction.now - WINDOW)
        .group_by(Guess.subject)
    )
    return {row[0]: row[1] for row in await transaction.session.execute(counted)}
