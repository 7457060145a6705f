"""Who asks."""

from __future__ import annotations

from models.scope import ViewerKind
from resolvers.access.viewer import load_viewer
from resolvers.customer.me import load_me
from schema.declaring.declarations import batched, query, shown, structure
from schema.declaring.scalars import graphql_enum
from schema.declaring.types import NAMES

NAMES["ViewerKind"] = graphql_enum(ViewerKind)


@structure
class Viewer:
    """On whose behalf a request is made, as its token tells."""

    kind = shown("ViewerKind", "What the viewer is.")
    scopes = shown("list[str]", "The scopes that the viewer's token holds, such as customers:read.")
    token = shown("Token | None", "The token; null where none is shown, or it is the identity provider's.")
    customer = shown("Customer | None", "The customer who is logged in; null without a log-in.")


@query
class ViewerQueries:
    """What the viewer may know of themselves."""

    me = batched("Customer | None", load_me, "The customer who is logged in; null without a log-in.")
    viewer = batched("Viewer", load_viewer, "Who asks, and what they may do.")
