"""What programs find in texts of the API: the codes of refusals, and the kinds of events, each with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.described import DescribedEnum
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.query.level.rows import NO_KEY
from schema.declaring.declarations import batched, query, shown, structure
from schema.declaring.scalars import graphql_enum
from schema.declaring.types import NAMES

NAMES |= {each.__name__: graphql_enum(each) for each in (ErrorCode, EventKind)}


@structure
class ErrorCodeInfo:
    """A code that an operation, or a benefit on a bill, may be refused with."""

    code = shown("ErrorCode", "The code, as `UserError.code` tells it.", attribute="value")
    description = shown("str", "What it means.")


@structure
class EventKindInfo:
    """A kind of event."""

    kind = shown("EventKind", "The kind, as `Event.kind` tells it.", attribute="value")
    description = shown("str", "What it means.")


def _members(enum: type[DescribedEnum]) -> Any:
    async def load(_context: object, _keys: object, _args: object, _names: object) -> Mapping[int, Any]:
        return {NO_KEY: list(enum)}

    return load


@query
class VocabularyQueries:
    """What codes and kinds there are."""

    error_codes = batched("list[ErrorCodeInfo]", _members(ErrorCode), "Every code of a refusal, and what it means.")
    event_kinds = batched("list[EventKindInfo]", _members(EventKind), "Every kind of event, and what it means.")
