"""The command line. Each command imports what it needs when it runs, so that asking for help is quick."""

from __future__ import annotations

from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from server import __version__
from server.cli_groups import Commands, Imports
from server.settings_help import SETTINGS


class Format(str, Enum):  # noqa: UP042 - typer shows a StrEnum the same way only from 3.12 on
    """What an export writes."""

    JSONL = "jsonl"
    CSV = "csv"


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="The database is DATABASE_URL; unset, a SQLite file of its own. Other settings: CRM360_…",
)


imports = typer.Typer(cls=Imports, no_args_is_help=True, help="Bring data in: the demo's, or a retailer's own files.")
app.add_typer(imports, name="import")
tokens = typer.Typer(no_args_is_help=True, help="Let programs in: make, list and revoke their tokens.")
app.add_typer(tokens, name="token")
recommendations = typer.Typer(no_args_is_help=True, help="Recommendations worked out from purchases.")
app.add_typer(recommendations, name="recommend")


MOST_DAYS = 36_500

Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.", show_default="8000")]
Open = Annotated[bool | None, typer.Option("--open", help="Let others than this machine in where access is open.")]
Households = Annotated[int | None, typer.Option(min=1, help="Import only so many households.", show_default="all")]
Shift = Annotated[
    bool, typer.Option("--shift/--no-shift", help="Move all dates by whole weeks, so that they end last week.")
]
Weeks = Annotated[int, typer.Option(min=0, help="How many weeks of promotions to import, 400,000 rows each.")]


def show_version(asked: bool) -> None:
    """Print the version and end."""
    if asked:
        typer.echo(f"crm360 {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A GraphQL gateway over a retailer's loyalty CRM, with the Customer at the root."""


@app.command(epilog=SETTINGS)
def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option(min=1, help="How many processes answer.")] = 1,
    open_: Open = None,
) -> None:
    """Serve the gateway from a migrated database."""
    from server import settings
    from server.commands import serve as running

    running.serve(settings.load(host=host, port=port, open=open_), workers)


@app.command()
def demo(host: Host = None, port: Port = None, open_: Open = None, households: Households = None) -> None:
    """Migrate, fill an empty database with The Complete Journey, and serve it with the playground."""
    from server import settings
    from server.commands import serve as running

    running.demo(settings.load(host=host, port=port, open=open_), households)


@app.command()
def migrate(
    revision: Annotated[str | None, typer.Option(help="Where to stop.", show_default="the newest")] = None,
    down: Annotated[bool, typer.Option("--down", help="Go back; what the dropped tables held is gone.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Go back without being asked.")] = False,
) -> None:
    """Bring the database's tables to the shape that this version needs."""
    from server import settings
    from server.commands import database

    typer.echo(database.migrate(settings.load(), revision, down=down, yes=yes))


@imports.command("journey")
def import_journey(shift: Shift = True, promotion_weeks: Weeks = 1, households: Households = None) -> None:
    """Fill a migrated and empty database with The Complete Journey, or go on where that was interrupted."""
    from server import settings
    from server.commands import transfer

    transfer.bring_journey(
        settings.load(),
        shift=shift,
        today=date.today(),
        promotion_weeks=promotion_weeks,
        households=households,
    )


