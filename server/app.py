"""The application: every address that the gateway answers, and what it holds open while it runs."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from resolvers.budget.budgets import Budgets
from resolvers.jobs import Scheduler
from resolvers.storage.engine import CONNECTIONS, make_engine
from resolvers.storage.reader import Reader, make_reader
from resolvers.storage.replicas.reading import Replicas, make_replicas
from schema.declaring.build import build
from schema.execution.run.planned_schema import PlannedSchema
from server import playground, reference
from server.access import AccessServices, terms_of
from server.http.edge import EdgeMiddleware, Origins
from server.http.endpoint import Endpoint, Limits
from server.http.hosts import Hosts
from server.http.readiness import LEAVING, Readiness
from server.metering import Metering
from server.persisted import PersistedDocuments, read_manifests
from server.settings import Settings, load
from server.telemetry.telemetry import Telemetry
from server.welcome import Welcome
from server.workers.answering import leaving

GRAPHQL = "/graphql"
ENDPOINT = frozenset({GRAPHQL, f"{GRAPHQL}/"})
REFERENCE = "/reference"
TO_STOP, LAST_MOMENT = 2.0, 3.0
"""The seconds, after the last request, that all has to come to its end; and after which the process is over anyway."""

log = logging.getLogger("crm360")
GARBAGE = (20_000, 10, 10)
"""When the garbage is looked through: an answer makes a thousand objects, of which hardly any go round in circles."""


def create_app(
    settings: Settings,
    schema: PlannedSchema | None = None,
    tokens: Mapping[str, str] | None = None,
    *,
    exits: bool = False,
) -> Gateway:
    """Wire the gateway up for one process, which `exits` soon after; its playground offers `tokens` to who opens it."""
    schema = schema or build()
    reader = make_reader(settings.database_url, settings.database_connections, settings.deadline + 1)
    engine = make_engine(settings.database_url)
    replicas = _replicas(settings, engine)
    welcome = Welcome(
        schema,
        reader,
        settings.database_url,
        endpoint=GRAPHQL,
        reference=f"{REFERENCE}/",
        is_open=settings.open_access,
        development=settings.development,
        tokens=tokens or {},
    )
    persisted = PersistedDocuments(schema.documents, read_manifests(settings.manifests), only=settings.trusted_only)
    access = AccessServices(settings, reader, engine)
    budgets = Budgets(engine)
    telemetry = Telemetry(settings, schema, reader, engine, replicas)
    endpoint = Endpoint(
        schema,
        reader,
        engine,
        _limits(settings),
        welcome.page,
        access.authentication,
        persisted,
        metering=Metering(budgets, terms_of(settings), show=settings.show_cost),
        replicas=replicas,
        development=settings.development,
        observer=telemetry.observer,
    )
    telemetry.admission = endpoint.admission
    services = [each for each in (access, budgets, replicas, telemetry) if each is not None]
    return Gateway(
        endpoint,
        access,
        Hosts(settings.hosts, addresses=settings.open),
        Origins(settings.origins, local=settings.lets_local_pages),
        routes=_routes(settings, endpoint, Readiness(reader, engine), welcome),
        lifespan=_lifespan(persisted, endpoint, reader, engine, _scheduler(settings, engine), services, exits),
    )


def _scheduler(settings: Settings, engine: AsyncEngine) -> Scheduler | None:
    if not settings.jobs_every:
        return None
    return Scheduler(engine, timedelta(minutes=settings.jobs_every), retention=settings.retention)


def _routes(settings: Settings, endpoint: Endpoint, readiness: Readiness, welcome: Welcome) -> list[BaseRoute]:
    told: list[BaseRoute] = []
    if settings.public_schema:
        told = [
            Route(f"{GRAPHQL}/examples/{{name}}", welcome.example, name="example"),
            *reference.routes(endpoint.schema._schema, REFERENCE, playground=GRAPHQL),
        ]
    return [
        Route(GRAPHQL, endpoint, name="graphql"),
        *playground.routes(),
        *told,
        Route("/health", _health, name="health"),
        Route("/ready", _ready(readiness), name="ready"),
        Route("/", lambda _request: RedirectResponse(GRAPHQL), name="home"),
    ]


def _replicas(settings: Settings, engine: AsyncEngine) -> Replicas | None:
    connections = settings.database_connections or CONNECTIONS
    return make_replicas(settings.database_url, settings.replicas, engine, connections, settings.deadline + 1)


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.deadline, settings.body_limit, settings.public_seconds, settings.public_schema, settings.answer_limit
    )


def _ready(readiness: Readiness) -> Callable[[Request], Awaitable[Response]]:
    """Whether requests can be answered now, and what stands in the way."""

    async def ready(_request: Request) -> Response:
        obstacle = LEAVING if leaving.is_set() else await readiness.obstacle()
        return JSONResponse({"ready": obstacle is None, "obstacle": obstacle}, 200 if obstacle is None else 503)

    return ready


class Service(Protocol):
    """What works beside the requests, from the gateway's start to its end."""

    def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """Come to an end."""


def _lifespan(
    persisted: PersistedDocuments,
    endpoint: Endpoint,
    reader: Reader,
    engine: AsyncEngine,
    scheduler: Scheduler | None,
    services: Sequence[Service],
    exits: bool,
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """What is started before the first request, and stopped after the last one: jobs first, the database last."""

    async def stop() -> None:
        if scheduler is not None:
            await scheduler.stop()
        await endpoint.close()
        for service in services:
            await service.stop()
        await reader.close()
        await engine.dispose()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        persisted.prepare()
        _keep_for_good()
        if scheduler is not None:
            scheduler.start()
        for service in services:
            service.start()
        yield
        if exits:
            _exit_after(LAST_MOMENT)
        stopping = asyncio.ensure_future(stop())
        await asyncio.wait({stopping}, timeout=TO_STOP)
        if stopping.done():
            stopping.result()
        else:
            stopping.cancel()
            log.error("Stopped without waiting any longer for the database. What was not committed is undone.")

    return lifespan


def _exit_after(seconds: float) -> None:
    """Some things can't be stopped, such as a thread that waits for a file."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()


def _keep_for_good() -> None:
    """The schema stays: without this, now and then a request would wait while all of it is looked through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    gc.enable()


class Gateway(Starlette):
    """The application. Operations go straight to their endpoint: what lies before it costs as much as a small query."""

    def __init__(
        self, endpoint: Endpoint, access: AccessServices, hosts: Hosts, origins: Origins, **options: Any
    ) -> None:
        super().__init__(**options)
        # The address with a slash behind is the endpoint's too; none is sent on to a name that the client chose.
        self.router.redirect_slashes = False
        self.access = access
        self.endpoint = endpoint
        self.edge = EdgeMiddleware(self._answer, hosts, origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or an event in the server's life."""
        if scope["type"] == "http":
            await self.edge(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _answer(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["path"] in ENDPOINT:
            return self.endpoint(scope, receive, send)
        return super().__call__(scope, receive, send)


async def _health(_request: Request) -> Response:
    """The process is alive, whatever the database does."""
    return JSONResponse({"alive": True})


def from_environment(tokens: Mapping[str, str] | None = None) -> Gateway:
    """The application as each worker process makes it."""
    # Nearly all that a start makes stays; collecting garbage meanwhile only makes it slower.
    gc.disable()
    settings = load()
    logging.getLogger("crm360").setLevel(settings.log_level.upper())
    return create_app(settings, tokens=tokens, exits=True)
