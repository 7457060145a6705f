"""Who asks."""

from __future__ import annotations

from models.scope import ViewerKind
from resolvers.access.viewer import load_viewer
from resolvers.budget.rate_limit import load_rate_limit
from resolvers.customer.me import load_me
from schema.declaring.declarations import Argument, batched, query, shown, structure
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


@structure
class RateLimit:
    """What a document costs, and how the budget stands that it is charged to, in points."""

    cost = shown("int", "What the document costs at most. What it turns out to cost less is given back.")
    document_limit = shown("int | None", "What one document may cost at most; null where that isn't limited.")
    limit = shown("int | None", "What the budget holds when full; null where there is none.")
    remaining = shown("int | None", "What is left of it with this document taken off; null where there is none.")
    used = shown("int", "What is taken of it.")
    refill_per_second = shown("int | None", "How many points flow back in a second; null where there is no budget.")
    reset_at = shown("DateTime | None", "When it is full again, if nothing more is asked; null where there is none.")


DRY_RUN = Argument(
    "dry_run",
    "bool",
    "Whether to say only what the document would cost: nothing else of it is run, as if it were skipped.",
    False,
)


@query
class ViewerQueries:
    """What the viewer may know of themselves."""

    me = batched("Customer | None", load_me, "The customer who is logged in; null without a log-in.")
    viewer = batched("Viewer", load_viewer, "Who asks, and what they may do.")
    rate_limit = batched(
        "RateLimit | None",
        load_rate_limit,
        "What this document costs, and what is left of the viewer's budget; null where costs aren't kept.",
        arguments=[DRY_RUN],
        reads=False,
    )
