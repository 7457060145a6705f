"""The playground: GraphiQL beside the endpoint, with tabs that are ready to run.

`build()` bundles it, `page()` gives the page for a browser, `routes()` serves the files that it loads.
"""

from .assets import ASSETS, routes
from .bundle import build
from .page import TABS, PlaygroundPage, documents, page

__all__ = ["ASSETS", "TABS", "PlaygroundPage", "build", "documents", "page", "routes"]