@imports.command("files")
def import_files(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Folders, or files called after their resource: customers.csv, purchases.jsonl, …"),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try everything and write nothing.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Write the good rows even where some are bad.")] = False,
    locale: Annotated[
        str | None, typer.Option(help="How numbers and days are written, as in cs_CZ or en_US.", show_default="plainly")
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Where phone numbers are meant.", show_default="the programme's")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="In which amounts are.", show_default="the programme's")] = None,
    zone: Annotated[
        str | None, typer.Option(help="Of clocks, as in Europe/Prague.", show_default="the programme's")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The system whose ids are meant.", show_default="the only one there is")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of CSV files, as in windows-1250.", show_default="UTF-8, or UTF-16")
    ] = None,
    beside_demo: Annotated[
        bool, typer.Option("--beside-demo", help="Even into a database that holds the demo's data.")
    ] = False,
) -> None:
    """Bring in a retailer's own files, JSON Lines or CSV: all of their rows, or none."""
    from server import settings
    from server.commands import own_data, transfer

    said = own_data.declared(
        locale=locale, country=country, currency=currency, zone=zone, source=source, encoding=encoding
    )
    found = settings.load()
    if not beside_demo:
        own_data.keep_apart(found)
    if not transfer.bring_files(found, paths, said, dry_run=dry_run, skip_bad=skip_bad):
        raise typer.Exit(1)


@app.command()
def template(
    folder: Annotated[Path, typer.Argument(help="A new folder, or one with none of these files.")],
    locale: Annotated[str, typer.Option(help="How numbers and days are written there.")] = "en_US",
) -> None:
    """Write a starter folder: tables with a few rows to be replaced by a retailer's own, which `import` takes."""
    from server.commands import own_data

    typer.echo(own_data.write_template(folder, locale))


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Where the files go; those of the same name are replaced.")],
    kind: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.JSONL,
    resource: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
) -> None:
    """Write everything into files that `import files` takes back."""
    from server import settings
    from server.commands import transfer

    transfer.take_out(settings.load(), folder, kind.value, resource)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, which only you can read.")],
) -> None:
    """Write all that the database holds, as it is at one moment, while it serves."""
    from server import settings
    from server.commands import backup as backups

    typer.echo(backups.back_up(settings.load(), folder))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="A backup's folder.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Even where the database holds data, which is gone.")
    ] = False,
) -> None:
    """Make an empty database what a backup holds: each row, key and number as it was."""
    from server import settings
    from server.commands import backup as backups

    typer.echo(backups.restore(settings.load(), folder, replace=replace))


