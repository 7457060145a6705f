"""The endpoint: GraphQL over HTTP on bare ASGI, with a deadline for each request.

Queries come by GET or POST, mutations by POST. A query is dropped when its client leaves or its deadline comes, in
the database too; a mutation that began runs to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from models.scope import ViewerKind
from resolvers.access.lookup import KnownToken
from resolvers.audit.trail import Trail
from resolvers.code.iso import DEFAULT_LOCALE, preferred_locale
from resolvers.errors import TooLarge, Unavailable
from resolvers.request_codes import RequestCode
from resolvers.storage.context import RequestContext
from resolvers.storage.patience.outage import BUSY, unavailable
from resolvers.storage.patience.turns import PATIENCE
from resolvers.storage.reader import Reader, TokenChanged
from resolvers.storage.replicas.reading import Replicas
from schema.execution.run.planned_schema import Context, OperationRequest, PlannedSchema
from server.admission import Admission
from server.commands.explain import levels
from server.http import errors
from server.http.auditing import Auditing
from server.http.authentication import Authentication
from server.http.deadline import Patience
from server.http.graphql_http import Answer, Gone, GraphQLRequest, Refused, Request
from server.http.media_types import GRAPHQL, HTML
from server.metering import HEADER, Metering, RequestMeter
from server.persisted import PersistedDocuments
from server.playground import PlaygroundPage
from server.telemetry.observer import Observer

RETRY = {"Retry-After": "1"}
HIDDEN = "This gateway doesn't tell of its schema (CRM360_PUBLIC_SCHEMA)."


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take: seconds, and bytes of its body."""

    deadline: float
    body: int
    public_seconds: int = 0
    """How long anybody may keep what a GET is answered that shows no token."""
    shows_schema: bool = True
    """Whether documents may ask of the schema itself."""
    answer: int = 8_388_608
    """The most bytes of an answer."""


