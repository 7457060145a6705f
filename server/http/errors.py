"""Errors as clients see them, and as the log does.

A caller's own mistake is told with its code. Whatever else went wrong is masked: the answer says an id, and the log
says under the same id where it happened, without any message or value, since these may hold personal data.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from resolvers.errors import CrmError
from resolvers.request_codes import RequestCode
from resolvers.storage.patience.outage import unavailable
from resolvers.traces import where_raised

LONGEST_MESSAGE = 2_000

VALUES = (
    (re.compile(r"[,;.] found: .*", re.DOTALL | re.IGNORECASE), "."),
    (re.compile(r"(cannot represent [\w -]*value): .*", re.DOTALL), r"\1."),
    (re.compile(r"(has invalid value.*?): Value '.*' (does not exist in)", re.DOTALL), r"\1: The value \2"),
    (re.compile(r"(found (?:String|BlockString|Int|Float)) .*", re.DOTALL), r"\1."),
)
"""Where graphql-core repeats what was given, and what is said instead: that may be personal, and clients log errors."""

logger = logging.getLogger("crm360")

Shown = dict[str, Any]
"""An error in an answer."""


def refusal(message: str, code: str) -> Shown:
    """An error that concerns the request as a whole."""
    if len(message) > LONGEST_MESSAGE:
        # It repeats what the caller sent, which may be as long as a body.
        message = f"{message[:LONGEST_MESSAGE]}…"
    return {"message": message, "extensions": {"code": code}}


def codes_of(errors: Sequence[Shown] | None) -> Sequence[str]:
    """The codes of an answer's errors, each once."""
    return () if not errors else tuple({error["extensions"]["code"]: None for error in errors})


def shown(errors: Sequence[GraphQLError], *, invalid: bool = False) -> list[Shown]:
    """Errors as the answer tells them; `invalid` when they come from the document itself."""
    return [_shown(error, invalid=invalid) for error in errors]


def _shown(error: GraphQLError, *, invalid: bool) -> Shown:
    cause = _cause(error)
    if cause is not None:
        cause = unavailable(cause) or cause
    if isinstance(cause, CrmError):
        made = refusal(str(cause), cause.code)
    elif cause is not None:
        made = masked(cause)
    elif isinstance(error, GraphQLSyntaxError):
        made = refusal(_without_values(error.message), RequestCode.GRAPHQL_PARSE_FAILED)
    else:
        usual = RequestCode.GRAPHQL_VALIDATION_FAILED if invalid else RequestCode.BAD_INPUT
        made = refusal(_without_values(error.message), (error.extensions or {}).get("code", usual))
    if error.locations:
        made["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        made["path"] = list(error.path)
    return made


def _without_values(message: str) -> str:
    for repeated, instead in VALUES:
        message = repeated.sub(instead, message)
    return message


def _cause(error: GraphQLError) -> Exception | None:
    """What a resolver raised, or an answer's conversion; none for what graphql-core found wrong with the request."""
    cause: Exception | None = error.original_error
    while isinstance(cause, GraphQLError):
        if cause.original_error is None:
            # Without a path it is about a variable, and with a place about an argument: it holds what the client
            # sent. Of an answer's value there is neither.
            return None if error.path is None or cause.nodes else cause
        cause = cause.original_error
    return cause


def masked(error: BaseException) -> Shown:
    """The answer to an unexpected error, which is logged once."""
    error_id = token_hex(8)
    logger.error("Internal error %s\n%s", error_id, where_raised(error))
    made = refusal("Internal error", RequestCode.INTERNAL)
    made["extensions"]["id"] = error_id
    return made
