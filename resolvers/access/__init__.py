"""Who is let in: tokens, log-in, passwords and one-time codes."""

from resolvers.access.login import log_in, log_out, reset_password, send_code, set_password
from resolvers.access.tokens import create, create_enterprise, revoke, rotate, update

__all__ = [
    "create",
    "create_enterprise",
    "log_in",
    "log_out",
    "reset_password",
    "revoke",
    "rotate",
    "send_code",
    "set_password",
    "update",
]
