"""Serving: from a socket that could be bound to processes that answer on it."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import typer
import uvicorn

from models import migrations
from resolvers.demo import NotableCustomer, is_imported, notable_customers
from resolvers.ids import opaque_id
from server import playground
from server.cli_errors import INTERRUPTED, Obstacle
from server.commands import database, token
from server.http import readiness
from server.http.request_ids import NamesRequest
from server.http.uvicorn_protocol import ClientConnection
from server.persisted import read_manifests
from server.redaction import Redacting
from server.settings import HOME, Settings
from server.telemetry.exposition import showing_metrics
from server.telemetry.json_lines import JsonLines
from server.workers.answering import Answering
from server.workers.supervisor import Supervisor
from server.workers.terminal import leave_when_closed

if TYPE_CHECKING:
    from server.app import Gateway

LONGEST_FAREWELL = 6
"""The seconds in which requests are still answered when the gateway is to stop; it is over within ten."""

APPLICATION = "server.app:from_environment"


def serve(settings: Settings, workers: int = 1) -> None:
    """Serve until told to stop."""
    # Better told here than by each process that begins.
    read_manifests(settings.manifests)
    with listen(settings) as listening:
        database.require(settings)
        if settings.public_schema and sys.stderr.isatty():
            # Who tries it from a checkout needn't know of npm; the page comes from a CDN until it is bundled.
            threading.Thread(target=playground.build, daemon=True).start()
        _run(settings, listening, workers, lambda: None)


def demo(settings: Settings, households: int | None = None) -> None:
    """Serve the demo's data, which is brought in the first time."""
    gc.disable()
    # Whoever tries the demo may do everything, without a token; its workers are told so, too.
    os.environ["CRM360_OPEN_ACCESS"] = "true"
    settings = settings.model_copy(update={"open_access": True})
    if settings.is_local:
        # The playground shows how each answer was found.
        os.environ.setdefault("CRM360_DEVELOPMENT", "true")
    with listen(settings) as listening:
        _prepare_demo(settings, households)
        customers = asyncio.run(notable_customers(settings.database_url))
        made = token.for_demo(settings, customers[0].id if customers else None)
        _run(settings, listening, 1, lambda: _introduce(customers, made), lambda: _with_tokens(made))


def _with_tokens(made: token.DemoAccess) -> Gateway:
    """The application of a demo, whose playground offers its tokens."""
    from server.app import from_environment

    return from_environment(made.tokens)


def _prepare_demo(settings: Settings, households: int | None) -> None:
    database.prepare_folder(settings)
    with ThreadPoolExecutor(1) as beside:
        # npm works while the data comes in.
        bundled = beside.submit(playground.build)
        obstacle, _ = asyncio.run(readiness.obstacle(settings))
        if obstacle in (readiness.NOT_MIGRATED, readiness.OLD):
            migrations.upgrade(settings.database_url)
        if not asyncio.run(is_imported(settings.database_url)):
            typer.echo("Filling the database with The Complete Journey; this happens once.")
            _bring_journey(settings, households)
        bundled.result()


def _bring_journey(settings: Settings, households: int | None) -> None:
    """Import in a process of its own, which takes with it the memory that only the import needs."""
    # These very packages, whatever lies in the working folder.
    command = [sys.executable, "-P", "-m", "server.cli", "import", "journey"]
    command += [f"--households={households}"] if households else []
    path = os.pathsep.join(filter(None, (str(HOME), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "DATABASE_URL": settings.database_url, "PYTHONPATH": path}
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603
        try:
            failed = process.wait()
        except KeyboardInterrupt:
            # It was interrupted too, and says what is kept.
            process.wait()
            raise typer.Exit(INTERRUPTED) from None
    if failed:
        raise Obstacle("The import was not finished. Start again, and it goes on where it stopped.")


def listen(settings: Settings) -> socket.socket:
    """A socket on the address. Where access is open, others than this machine reach it only if settings say so."""
    if settings.open_access and not settings.is_local and not settings.open:
        raise Obstacle(
            f"{settings.host} may be reached by others, and access is open: anyone could read and change every "
            "customer without a token. Serve at 127.0.0.1, set CRM360_OPEN_ACCESS=false, or say --open if you mean it."
        )
    try:
        return _bound(settings.host, settings.port)
    except OSError as error:
        raise Obstacle(
            f"Can't listen on {settings.host}, port {settings.port}: {error.strerror or error}. "
            "Stop what listens there, or choose another with --port or CRM360_PORT."
        ) from None


def _bound(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        # Two servers may bind one address side by side until one of them listens.
        made.listen(2048)
        made.set_inheritable(True)
    except OSError:
        made.close()
        raise
    return made


def _run(
    settings: Settings,
    listening: socket.socket,
    workers: int,
    introduce: Callable[[], None],
    application: str | Callable[[], Gateway] = APPLICATION,
) -> None:
    config = uvicorn.Config(
        application,
        factory=True,
        workers=workers,
        # uvloop where it is installed; Windows has none.
        loop="auto",
        http=ClientConnection,
        ws="none",
        lifespan="on",
        log_config=_logging(settings),
        # A line for each request would hold what it asks for.
        access_log=False,
        server_header=False,
        # Guesses at passwords are counted by where they come from, which only a proxy that is known may say.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=min(math.ceil(settings.deadline) + 1, LONGEST_FAREWELL),
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{listening.getsockname()[1]}"

    def announce() -> None:
        typer.echo(f"The playground: {address}/graphql\nThe reference:  {address}/reference")
        introduce()

    try:
        with showing_metrics(settings):
            if workers == 1:
                server = Answering(config, announce, settings.drain)
                leave_when_closed(server)
                server.run(sockets=[listening])
            elif not Supervisor(config, [listening], announce, settings.drain).run():
                raise Obstacle("No worker could be started; the lines above say why.")
    except KeyboardInterrupt:
        typer.echo("Stopped.")


def _introduce(customers: Sequence[NotableCustomer], made: token.DemoAccess) -> None:
    if customers:
        typer.echo("\nCustomers worth looking at:")
    for customer in customers:
        typer.echo(f"  {opaque_id('Customer', customer.id):<20} {customer.name:<24} {customer.why}")
    typer.echo(
        "\nAccess is open here; `crm360 serve` takes tokens, and so does this one. The playground has them, too."
    )
    typer.echo(f"A shop's or a back office's, with all scopes:\n  {made.enterprise}")
    typer.echo(f"An installation's, on which customers log in:\n  {made.installation}")
    if made.email:
        typer.echo(f"  as {made.email} with the password {made.password}")
        typer.echo(f"An installation's, on which that customer is logged in:\n  {made.customer}")


def _logging(settings: Settings) -> dict[str, Any]:
    level = settings.log_level.upper()
    # What the server says of its own life is of interest only to those who look for something.
    quiet = "DEBUG" if settings.log_level == "debug" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": Redacting, "format": "%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s"},
            "json": {"()": JsonLines},
        },
        "filters": {"request": {"()": NamesRequest}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": settings.log_format, "filters": ["request"]}
        },
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            **{name: {"level": quiet} for name in ("uvicorn", "alembic", "httpx", "httpcore")},
            # They tell what statements are given.
            **{name: {"level": "WARNING"} for name in ("aiosqlite", "sqlalchemy", "asyncpg")},
        },
    }
