"""Settings: from the environment, from `.env` or from `crm360.toml` in the working folder, the first that has one.

`DATABASE_URL` goes by its usual name, all others begin with `CRM360_`; in the TOML file they stand without it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import AfterValidator, AliasChoices, Field, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

HOME = Path(__file__).resolve().parent.parent
"""The folder from which this program's packages are imported."""

EMBEDDED = (HOME / "data" if (HOME / "pyproject.toml").exists() else user_data_path("crm360")) / "crm360.sqlite"
"""The embedded database: in a checkout's own folder, and the user's once the program is installed."""

PREFIX = "CRM360_"
TOML = Path("crm360.toml")
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


class SettingsError(Exception):
    """A setting that can't be used; the message names it and says what to do."""


def database_address(url: str) -> str:
    """The address with the driver that the gateway uses, whichever of its usual names the database goes by."""
    kind, separator, rest = url.partition("://")
    driver = DRIVERS.get(kind)
    if driver is None or not separator:
        raise ValueError("must look like postgresql://user:password@host:5432/name or sqlite:///path/to/file.sqlite")
    if driver.startswith("sqlite") and (not rest.startswith("/") or rest == "/"):
        raise ValueError("must name a file, as in sqlite:///crm360.sqlite or sqlite:////absolute/path.sqlite")
    return f"{driver}://{rest}"


class Settings(BaseSettings):
    """What an operator may set, checked before anything starts."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", toml_file=TOML, extra="ignore", populate_by_name=True
    )

    database_url: Annotated[str, AfterValidator(database_address)] = Field(
        f"sqlite:///{EMBEDDED}",
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        validate_default=True,
        repr=False,
    )
    """Where the data is. Unset: an embedded SQLite file, `EMBEDDED`."""

    database_connections: PositiveInt | None = None
    """How many connections a process reads through; unset: what suits the database."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000

    open: bool = False
    """Whether others than this machine may reach the gateway."""

    open_access: bool = False
    """Whether a request without a token may do everything: for trying things out, never with real customers."""

    password_rounds: PositiveInt = 1
    password_memory: Annotated[int, Field(ge=8192)] = 47_104
    password_lanes: PositiveInt = 1
    """What hashing a password costs by Argon2id: rounds, KiB of memory, and lanes."""

    trusted_proxies: str = ""
    """Addresses or networks of proxies that say truly where a request comes from, separated by commas."""

    code_webhook: str | None = None
    """Where one-time codes are handed out to, for the retailer's own messaging to bring them to customers."""

    code_webhook_secret: Annotated[str | None, Field(repr=False)] = None
    """The key by which what is handed out is signed."""

    development: bool = False
    """Whether a request may ask for the statements behind its answer."""

    deadline: Annotated[float, Field(gt=0, le=600)] = 5.0
    """The seconds by which every request has its answer."""

    body_limit: Annotated[int, Field(ge=1024)] = 1_048_576
    """The most bytes of a request's body."""

    jobs_every: Annotated[int, Field(ge=0, le=1440)] = 10
    """After how many minutes what time brings about is written down again; 0 leaves that to `crm360 jobs`."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - there are none
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The nearest to the caller first."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.database_url.startswith("sqlite")

    @property
    def database_file(self) -> Path:
        """The embedded database's file."""
        return Path(self.database_url.partition("///")[2].partition("?")[0])

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the host."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def load(**given: object) -> Settings:
    """The settings, with those given on the command line; `SettingsError` when one can't be used."""
    try:
        loaded = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        unknown = list(_unknown())
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(part) for part in error.errors())) from None
    except ValueError as error:
        raise SettingsError(f"crm360.toml can't be read: {error}") from None
    if unknown:
        raise SettingsError("\n".join(unknown))
    return loaded


def _unknown() -> Iterator[str]:
    """What looks like a setting and is none: a mistyped name must not pass for a setting left out."""
    fields = Settings.model_fields.keys()
    known = {f"{PREFIX}{name.upper()}" for name in fields if name != "database_url"}
    for source, names in (("the environment", os.environ), (".env", dotenv_values(".env"))):
        given = {name.upper() for name in names}
        yield from _no_such({name for name in given if name.startswith(PREFIX)} - known, known, source)
    if TOML.is_file():
        yield from _no_such(tomllib.loads(TOML.read_text("utf-8")).keys() - fields, fields, TOML.name)


def _no_such(names: Iterable[str], known: Iterable[str], source: str) -> Iterator[str]:
    # What all names begin with makes none of them nearer.
    candidates = {name.removeprefix(PREFIX): name for name in ("DATABASE_URL", *known)}
    for name in sorted(names):
        near = get_close_matches(name.removeprefix(PREFIX), candidates, n=1)
        told = f"did you mean {candidates[near[0]]}?" if near else "`crm360 serve --help` names them."
        yield f"{name} in {source}: there is no such setting; {told}"


def _explain(part: object) -> str:
    assert isinstance(part, dict)
    name = str(part["loc"][0])
    shown = name if name == "DATABASE_URL" else f"{PREFIX}{name.upper()}"
    reason = str(part["msg"]).removeprefix("Value error, ")
    # An address may hold a password: its value is not repeated.
    value = "" if name == "DATABASE_URL" else f" (it is {part['input']!r})"
    return f"{shown}: {reason[0].lower()}{reason[1:]}{value}."
