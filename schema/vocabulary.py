"""What programs find in texts of the API: codes of refusals and errors, and kinds of events, with their meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.described import DescribedEnum
from models.error_advice import ADVICE
from models.event_kinds import EventKind
from models.rules.error_codes import ErrorCode
from resolvers.query.level.rows import NO_KEY
from resolvers.request_codes import ADVICE as REQUEST_ADVICE
from resolvers.request_codes import RequestCode
from schema.declaring.declarations import batched, query, shown, structure
from schema.declaring.operations.refusals import mutations_of
from schema.declaring.scalars import graphql_enum
from schema.declaring.types import NAMES

NAMES |= {each.__name__: graphql_enum(each) for each in (ErrorCode, EventKind, RequestCode)}


@structure
class ErrorCodeInfo:
    """A code that an operation, or a benefit on a bill, may be refused with."""

    code = shown("ErrorCode", "The code, as `UserError.code` tells it.")
    description = shown("str", "What it means.")
    advice = shown("str", "What to do about it.")
    mutations = shown(
        "list[str]", "The mutations that may be refused with it; `every` stands for all that take such an input."
    )


@structure
class RequestErrorCodeInfo:
    """A code that a request, or a field of it, may not be answered with."""

    code = shown("RequestCode", "The code, as `errors[].extensions.code` tells it.")
    description = shown("str", "What it means.")
    advice = shown("str", "What to do about it.")


@structure
class EventKindInfo:
    """A kind of event."""

    kind = shown("EventKind", "The kind, as `Event.kind` tells it.", attribute="value")
    description = shown("str", "What it means.")


@dataclass(frozen=True, slots=True)
class Known:
    """A code with what is said of it."""

    code: DescribedEnum
    description: str
    advice: str
    mutations: Sequence[str] = ()


def error_codes() -> list[Known]:
    """The codes of refusals in their order."""
    return [Known(each, each.description, ADVICE[each], mutations_of(each)) for each in ErrorCode]


def _all(values: Iterable[object]) -> Any:
    async def load(_context: object, _keys: object, _args: object, _names: object) -> Mapping[int, Any]:
        return {NO_KEY: list(values)}

    return load


@query
class VocabularyQueries:
    """What codes and kinds there are."""

    error_codes = batched("list[ErrorCodeInfo]", _all(error_codes()), "Every code of a refusal, and what it means.")
    request_error_codes = batched(
        "list[RequestErrorCodeInfo]",
        _all([Known(each, each.description, REQUEST_ADVICE[each]) for each in RequestCode]),
        "Every code of an error in `errors`, and what it means.",
    )
    event_kinds = batched("list[EventKindInfo]", _all(EventKind), "Every kind of event, and what it means.")
