"""Settings: from the environment, from `.env` or from `crm360.toml` in the working folder, the first that has one.

`DATABASE_URL` and `DATABASE_REPLICA_URLS` go by their usual names, all others begin with `CRM360_`; in the TOML file
they stand without it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    AliasChoices,
    Field,
    PositiveInt,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from models.postgres import SCHEME, Address
from models.rules.budget import Allowance
from server.public_names import LOCAL, host_names, listed, page_origins

HOME = Path(__file__).resolve().parent.parent
"""The folder from which this program's packages are imported."""

EMBEDDED = (HOME / "data" if (HOME / "pyproject.toml").exists() else user_data_path("crm360")) / "crm360.sqlite"
"""The embedded database: in a checkout's own folder, and the user's once the program is installed."""

PREFIX = "CRM360_"
UNPREFIXED = ("DATABASE_URL", "DATABASE_REPLICA_URLS")
"""The settings that go by the names that they have elsewhere."""

TOML = Path("crm360.toml")
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
ENCODED = "In a password the characters / : @ # ? are written as %2F %3A %40 %23 %3F"


FEWEST_DAYS = 31
"""Idempotency keys are kept for 30 days, and what was done under them is found by its events."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


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
    if driver.startswith("sqlite") and "?" in rest:
        raise ValueError("names a file and nothing more: leave out what follows the question mark")
    if driver.startswith("postgresql"):
        _check_hosts(rest)
    return f"{driver}://{rest}"


def replica_addresses(urls: str) -> str:
    """Addresses of replicas, with the driver that the gateway uses."""
    addresses = [database_address(url) for url in urls.split()]
    if not all(address.startswith(SCHEME) for address in addresses):
        raise ValueError("must name servers of PostgreSQL that follow the one of DATABASE_URL")
    return " ".join(addresses)


def _check_hosts(address: str) -> None:
    """An address may name several hosts, each with its port."""
    try:
        for host in urlsplit(f"//{address}").netloc.rpartition("@")[2].split(","):
            urlsplit(f"//{host}").port  # noqa: B018 - a port is read when it is asked for
    except ValueError:
        # What was wrong may be a piece of the password.
        raise ValueError(f"can't be read as an address of hosts and ports. {ENCODED}") from None
    Address.of(f"{SCHEME}{address}")


def provider_address(url: str | None) -> str | None:
    """An identity provider's address: over TLS, unless it is on this machine."""
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must begin with https://, but for a provider on this machine")
    return url


def budget(text: str) -> str:
    """A budget as it is written."""
    Allowance.of(text)
    return text


def days_kept(days: int) -> int:
    """For how long something is kept that what may be retried hangs on."""
    if days and days < FEWEST_DAYS:
        raise ValueError(f"must be {FEWEST_DAYS} at least, for as long as changes may be retried; or 0, for good")
    return days


