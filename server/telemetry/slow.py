"""The log of slow operations: which document, how long, what it took, and its plan.

Neither the document nor the variables are told, since both may hold personal data; the hash finds the document again
where it is known, as in a manifest.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from hashlib import sha256
from typing import Any

from resolvers.errors import CrmError
from schema.execution.run.planned_schema import OperationRequest, PlannedSchema
from server.cli_errors import Obstacle
from server.commands.explain import levels
from server.telemetry.observer import Seen

logger = logging.getLogger("crm360.slow")

AGAIN = 10.0
"""After how many seconds a document that was told of is told of again."""
MOST = 1000


def document_hash(text: str) -> str:
    """By what a document is told of."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


class SlowOperations:
    """Tells of operations that took so many seconds or more."""

    def __init__(self, schema: PlannedSchema, backend: str, seconds: float) -> None:
        self.schema = schema
        self.backend = backend
        self.seconds = seconds
        self._told: OrderedDict[str, float] = OrderedDict()

    def note(self, seen: Seen) -> None:
        """Tell of a request, if it was slow, and its document not told of just now."""
        running = seen.request.running
        if seen.seconds < self.seconds or running is None:
            return
        digest = document_hash(running.text)
        now = time.monotonic()
        if now < self._told.get(digest, 0.0):
            return
        self._told[digest] = now + AGAIN
        self._told.move_to_end(digest)
        if len(self._told) > MOST:
            self._told.popitem(last=False)
        self._tell(seen, running, digest)

    def _tell(self, seen: Seen, running: OperationRequest, digest: str) -> None:
        reads, context = seen.reads, seen.request.context
        fields: dict[str, Any] = {
            "document": digest,
            "operation": seen.name or None,
            "type": seen.type,
            "milliseconds": round(seen.seconds * 1000, 1),
            "planned": context is not None and context.planned,
            "statements": seen.statements,
            "failed": seen.failed,
            "reading": round(sum(run.milliseconds for run in reads), 1),
            "rows": sum(run.rows for run in reads),
            "cost": seen.cost,
            "codes": list(seen.codes),
            "plan": self._plan(running),
        }
        told = " ".join(f"{name}={value}" for name, value in fields.items() if name != "plan")
        logger.warning("Slow: %s\n%s", told, "\n".join(fields["plan"]), extra={"fields": fields})

    def _plan(self, running: OperationRequest) -> list[str]:
        """The levels of a query that has a plan."""
        name = running.operation.node.name
        try:
            return levels(
                self.schema, running.text, name.value if name else None, running.variables or {}, self.backend
            )
        except (CrmError, Obstacle):
            # What it asks for can't be asked, which its answer says.
            return []