@app.command()
def jobs(
    names: Annotated[list[str] | None, typer.Argument(help="Which ones.", show_default="all")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Say what there is to do, and do nothing.")] = False,
) -> None:
    """Do now what a server does by itself every so often: expire, requalify, work out anew."""
    from server import settings
    from server.commands import jobs

    if list_:
        typer.echo(jobs.listed())
    elif not jobs.do(settings.load(), names or []):
        raise typer.Exit(1)


@tokens.command("create")
def create_token(
    name: Annotated[str | None, typer.Option(help="What people call it: a shop, a till or a back office.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="What it may do; may be repeated.")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=MOST_DAYS, help="Days after which it ends.", show_default="never")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(help="Its own budget of cost, as in 2000000/100000.", show_default="the usual one")
    ] = None,
    installation: Annotated[
        bool, typer.Option("--installation", help="Make one for an application, on which customers log in.")
    ] = False,
    application: Annotated[str | None, typer.Option(help="Code of that application.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of what it reads, as in cs.")] = None,
) -> None:
    """Make a token and print it, this once: by a name and scopes, or for an installation."""
    from server import settings
    from server.commands import token

    if installation == (name is not None):
        raise typer.BadParameter("Give either --name and --scope, or --installation.")
    if installation:
        token.create_installation(settings.load(), application, language)
    else:
        token.create_enterprise(settings.load(), name or "", scope or [], days, budget)


@tokens.command("list")
def list_tokens(all_: Annotated[bool, typer.Option("--all", help="Those that ended, too.")] = False) -> None:
    """List the tokens that are accepted: what they may do, and when they were last in use."""
    from server import settings
    from server.commands import token

    typer.echo(token.listed(settings.load(), all_=all_))


@tokens.command("budget")
def budget_token(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Its id, as listed.")],
    budget: Annotated[str, typer.Argument(help="Points and how many flow back in a second, 2000000/100000; or usual.")],
) -> None:
    """Give an enterprise token a budget of cost of its own, from its next request on."""
    from server import settings
    from server.commands import token

    token.set_budget(settings.load(), id_, budget)


@tokens.command("revoke")
def revoke_token(id_: Annotated[str, typer.Argument(metavar="ID", help="Its id, as listed.")]) -> None:
    """Stop accepting a token, from the next request on."""
    from server import settings
    from server.commands import token

    token.revoke(settings.load(), id_)


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Which parts.", show_default="all")] = None,
    mend: Annotated[bool, typer.Option("--mend", help="Put kept figures right that differ.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Say what there is to prove, and prove nothing.")] = False,
) -> None:
    """Prove the books: figures, balances, points, vouchers, bills, reservations, and the chain of the audit trail."""
    from server import settings
    from server.commands import check as books

    if list_:
        typer.echo(books.listed())
        return
    holds, told = books.prove(settings.load(), names or [], mend=mend)
    typer.echo(told, err=not holds)
    if not holds:
        raise typer.Exit(1)


@app.command()
def usage(
    below: Annotated[str | None, typer.Argument(help="Only of a type or a field, as in Query.customers.")] = None,
    days: Annotated[int, typer.Option(min=0, max=MOST_DAYS, help="Since how many days ago.")] = 90,
    deprecated: Annotated[bool, typer.Option("--deprecated", help="Only what is deprecated, used or not.")] = False,
    unused: Annotated[bool, typer.Option("--unused", help="What was not used.")] = False,
) -> None:
    """Tell what of the schema is used, how often and when last, as CRM360_USAGE has it counted."""
    from server import settings
    from server.commands import usage as using

    typer.echo(using.usage(settings.load(), days, below, deprecated=deprecated, unused=unused))


@recommendations.command("all")
def recommend_all(
    per_group: Annotated[
        int | None,
        typer.Option(min=1, help="How many products of a group a list has at most.", show_default="as before"),
    ] = None,
) -> None:
    """Work out now what is recommended to each customer, and say what it took."""
    from server import settings
    from server.commands import recommend

    recommend.work_out(settings.load(), per_group)


@recommendations.command()
def evaluate(
    write: Annotated[
        Path | None, typer.Option(help="Put the figures and their chart into the docs of this folder.")
    ] = None,
    validation: Annotated[
        bool,
        typer.Option("--validation", help="Hold out the bills before the last ones, by which settings are chosen."),
    ] = False,
) -> None:
    """Compare on The Complete Journey with popularity and with personal frequency, on bills held out."""
    from server.commands import recommend

    recommend.evaluate(write, validation=validation, today=date.today())


@app.command()
def schema(
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of printing.")] = None,
    reference: Annotated[Path | None, typer.Option(help="Write the reference's page into this folder.")] = None,
) -> None:
    """Print the schema as GraphQL's definition language, or write its reference."""
    from server.commands import schema as definitions

    definitions.show(output, reference)


@app.command()
def playground() -> None:
    """Bundle the playground with npm, so that its page needs no other host."""
    from server import playground

    if not playground.build():
        raise typer.Exit(1)
    typer.echo("The playground is bundled.")


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A document; - reads it from the standard input.", allow_dash=True)],
    operation: Annotated[str | None, typer.Option(help="Which operation, where there are several.")] = None,
    variables: Annotated[str, typer.Option(help="Variables as JSON.")] = "{}",
    code: Annotated[bool, typer.Option("--code", help="Run it, and show all of its way, as Markdown.")] = False,
) -> None:
    """Show the levels and statements by which a query would be answered, without running it."""
    from schema.declaring.build import build
    from server import settings
    from server.commands import explain as explaining
    from server.commands.explain_code import explain_code

    text = explaining.read(file)
    url = settings.load().database_url
    if code:
        typer.echo(explain_code(build(), text, operation, variables, url))
    else:
        typer.echo(explaining.explain(text, operation, variables, url))


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