Cost = Annotated[int, Field(ge=0)]
Budget = Annotated[str, AfterValidator(budget)]


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

    database_replica_urls: Annotated[str, AfterValidator(replica_addresses)] = Field(
        "",
        validation_alias=AliasChoices("DATABASE_REPLICA_URLS", "database_replica_urls"),
        repr=False,
    )
    """Replicas of the database from which what changes nothing is read, separated by spaces; all gateways name the
    same ones."""

    database_connections: PositiveInt | None = None
    """How many connections a process reads through; unset: what suits the database."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000

    open: bool = False
    """Whether others than this machine may reach the gateway."""

    open_access: bool = False
    """Whether a request without a token may do everything: for trying things out, never with real customers."""

    allowed_hosts: Annotated[str, AfterValidator(host_names)] = ""
    """The names that requests may come under, separated by commas; `*.example.com` stands for all below one and `*` for
    any. Unset: what this machine calls itself, and what the gateway listens on."""

    cors_origins: Annotated[str, AfterValidator(page_origins)] = ""
    """The pages that may use the gateway from another origin, such as https://shop.example.com, separated by commas;
    `*` lets any. Unset: those of this machine, where only this machine reaches the gateway or it is in development."""

    public_schema: bool = True
    """Whether the playground, the reference and introspection tell everybody of the schema."""

    trusted_documents: str = ""
    """Files of manifests, separated by commas, as Apollo's, Relay's or graphql-codegen's tools write them."""

    trusted_only: bool = False
    """Whether nothing but the documents of the manifests is run."""

    public_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    """For how many seconds caches may keep what a GET without a token is answered; 0 forbids it."""

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

    oidc_issuer: Annotated[str | None, AfterValidator(provider_address)] = None
    """The retailer's own identity provider, as its tokens name it: OpenID Connect's discovery is looked for below."""

    oidc_audience: str | None = Field(None, validate_default=True)
    """Whom the provider's tokens must be for."""

    oidc_claim: str = "sub"
    """The claim of a token that names the customer."""

    oidc_customer_by: Literal["external_id", "email", "phone", "card_number"] = "external_id"
    """What of a customer the claim holds."""

    oidc_source: str | None = Field(None, validate_default=True)
    """For an external id: code of the customer source that it belongs to."""

    oidc_clock_skew: Annotated[int, Field(ge=0, le=300)] = 30
    """By how many seconds the provider's clock may differ."""

    development: bool = False
    """Whether a request may ask for the statements behind its answer."""

    deadline: Annotated[float, Field(gt=0, le=600)] = 5.0
    """The seconds by which every request has its answer."""

    drain: Annotated[float, Field(ge=0, le=300)] = 0
    """The seconds in which a gateway that was told to stop answers on, but isn't ready, so that others are asked."""

    body_limit: Annotated[int, Field(ge=1024)] = 1_048_576
    """The most bytes of a request's body."""

    answer_limit: Annotated[int, Field(ge=65_536)] = 8_388_608
    """The most bytes of an answer."""

    enterprise_cost: Cost = 300_000
    customer_cost: Cost = 20_000
    anonymous_cost: Cost = 10_000
    """The points that one document may cost: of a shop, a till or a back office, of a customer, and of who is neither;
    0 doesn't limit them."""

    enterprise_budget: Budget = "2000000/100000"
    customer_budget: Budget = "100000/5000"
    anonymous_budget: Budget = "100000/5000"
    """The points that each of them may spend at once, and how many flow back in a second; 0 keeps no budget. Who has
    neither a token with scopes nor logged in shares one with all who come from the same address."""

    show_cost: bool = False
    """Whether every answer tells its cost, and not only to who asks for it."""

    jobs_every: Annotated[int, Field(ge=0, le=1440)] = 10
    """After how many minutes what time brings about is written down again; 0 leaves that to `crm360 jobs`."""

    events_days: Annotated[int, AfterValidator(days_kept)] = 400
    audit_days: Annotated[int, AfterValidator(days_kept)] = 0
    """For how many days events and entries of the audit trail are kept; 0 keeps them for good."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    log_format: Literal["line", "json"] = "line"
    """How the log is written: for people, or for programs that collect it."""

    metrics_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """On which port of its own Prometheus finds `/metrics`; unset: nowhere."""

    metrics_host: str = "127.0.0.1"
    """Who may reach that port: unset, this machine alone."""

    metrics_folder: str | None = None
    """Where the workers leave their figures for the process that shows them; unset: a temporary folder."""

    called_traces: Annotated[int, Field(ge=0)] = 10
    """How many requests a second a process traces because their callers say so; the others stand as if nobody had."""

    slow: Annotated[int, Field(ge=0)] = 0
    """From how many milliseconds on an operation is told of in the log, with its plan; 0 tells of none."""

    usage: bool = False
    """Whether it is counted what of the schema is used, for `crm360 usage` to tell."""

    @model_validator(mode="after")
    def _replicas_of_a_server(self) -> Self:
        """A file has none; and a token that was looked up without a pooler couldn't be seen to through one."""
        if self.is_embedded and self.replicas:
            raise ValueError("DATABASE_REPLICA_URLS: only PostgreSQL has replicas, and DATABASE_URL names a file")
        if any(Address.of(url).pooled for url in self.replicas) and not Address.of(self.database_url).pooled:
            raise ValueError("DATABASE_REPLICA_URLS: a replica is reached by a pooler only where DATABASE_URL is, too")
        return self

    @field_validator("oidc_audience", "oidc_source")
    @classmethod
    def _with_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        """A provider's tokens are for somebody, and external ids belong to a source."""
        needed = info.field_name == "oidc_audience" or info.data.get("oidc_customer_by") == "external_id"
        if info.data.get("oidc_issuer") and needed and not value:
            raise ValueError("must be set where CRM360_OIDC_ISSUER is")
        return value

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
    def replicas(self) -> tuple[str, ...]:
        """The addresses of replicas."""
        return tuple(self.database_replica_urls.split())

    @property
    def retention(self) -> dict[str, timedelta]:
        """For how long is kept what would grow for ever."""
        days = {"events": self.events_days, "audit": self.audit_days}
        return {name: timedelta(days=number) for name, number in days.items() if number}

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that requests may come under."""
        return listed(self.allowed_hosts) or (*LOCAL, self.host)

    @property
    def origins(self) -> tuple[str, ...]:
        """The pages that may use the gateway from another origin."""
        return listed(self.cors_origins)

    @property
    def lets_local_pages(self) -> bool:
        """Whether pages of this machine may use the gateway, on any port."""
        return not self.origins and (self.is_local or self.development)

    @property
    def manifests(self) -> tuple[Path, ...]:
        """The files of trusted documents."""
        return tuple(Path(name) for name in listed(self.trusted_documents))

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
    except (ValueError, OSError) as error:
        where = TOML.name if isinstance(error, tomllib.TOMLDecodeError) else f".env or {TOML.name}"
        raise SettingsError(f"{where} can't be read: {error}") from None
    if unknown:
        raise SettingsError("\n".join(unknown))
    return loaded


def _unknown() -> Iterator[str]:
    """What looks like a setting and is none: a mistyped name must not pass for a setting left out."""
    fields = Settings.model_fields.keys()
    known = {f"{PREFIX}{name.upper()}" for name in fields if name.upper() not in UNPREFIXED}
    for source, names in (("the environment", os.environ), (".env", dotenv_values(".env"))):
        given = {name.upper() for name in names}
        yield from _no_such({name for name in given if name.startswith(PREFIX)} - known, known, source)
    if TOML.is_file():
        yield from _no_such(tomllib.loads(TOML.read_text("utf-8")).keys() - fields, fields, TOML.name)


def _no_such(names: Iterable[str], known: Iterable[str], source: str) -> Iterator[str]:
    # What all names begin with makes none of them nearer.
    candidates = {name.removeprefix(PREFIX): name for name in (*UNPREFIXED, *known)}
    for name in sorted(names):
        near = get_close_matches(name.removeprefix(PREFIX), candidates, n=1)
        told = f"did you mean {candidates[near[0]]}?" if near else "`crm360 serve --help` names them."
        yield f"{name} in {source}: there is no such setting; {told}"


def _explain(part: object) -> str:
    assert isinstance(part, dict)
    reason = str(part["msg"]).removeprefix("Value error, ")
    if not part["loc"]:
        return f"{reason}."
    name = str(part["loc"][0]).upper()
    shown = name if name in UNPREFIXED else f"{PREFIX}{name}"
    # An address may hold a password: its value is not repeated.
    value = "" if name in UNPREFIXED else f" (it is {part['input']!r})"
    return f"{shown}: {reason[0].lower()}{reason[1:]}{value}."
