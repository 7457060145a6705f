"""What of the schema is used, from the command line: evidence for taking out what is deprecated."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from models.base import utc_now
from resolvers.storage.engine import make_engine
from resolvers.storage.writing.usage import Used, used_since
from schema.declaring.build import build
from server.cli_errors import Obstacle
from server.commands import database
from server.settings import Settings


def usage(settings: Settings, days: int, coordinate: str | None, *, deprecated: bool, unused: bool) -> str:
    """A line for each coordinate: how often it was used, when last, and what it is called."""
    database.require(settings)
    since = utc_now().date() - timedelta(days=days)
    found = {each.coordinate: each for each in asyncio.run(_used(settings, since))}
    known = dict(all_coordinates(build()._schema))
    names = [*known, *(name for name in found if name not in known)]
    if coordinate is not None:
        names = [name for name in names if name == coordinate or name.startswith((f"{coordinate}.", f"{coordinate}("))]
        if not names:
            raise Obstacle(f"The schema has no {coordinate}.")
    if deprecated:
        names = [name for name in names if known.get(name)]
    shown = [name for name in names if (name not in found) == unused or (deprecated and not unused)]
    return "\n".join(_line(name, found.get(name), known.get(name)) for name in sorted(shown)) or "Nothing."


async def _used(settings: Settings, since: date) -> list[Used]:
    engine = make_engine(settings.database_url)
    try:
        return await used_since(engine, since)
    finally:
        await engine.dispose()


def _line(name: str, used: Used | None, reason: str | None) -> str:
    uses, last = ("0", "-") if used is None else (str(used.uses), used.last_day.isoformat())
    return f"{uses:>12}  {last:<10}  {name}" + (f"  (deprecated: {reason})" if reason else "")


def all_coordinates(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Every coordinate of a schema, with why it is deprecated."""
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field.deprecation_reason
                for argument, each in field.args.items():
                    yield f"{kind.name}.{name}({argument}:)", each.deprecation_reason
        elif isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", each.deprecation_reason) for name, each in kind.fields.items())
        elif isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", each.deprecation_reason) for name, each in kind.values.items())
