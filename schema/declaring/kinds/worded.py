"""What a refusal says to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.rules.error_codes import ErrorCode
from resolvers.storage.context import RequestContext
from resolvers.wording import told
from schema.declaring.base import Declaration
from schema.declaring.kinds.attribute import Attribute


def worded(description: str) -> Declaration:
    """Show the message of something that has a `code`, in the language of the request as far as there is one."""
    return Worded(annotation="str", description=description)


@dataclass(eq=False, kw_only=True)
class Worded(Attribute):
    """The message of a refusal, in the reader's language."""

    def of_object(self, value: Any, context: RequestContext, _args: Mapping[str, object]) -> object:
        """Its own words, or those of its code in another language."""
        return told(ErrorCode(value.code), value.message, context.locale)
