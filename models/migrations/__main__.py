"""Drafts a migration: `python -m models.migrations "What it brings"`. Read it before you commit it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.operations import ops
from alembic.script import ScriptDirectory
from sqlalchemy import Enum
from sqlalchemy.sql.elements import conv

from models.migrations import configuration, upgrade


def draft(title: str) -> None:
    """Write the difference between the migrations and the models as the next revision."""
    with TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'draft.sqlite'}"
        upgrade(url)
        config = configuration(url)
        taken = (int(script.revision) for script in ScriptDirectory.from_config(config).walk_revisions())
        number = f"{max(taken, default=0) + 1:04}"
        made = command.revision(
            config, title, autogenerate=True, rev_id=number, process_revision_directives=for_both_databases
        )
    if not made:
        sys.exit("The migrations make what the models describe: there is nothing to draft.")
    file = next((Path(__file__).parent / "versions").glob(f"{number}_*.py"))
    file.write_text(_tidied(file.read_text(encoding="utf-8")), encoding="utf-8")


def for_both_databases(context: Any, _revision: object, directives: list[ops.MigrationScript]) -> None:
    """Make the draft work on SQLite, which can add and drop plain columns, but makes a table anew for anything else.

    A table that is made anew loses its triggers, and can't be while a constraint names a column that is dropped.
    """
    [script] = directives
    changes = script.upgrade_ops, script.downgrade_ops
    if script.upgrade_ops is None or script.upgrade_ops.is_empty():
        directives.clear()
        return
    tables = [table for part in changes if part is not None for table in _tables(part)]
    for table in tables:
        table.ops = list(_checks_before_columns(table.ops))
    context.opts["render_as_batch"] = not all(map(_is_plain, (change for table in tables for change in table.ops)))


def _tables(part: ops.OpContainer) -> Iterator[ops.ModifyTableOps]:
    return (change for change in part.ops if isinstance(change, ops.ModifyTableOps))


def _checks_before_columns(changes: Iterable[ops.MigrateOperation]) -> Iterator[ops.MigrateOperation]:
    for change in changes:
        if isinstance(change, ops.DropColumnOp) and (name := _check_of(change.to_column().type)):
            table = change.table_name
            yield ops.DropConstraintOp(conv(f"ck_{table}_{name}"), table, type_="check")
        yield change


def _check_of(kind: object) -> str | None:
    """The constraint that an enum's column brings along."""
    return kind.name if isinstance(kind, Enum) and kind.create_constraint else None


def _is_plain(change: ops.MigrateOperation) -> bool:
    if isinstance(change, ops.AddColumnOp):
        return _check_of(change.column.type) is None
    return isinstance(change, ops.DropColumnOp) and _check_of(change.to_column().type) is None


def _tidied(text: str) -> str:
    """Alembic's own comments and empty lines are left out."""
    text = re.sub(r"\n    # ###[^\n]*", "", text).replace("astext_type=Text()", "astext_type=sa.Text()")
    if "models.types." not in text:
        text = text.replace("import models.types\n", "")
    return re.sub(r"\n{4,}", "\n\n\n", text).rstrip() + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Say what the migration brings: python -m models.migrations "Parking places of stores"')
    draft(sys.argv[1])
