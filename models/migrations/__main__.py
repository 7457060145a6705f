"""Drafts a migration: `python -m models.migrations "What it brings"`. Read it before you commit it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.script import ScriptDirectory

from models.migrations import configuration, upgrade


def draft(title: str) -> None:
    """Write the difference between the migrations and the models as the next revision."""
    with TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'draft.sqlite'}"
        upgrade(url)
        config = configuration(url)
        taken = (int(script.revision) for script in ScriptDirectory.from_config(config).walk_revisions())
        number = f"{max(taken, default=0) + 1:04}"
        command.revision(config, title, autogenerate=True, rev_id=number)
    made = next((Path(__file__).parent / "versions").glob(f"{number}_*.py"))
    text = re.sub(r"\n    # ###[^\n]*", "", made.read_text(encoding="utf-8"))
    made.write_text(text.replace("astext_type=Text()", "astext_type=sa.Text()"), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Say what the migration brings: python -m models.migrations "A note on vouchers"')
    draft(sys.argv[1])