class Endpoint:
    """Answers operations, and browsers with the playground."""

    def __init__(
        self,
        schema: PlannedSchema,
        reader: Reader,
        engine: AsyncEngine,
        limits: Limits,
        playground: Callable[[], Awaitable[PlaygroundPage]],
        authentication: Authentication,
        persisted: PersistedDocuments,
        *,
        metering: Metering,
        replicas: Replicas | None = None,
        development: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self.schema = schema
        self.reader = reader
        self.engine = engine
        self.limits = limits
        self.playground = playground
        self.authentication = authentication
        self.persisted = persisted
        self.metering = metering
        self.replicas = replicas
        self.auditing = Auditing(schema, Trail(engine))
        self.development = development
        self.observer = observer
        self.admission = Admission()
        self._begun: set[asyncio.Task[Answer]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if self.observer is None:
            await self._respond(request, send)
            return
        with self.observer.watching(request):
            await self._respond(request, send)

    async def _respond(self, request: Request, send: Send) -> None:
        """Answer one request, unless there are too many."""
        if not self.admission.enters():
            request.answer = _later(Unavailable(BUSY))
            await request.answer.send(send, request)
            return
        try:
            answer = await self._in_time(request)
        except Refused as refused:
            answer = refused.answer()
        except Gone:
            return
        except Exception as error:
            away = error if isinstance(error, Unavailable) else unavailable(error)
            answer = Answer.of({"errors": [errors.masked(error)]}, 500) if away is None else _later(away)
        finally:
            self.admission.leaves()
        request.answer = answer
        await answer.send(send, request)

    async def close(self) -> None:
        """Wait for the mutations that began, whether anybody still waits for their answers or not."""
        await asyncio.gather(*self._begun, return_exceptions=True)
        await self.auditing.trail.close()

    async def _in_time(self, request: Request) -> Answer:
        try:
            async with asyncio.timeout(None) as limit:
                patience = Patience(request, limit, self.limits.deadline)
                try:
                    asked = await request.asked(self.limits.body)
                    patience.is_read()
                    return await self._page() if asked is None else await self._operation(asked, request)
                finally:
                    patience.end()
        except TimeoutError:
            if request.is_gone:
                raise Gone from None
            if not request.is_read:
                raise Refused(
                    408, "The request did not come in time.", RequestCode.DEADLINE, Connection="close"
                ) from None
            remedy = "ask for less"
            if request.has_begun:
                remedy = "what it changes goes on, and what becomes of it is open: ask again under its idempotency key"
            late = errors.refusal(
                f"There was no answer within {self.limits.deadline:g} s; {remedy}.", RequestCode.DEADLINE
            )
            return Answer.of({"data": None, "errors": [late]})

    async def _page(self) -> Answer:
        if self.persisted.only or not self.limits.shows_schema:
            raise Refused(404, "There is no playground here: the gateway runs only what it knows, or hides its schema.")
        page = await self.playground()
        return Answer(page.html.encode(), headers=page.headers, media_type=HTML)

    async def _operation(self, asked: GraphQLRequest, request: Request) -> Answer:
        text = await self.persisted.text(asked)
        document = await self.schema.documents.document_beside(text)
        if document.errors:
            return _before_it_began(errors.shown(document.errors, invalid=True), request)
        operation = document.operation(asked.operation_name)
        if operation is None:
            raise Refused(400, "`operationName` must say which of the document's operations to run.")
        if operation.introspection is not None and not self.limits.shows_schema:
            raise Refused(403, HIDDEN, RequestCode.SCHEMA_HIDDEN)
        changes = operation.changes
        if changes and request.is_safe:
            raise Refused(405, "A GET may only query; send this by POST.", Allow="POST")
        request.running = wanted = OperationRequest(text, document, operation, asked.variables or {})
        if not changes:
            known = self.authentication.remembered(request)
            return await (
                self._answer_now(wanted, request) if known is None else self._answer_known(wanted, request, known)
            )
        request.has_begun = True
        task = asyncio.ensure_future(self._change(wanted, request))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        return await asyncio.shield(task)

    async def _answer_known(self, asked: OperationRequest, request: Request, known: KnownToken) -> Answer:
        """Answer a query: whose token is known from before is taken to be who they were, until a statement has seen."""
        context, meter = self._context(request, known)
        context.reading.version = known.version
        try:
            answer = await self._run(asked, context, meter, request)
        except TokenChanged:
            meter.take_back()
            return await self._answer_now(asked, request)
        except Refused:
            meter.take_back()
            raise
        self.authentication.seen.note(known, context.reading.now)
        return answer

    async def _change(self, asked: OperationRequest, request: Request) -> Answer:
        """Answer a mutation once whoever asks next sees what it did, from wherever they read."""
        answer = await self._answer_now(asked, request)
        if self.replicas is not None and answer.status == 200:
            await self.replicas.settle()
        return answer

    async def _answer_now(self, asked: OperationRequest, request: Request) -> Answer:
        """Answer an operation, for whoever its token stands for now."""
        return await self._run(asked, *self._context(request, await self.authentication.asking(request)), request)

    async def _run(self, asked: OperationRequest, context: Context, meter: RequestMeter, request: Request) -> Answer:
        try:
            result = await self.auditing.execute(asked, context)
        except RecursionError:
            raise Refused(400, "The variables are nested too deeply.") from None
        if context.reading.is_outdated or (
            context.reading.version is not None and not await self._holds(context, request)
        ):
            raise TokenChanged
        return self._answer(asked, context, meter, result, request)

    async def _holds(self, context: Context, request: Request) -> bool:
        """Whether a token is what it was taken to be, where no statement has seen to it."""
        reading = context.reading
        known = await self.authentication.asking(request)
        return (known.version, known.viewer) == (reading.version, reading.viewer)

    def _context(self, request: Request, asking: KnownToken) -> tuple[Context, RequestMeter]:
        """Who asks, and in which language: the one that the request says, or else the token's; and what it costs."""
        language = request.header(b"accept-language") or asking.language
        locale = preferred_locale(language) if language else DEFAULT_LOCALE
        # What a mutation reads is as of the change, and so with the primary.
        replicas = None if request.has_begun else self.replicas
        reader = self.reader if replicas is None else replicas.reader(self.reader)
        reading = RequestContext(reader, locale=locale, viewer=asking.viewer, address=request.client)
        reading.most_read = 2 * self.limits.answer
        reading.patience = min(PATIENCE, self.limits.deadline)
        meter = self.metering.meter(reading, asking.budget, request.header(HEADER))
        request.context = context = Context(reading, self.engine, meter)
        return context, meter

    def _answer(
        self, asked: OperationRequest, context: Context, meter: RequestMeter, result: ExecutionResult, request: Request
    ) -> Answer:
        content: dict[str, Any] = {"data": result.data}
        if result.errors:
            content["errors"] = shown = errors.shown(result.errors)
            if result.data is None and any(error["extensions"]["code"] == Unavailable.code for error in shown):
                return Answer.of(content, 503, RETRY)
            if result.data is None and all(error.path is None for error in result.errors):
                return self._refused(shown, meter, request)
        body = orjson.dumps(content)
        if len(body) > self.limits.answer:
            return _too_large(request)
        extensions: dict[str, Any] = {}
        # What an error kept from being answered may have been read all the same.
        cost = None if result.data is None else meter.settle(body, dry=context.is_dry)
        if meter.is_shown and context.reading.standing is not None:
            extensions["cost"] = meter.shown(cost)
        if self.development and request.header(b"crm360-plan") == "1":
            extensions["plan"] = self._plan(asked, context)
        answer = Answer(_with(body, extensions), is_private=True, codes=errors.codes_of(content.get("errors")))
        if request.is_safe and _is_for_all(content, extensions, context):
            # It is what anybody is answered: who shows a token asks under another key of a cache.
            answer.seconds = self.limits.public_seconds
        return answer

    @staticmethod
    def _refused(shown: list[errors.Shown], meter: RequestMeter, request: Request) -> Answer:
        """An operation that wasn't run: over its budget, or for another reason."""
        extensions = {"cost": meter.shown(None)} if meter.has_priced and (meter.is_shown or meter.wait) else {}
        if meter.wait is None:
            return _before_it_began(shown, request, extensions)
        return Answer.of({"errors": shown, "extensions": extensions}, 429, {"Retry-After": str(meter.wait)})

    def _plan(self, asked: OperationRequest, context: Context) -> dict[str, Any]:
        """What the answer took: its levels and statements; of what use plans have been, and which way queries ran."""
        documents, backend = self.schema.documents, self.reader.backend
        return {
            "planned": context.planned,
            "levels": levels(self.schema, asked.text, asked.name, asked.variables, backend),
            "statements": [
                {"sql": run.sql, "rows": run.rows, "milliseconds": round(run.milliseconds, 3)}
                for run in context.reading.runs
            ],
            "kept": {"documents": documents.read.use(), "plans": documents.plans.use()},
            "ways": self.schema.ways.use(),
        }


def _before_it_began(
    shown: list[errors.Shown], request: Request, extensions: Mapping[str, Any] | None = None
) -> Answer:
    """An operation that could not begin has no data; only those who know GraphQL's own media type get a status."""
    body = _with(orjson.dumps({"errors": shown}), extensions)
    return Answer(body, 400 if request.wanted == GRAPHQL else 200, is_private=True, codes=errors.codes_of(shown))


def _with(body: bytes, extensions: Mapping[str, Any] | None) -> bytes:
    """An answer with what stands beside it."""
    return body[:-1] + b',"extensions":' + orjson.dumps(extensions) + b"}" if extensions else body


def _is_for_all(content: Mapping[str, Any], extensions: Mapping[str, Any], context: Context) -> bool:
    """Whether anybody would be answered the same: neither a viewer's nor a budget's state is in it."""
    anonymous = context.reading.viewer.kind is ViewerKind.ANONYMOUS
    return anonymous and content.keys() == {"data"} and not extensions and not context.tells_budget


def _later(away: Unavailable) -> Answer:
    """Nothing can be answered now."""
    return Answer.of({"errors": [errors.refusal(str(away), away.code)]}, 503, RETRY)


def _too_large(request: Request) -> Answer:
    """What was read is dropped; what a mutation changed stays."""
    message = str(TooLarge())
    if request.has_begun:
        message = f"What was to be changed is done. {message}"
    content = {"data": None, "errors": [errors.refusal(message, TooLarge.code)]}
    return Answer.of(content, 400 if request.wanted == GRAPHQL else 200)
