"""The reference on the web."""

from functools import cache

from graphql import GraphQLSchema
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from .page import headers, render


def routes(schema: GraphQLSchema, path: str = "/reference") -> list[BaseRoute]:
    """Give the page's route; it is rendered when it is first asked for."""
    rendered = cache(lambda: render(schema))

    def reference(_request: Request) -> Response:
        return HTMLResponse(rendered(), headers=dict(headers()))

    return [Route(path, reference, name="reference", middleware=[Middleware(GZipMiddleware)])]
