"""What a user can mend, told in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from difflib import get_close_matches

import asyncpg
from sqlalchemy.exc import DBAPIError

from models.postgres import CantConnect
from resolvers.demo import JourneyError
from resolvers.errors import CrmError
from resolvers.storage.patience.outage import reason
from resolvers.traces import where_raised
from server.settings import SettingsError

INTERRUPTED = 130
"""The exit code of what was stopped by Ctrl-C."""


class Obstacle(Exception):
    """Something that keeps a command from going on; the message says what to do."""


def none_such(told: str, name: str, names: Iterable[str]) -> Obstacle:
    """That there is nothing of a name, with the one that may be meant, and all that there are."""
    known = list(names)
    near = get_close_matches(name, known, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return Obstacle(f"{told} {name}. {meant}There are: {', '.join(known)}.")


def explain(error: Exception) -> str:
    """The line that says what happened and what to do; of what only a developer can mend, where it happened.

    What the database says of a value repeats it, and it may be personal: that is not told.
    """
    if isinstance(error, Obstacle | SettingsError | JourneyError | CrmError):
        return str(error)
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    origin = cause.__cause__ or cause
    if isinstance(origin, asyncpg.DataError | asyncpg.IntegrityConstraintViolationError):
        return _internal(error)
    refused = asyncpg.PostgresError | sqlite3.OperationalError | ConnectionError | TimeoutError
    # Of a file that is no database SQLite says nothing more particular than this.
    if isinstance(cause, CantConnect) or isinstance(origin, refused) or type(origin) is sqlite3.DatabaseError:
        return f"The database refuses: {reason(error)}. Check DATABASE_URL, and that the database runs."
    if isinstance(origin, UnicodeDecodeError):
        return "What was given to read isn't text in UTF-8."
    if isinstance(origin, OSError):
        return _of_system(origin)
    return _internal(error)


def _internal(error: Exception) -> str:
    return f"An internal error, at fault is crm360 itself:\n{where_raised(error)}"


def _of_system(error: OSError) -> str:
    """What the system says, of which file."""
    said = error.strerror or (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return f"{said}." if error.filename is None else f"{error.filename}: {said}."
