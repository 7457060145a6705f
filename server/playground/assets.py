"""The files that the page loads."""

import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from .bundle import DIST, HERE

ASSETS = "/graphql/assets"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


def routes(assets: str = ASSETS) -> list[BaseRoute]:
    """Give the routes of the page's files; they come before the endpoint's own."""
    return [Mount(assets, app=Assets(), name="playground-assets")]


class Assets(StaticFiles):
    """The bundle's files, whose names change with their contents, and the few that the CDN's page needs."""

    def __init__(self) -> None:
        super().__init__()
        self.bundled = DIST / "assets"
        self.all_directories = [self.bundled, HERE / "static"]

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer the file, compressed beforehand where the client takes that."""
        zipped = f"{path}.gz"
        takes_gzip = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        packed = takes_gzip and (self.bundled / zipped).is_file()
        response = await super().get_response(zipped if packed else path, scope)
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Say what the file is and how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        file = Path(full_path)
        forever = self.bundled in file.parents
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        response.headers["Content-Type"] = _MEDIA_TYPES[Path(file.name.removesuffix(".gz")).suffix]
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
