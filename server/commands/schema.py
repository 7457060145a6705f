"""The schema in files: its definition, which is kept under version control, and its reference."""

from __future__ import annotations

from pathlib import Path

import typer

from schema.declaring.build import build
from schema.execution.run.planned_schema import PlannedSchema
from server import reference


def definition(schema: PlannedSchema) -> str:
    """The schema in GraphQL's definition language."""
    return f"{schema.as_str().strip()}\n"


def show(output: Path | None, folder: Path | None) -> None:
    """Print the definition, or write what was asked for."""
    schema = build()
    if output is not None:
        output.write_text(definition(schema), encoding="utf-8")
    if folder is not None:
        typer.echo(f"The reference is {reference.Site(schema._schema).write(folder)}.")
    if output is None and folder is None:
        typer.echo(definition(schema), nl=False)
