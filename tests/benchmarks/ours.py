"""The gateway's schema behind the least of a server: for measuring without the real one."""

from __future__ import annotations

import os

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from resolvers.database import make_reader
from resolvers.reading import Reading
from schema.execution.schema import Context
from schema.graph import build

schema = build()
reader = make_reader(os.environ["DATABASE_URL"])


async def answer(request: Request) -> Response:
    asked = orjson.loads(await request.body())
    context = Context(Reading(reader))
    result = await schema.execute(asked["query"], asked.get("variables"), context)
    content = {"data": result.data}
    if result.errors:
        content["errors"] = [error.formatted for error in result.errors]
    return Response(orjson.dumps(content), media_type="application/json")


app = Starlette(routes=[Route("/graphql", answer, methods=["POST"])])
