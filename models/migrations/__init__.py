"""Moving a database's tables to the shape that the models describe, and back.

The address is SQLAlchemy's, with an asynchronous driver: `sqlite+aiosqlite:///crm360.sqlite` or
`postgresql+asyncpg://user:password@host/name`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has none
    fcntl = None  # type: ignore[assignment]

LOCK_TIMEOUT = 2.0
"""The seconds that a migration waits for others who use a table. All who come after it wait as long."""

PAUSE = 3.0
"""The seconds in which it leaves the table to those others, before it tries again."""

TRIES = 100


def configuration(url: str) -> Config:
    """Alembic's settings for one database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables up to a revision. Must not be called from a running event loop."""
    with _alone(url):
        command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take the tables back to a revision; what the dropped tables held is gone."""
    with _alone(url):
        command.downgrade(configuration(url), revision)


@contextmanager
def _alone(url: str) -> Iterator[None]:
    """One process at a time moves the tables of a SQLite file; PostgreSQL has a lock of its own for that."""
    path = url.partition("///")[2].partition("?")[0] if url.startswith("sqlite") else ""
    if fcntl is None or path in ("", ":memory:"):
        yield
        return
    with Path(f"{path}.migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def revisions() -> list[str]:
    """All revisions, the first one first."""
    scripts = ScriptDirectory.from_config(configuration("")).walk_revisions()
    return [script.revision for script in scripts][::-1]


def newest() -> str | None:
    """The revision that the models correspond to."""
    return ScriptDirectory.from_config(configuration("")).get_current_head()


def oldest_served(revision: str) -> str:
    """The oldest revision whose servers can go on where the tables are at another one.

    A migration that only adds what those before it need not know says so: `additive = True`.
    """
    script = ScriptDirectory.from_config(configuration("")).get_revision(revision)
    while getattr(script.module, "additive", False) and isinstance(script.down_revision, str):
        script = ScriptDirectory.from_config(configuration("")).get_revision(script.down_revision)
    return str(script.revision)
