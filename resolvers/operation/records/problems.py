"""What is wrong with an input, gathered so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import QueryableAttribute

from resolvers.errors import Refused, UserError
from resolvers.operation.structs import camel


@dataclass(slots=True)
class Problems:
    """What is wrong with an input, all of it, under a path into it."""

    path: str = ""
    found: list[UserError] = field(default_factory=list)

    def below(self, path: str) -> Problems:
        """The same list under a further path."""
        return replace(self, path=f"{self.path}{path}.")

    def at(self, name: str | QueryableAttribute[object]) -> str:
        """The path of a field; a field that is called like its column is named by that."""
        return f"{self.path}{camel(name if isinstance(name, str) else name.key)}"

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Go on after a refusal, to find what else is wrong."""
        try:
            yield
        except Refused as refused:
            self.found += refused.errors

    def check(self) -> None:
        """Refuse, if anything is wrong."""
        if self.found:
            raise Refused.because_of(self.found)
