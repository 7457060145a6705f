"""Which way queries run, counted; and what is told of a plan that failed."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from hashlib import sha256

from graphql import GraphQLError

from resolvers.errors import CrmError
from resolvers.traces import where_raised
from schema.execution.plan.bindings import NotPlannable

logger = logging.getLogger("crm360")

FORESEEN = (NotPlannable, CrmError, GraphQLError)
"""What a plan hands over to the ordinary way without a word: data and arguments that make errors in the answer."""


@dataclass(slots=True)
class Ways:
    """How many queries have run which way since the process began."""

    planned: int = 0
    """Answered by their plans."""
    without_plan: int = 0
    """What can't be planned, such as @defer."""
    handed_over: int = 0
    """Had a plan, and met what the ordinary way is to report: a bad argument, a missing row that was promised."""
    failed: int = 0
    """Had a plan that failed unexpectedly; each is logged."""
    unavailable: int = 0
    """Not answered: the database was away."""

    def use(self) -> dict[str, int]:
        """The counts by their names."""
        return asdict(self)

    def leave_plan(self, text: str, error: Exception) -> None:
        """Count a query that its plan didn't answer; an unexpected failure is logged under the document's hash.

        Neither the document nor what the error says is logged: both may hold personal data.
        """
        if isinstance(error, FORESEEN):
            self.handed_over += 1
            return
        self.failed += 1
        digest = sha256(text.encode(errors="surrogatepass")).hexdigest()
        logger.warning(
            "The plan of the document with SHA-256 %s failed; it is answered the ordinary way.\n%s",
            digest,
            where_raised(error),
        )
