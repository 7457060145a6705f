"""How commands are found and run, and what of an error is told."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException


class Commands(TyperGroup):
    """Tells what a user can mend in one line; of an internal error where it was raised, and not what it says."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, typer.Exit, typer.Abort, TyperException):
            # What is wrong with a command is told by its library; and whoever reads the output may have enough of it.
            raise
        except Exception as error:
            from server.cli_errors import explain

            typer.secho(explain(error), err=True, fg="red")
            raise typer.Exit(1) from None


class Imports(TyperGroup):
    """`import FOLDER` is short for `import files FOLDER`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; those that name no command are files and their options."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["files", *args]
        return super().parse_args(ctx, args)
