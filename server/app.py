"""The application: every address that the gateway answers, and what it holds open while it runs."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from resolvers.database import make_reader
from resolvers.engine import make_engine
from resolvers.jobs import Scheduler
from schema.execution.schema import PlannedSchema
from schema.graph import build
from server import playground, reference
from server.http import Endpoint, Limits
from server.readiness import Readiness
from server.settings import Settings, load
from server.welcome import Welcome

GRAPHQL = "/graphql"
REFERENCE = "/reference"
GARBAGE = (20_000, 10, 10)
"""When the garbage is looked through: an answer makes a thousand objects, of which hardly any go round in circles."""


def create_app(settings: Settings, schema: PlannedSchema | None = None) -> Starlette:
    """Wire the gateway up for one process."""
    schema = schema or build()
    reader = make_reader(settings.database_url, settings.database_connections)
    engine = make_engine(settings.database_url)
    readiness = Readiness(reader)
    welcome = Welcome(schema, reader, settings.database_url, endpoint=GRAPHQL, reference=REFERENCE)
    limits = Limits(settings.deadline, settings.body_limit)
    endpoint = Endpoint(schema, reader, engine, limits, welcome.page, development=settings.development)
    scheduler = Scheduler(engine, timedelta(minutes=settings.jobs_every)) if settings.jobs_every else None

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        # The schema stays: without this, now and then a request would wait while all of it is looked through.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        gc.enable()
        if scheduler is not None:
            scheduler.start()
        yield
        if scheduler is not None:
            await scheduler.stop()
        await endpoint.close()
        await reader.close()
        await engine.dispose()

    async def ready(_request: Request) -> Response:
        obstacle = await readiness.obstacle()
        return JSONResponse({"ready": obstacle is None, "obstacle": obstacle}, 200 if obstacle is None else 503)

    routes = [
        Route(GRAPHQL, endpoint, name="graphql"),
        *playground.routes(),
        *reference.routes(schema._schema, REFERENCE),
        Route("/health", _health, name="health"),
        Route("/ready", ready, name="ready"),
        Route("/", lambda _request: RedirectResponse(GRAPHQL), name="home"),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _health(_request: Request) -> Response:
    """The process is alive, whatever the database does."""
    return JSONResponse({"alive": True})


def from_environment() -> Starlette:
    """The application as each worker process makes it."""
    # Nearly all that a start makes stays; collecting garbage meanwhile only makes it slower.
    gc.disable()
    settings = load()
    logging.getLogger("crm360").setLevel(settings.log_level.upper())
    return create_app(settings)
