from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from alembic.operations import ops

import models
from models.migrations.__main__ import for_both_databases
from models.types import choice


def drafted(*columns: sa.Column[Any]) -> tuple[list[str], bool | None]:
    """What a draft that adds columns to the stores takes back, and whether SQLite makes the table anew for it."""
    added = [ops.AddColumnOp("store", column) for column in columns]
    up = ops.UpgradeOps([ops.ModifyTableOps("store", added)] if added else [])
    scripts = [ops.MigrationScript("0001", up, up.reverse())]
    context = SimpleNamespace(opts={})
    for_both_databases(context, None, scripts)
    back = [change for script in scripts for table in script.downgrade_ops.ops for change in table.ops]
    return [f"{type(change).__name__} {_name(change)}" for change in back], context.opts.get("render_as_batch")


def _name(change: Any) -> str:
    return change.constraint_name if isinstance(change, ops.DropConstraintOp) else change.column_name


def test_plain_columns_are_added_and_dropped_where_they_are() -> None:
    taken_back, anew = drafted(sa.Column("floors", sa.Integer()), sa.Column("opened", sa.Date()))

    assert taken_back == ["DropColumnOp opened", "DropColumnOp floors"]
    assert anew is False


def test_the_check_of_an_enum_is_dropped_before_its_column() -> None:
    mode = choice(models.State, "A mode.", called="mode").column
    mode.name = "mode"

    taken_back, anew = drafted(mode)

    assert taken_back == ["DropConstraintOp ck_store_mode", "DropColumnOp mode"]
    assert anew is True


def test_nothing_is_drafted_where_the_models_say_nothing_new() -> None:
    assert drafted() == ([], None)
