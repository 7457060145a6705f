"""Who is let in: tokens, log-in, passwords and one-time codes."""

from resolvers.access.confirming import confirm, send_confirmation
from resolvers.access.login import log_in, log_out, reset_password, send_code, set_password
from resolvers.access.tokens import create, create_enterprise, revoke, rotate, update

__all__ = [
    "confirm",
    "create",
    "create_enterprise",
    "log_in",
    "log_out",
    "reset_password",
    "revoke",
    "rotate",
    "send_code",
    "send_confirmation",
    "set_password",
    "update",
]
