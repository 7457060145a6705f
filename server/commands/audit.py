"""The audit trail from the command line."""

from __future__ import annotations

from resolvers.audit.sealing import verify_audit
from server.commands.token import run
from server.settings import Settings


def verify(settings: Settings) -> tuple[bool, str]:
    """Whether all seals of the audit trail hold, and what there is to say of it."""
    found = run(settings, verify_audit)
    if found.broken is not None:
        return False, f"Seal {found.broken} of the audit trail doesn't hold: entries before it were changed or removed."
    return True, (
        f"{found.seals} seals over {found.entries} entries hold, {found.unsealed} entries are not sealed yet.\n"
        f"The newest digest: {found.digest}"
    )
