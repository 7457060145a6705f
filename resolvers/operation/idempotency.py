"""A retry under the same key answers what the first one did, and does nothing.

The key is stored in the transaction of the effect, with a hash of the input and the answer. One who asks while the
first is still under way is told so at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b, sha256
from typing import TypeVar

import msgspec
from sqlalchemy import delete, func, select

from models import IdempotencyKey
from models.rules.error_codes import ErrorCode
from models.rules.refusals import plain
from models.types import Instant, text
from resolvers.errors import Refused
from resolvers.operation.answers import Answer
from resolvers.operation.inputs import Input
from resolvers.query.compiled_query import CompiledQuery
from resolvers.storage.context import RequestContext, Viewer
from resolvers.storage.statement import parameter
from resolvers.storage.transaction import Transaction

AnAnswer = TypeVar("AnAnswer", bound=Answer)

KEPT_FOR = timedelta(days=30)
"""How long an operation can be retried under its key."""

LONGEST_KEY = 128

NOBODY = Viewer()
FORGOTTEN = "forgotten:"
"""How a key begins, and goes on with its hash, once a customer whom it concerned was erased."""
KNOWN = CompiledQuery(
    lambda _: select(IdempotencyKey.id).where(
        IdempotencyKey.key.in_((parameter("key", text()), parameter("forgotten", text()))),
        IdempotencyKey.expires_at > parameter("now", Instant()),
    )
)

_in_flight: set[str] = set()
"""Keys being worked on in this process; between processes PostgreSQL's advisory locks tell."""


@contextmanager
def claimed(key: str | None) -> Iterator[None]:
    """Only one call at a time under a key; another one is told so at once, before it waits for the database."""
    if key is None:
        yield
        return
    if not 0 < len(key) <= LONGEST_KEY or "\x00" in key:
        message = f"`idempotencyKey` must have 1 to {LONGEST_KEY} characters, none of them U+0000."
        raise Refused(ErrorCode.BAD_KEY, message, "idempotencyKey")
    if key in _in_flight:
        raise _being_done()
    _in_flight.add(key)
    try:
        yield
    finally:
        _in_flight.remove(key)


async def lock_key(transaction: Transaction, key: str) -> None:
    """The same between processes. SQLite has one writer: whoever comes second finds the key of the first."""
    if transaction.backend == "postgresql":
        locked = select(func.pg_try_advisory_xact_lock(func.hashtextextended(key, 0)))
        if not await transaction.session.scalar(locked):
            raise _being_done()


def _being_done() -> Refused:
    message = "The operation is being done under this key right now; ask again."
    return Refused(ErrorCode.IN_FLIGHT, message, "idempotencyKey")


def _answer_forgotten() -> Refused:
    code = ErrorCode.ANSWER_FORGOTTEN
    return Refused(code, code.description, "idempotencyKey")


async def is_known(context: RequestContext, key: str | None) -> bool:
    """Whether something was done under a key already."""
    return key is not None and bool(await KNOWN.read(context, key=key, forgotten=forgotten(key)))


def forgotten(key: str) -> str:
    """What is kept of a key, which is the caller's own text, once a customer whom it concerned was erased."""
    return f"{FORGOTTEN}{sha256(key.encode()).hexdigest()}"


def fingerprint(given: Input, viewer: Viewer = NOBODY) -> str:
    """A hash of who asks and of the input; equal amounts and moments are the same however they were written.

    What an input keeps secret is left out: a hash that is quick to make would give it away.
    """
    plainly: object
    plainly = values = msgspec.to_builtins(given, builtin_types=(Decimal, datetime))
    if secrets := getattr(given, "SECRET", ()):
        plainly = {name: value for name, value in values.items() if name not in secrets}
    if viewer.token_id or viewer.customer_id:
        plainly = [viewer.token_id or -(viewer.customer_id or 0), plainly]
    # Not orjson, which refuses integers beyond 64 bits: a caller's own JSON may hold them.
    written = json.dumps(plainly, default=_canonical, sort_keys=True)
    return blake2b(written.encode(), digest_size=16).hexdigest()


def _canonical(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


@dataclass(frozen=True, slots=True)
class KeyedCall:
    """A call under a key, as it is known again."""

    key: str
    operation: str
    fingerprint: str

    async def done_before(self, transaction: Transaction, answer: type[AnAnswer]) -> AnAnswer | None:
        """What was answered the first time; none where this is the first time."""
        stored = IdempotencyKey
        known = stored.key.in_((self.key, forgotten(self.key)))
        found = await transaction.session.scalar(select(stored).where(known))
        if found is None:
            return None
        if found.expires_at <= transaction.now:
            await transaction.session.execute(delete(stored).where(stored.id == found.id))
            return None
        if found.key != self.key:
            raise _answer_forgotten()
        if (found.operation, found.fingerprint) != (self.operation, self.fingerprint):
            raise Refused(
                ErrorCode.KEY_REUSED, "This key was used for something else; take a new one.", "idempotencyKey"
            )
        try:
            return restored(found.answer, answer)
        except msgspec.ValidationError:
            # Answers may have been made otherwise by the version that did it.
            raise _answer_forgotten() from None

    def remember(self, transaction: Transaction, answer: Answer) -> None:
        """Keep the answer for a retry; rows by their keys, so that they are shown as they are then."""
        transaction.session.add(
            IdempotencyKey(
                key=self.key,
                operation=self.operation,
                fingerprint=self.fingerprint,
                answer=stored(answer),
                change=transaction.change,
                created_at=transaction.now,
                expires_at=transaction.now + KEPT_FOR,
            )
        )


def stored(answer: Answer) -> dict[str, object]:
    """An answer as JSON, without what it keeps secret."""
    kept: dict[str, object] = msgspec.to_builtins(answer)
    for name in getattr(answer, "SECRET", ()):
        kept.pop(name, None)
    return kept


def restored(kept: dict[str, object], answer: type[AnAnswer]) -> AnAnswer:
    """An answer from JSON."""
    return msgspec.convert(kept, answer)
