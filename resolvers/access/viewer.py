"""The viewer, as they may know themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.scope import ViewerKind
from resolvers.customer.me import load_me
from resolvers.query.level.rows import NO_KEY
from resolvers.storage.context import RequestContext, RowRef


@dataclass(frozen=True, slots=True)
class ViewerShown:
    """What the graph shows of a viewer."""

    kind: ViewerKind
    scopes: list[str]
    token: RowRef | None
    customer: RowRef | None


async def load_viewer(context: RequestContext, keys: Any, args: Any, names: Any) -> Mapping[int, ViewerShown]:
    """Who asks."""
    viewer = context.viewer
    customer = (await load_me(context, keys, args, names))[NO_KEY]
    token = None if viewer.token_id is None else RowRef("Token", viewer.token_id)
    return {NO_KEY: ViewerShown(viewer.kind, sorted(viewer.scopes), token, customer)}
