"""The reference on the web."""

from __future__ import annotations

from functools import cache
from pathlib import PurePath

from graphql import GraphQLSchema
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from .site import INDEX, Site

_MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def routes(schema: GraphQLSchema, path: str = "/reference", playground: str | None = None) -> list[BaseRoute]:
    """Give the routes of its pages; each is made when it is first asked for, and leads to others of its folder."""
    site = cache(lambda: Site(schema, playground))

    @cache
    def text(file: str) -> str | None:
        return site().text(file)

    def page(request: Request) -> Response:
        file = request.path_params.get("file", INDEX)
        if (found := text(file) if file in site().files else None) is None:
            raise HTTPException(404)
        return Response(found, headers=_HEADERS, media_type=_MEDIA_TYPES[PurePath(file).suffix])

    packed = [Middleware(GZipMiddleware)]
    return [
        Route(path, lambda _request: RedirectResponse(f"{path}/"), name="reference"),
        Route(f"{path}/", page, name="reference-index", middleware=packed),
        Route(f"{path}/{{file}}", page, name="reference-page", middleware=packed),
    ]
