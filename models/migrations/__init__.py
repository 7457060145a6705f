"""Moving a database's tables to the shape that the models describe, and back.

The address is SQLAlchemy's, with an asynchronous driver: `sqlite+aiosqlite:///crm360.sqlite` or
`postgresql+asyncpg://user:password@host/name`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def configuration(url: str) -> Config:
    """Alembic's settings for one database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables up to a revision. Must not be called from a running event loop."""
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take the tables back to a revision; what the dropped tables held is gone."""
    command.downgrade(configuration(url), revision)


def revisions() -> list[str]:
    """All revisions, the first one first."""
    scripts = ScriptDirectory.from_config(configuration("")).walk_revisions()
    return [script.revision for script in scripts][::-1]


def newest() -> str | None:
    """The revision that the models correspond to."""
    return ScriptDirectory.from_config(configuration("")).get_current_head()
