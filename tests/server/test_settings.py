from pathlib import Path

import pytest

from server.settings import EMBEDDED, SettingsError, load


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but those of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_without_settings_an_embedded_database_answers_this_machine_only() -> None:
    settings = load()

    assert settings.database_file == EMBEDDED
    assert (settings.host, settings.port, settings.open, settings.development) == ("127.0.0.1", 8000, False, False)
    assert settings.deadline == 5


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgresql://eva:s%40crm@db:5433/crm?x=y", "postgresql+asyncpg://eva:s%40crm@db:5433/crm?x=y"),
        ("postgres://db/crm", "postgresql+asyncpg://db/crm"),
        ("postgresql://a:5432,b/crm", "postgresql+asyncpg://a:5432,b/crm"),
        ("postgresql:///crm?host=/tmp", "postgresql+asyncpg:///crm?host=/tmp"),
        ("postgresql+asyncpg://db/crm", "postgresql+asyncpg://db/crm"),
        ("sqlite:///crm.sqlite", "sqlite+aiosqlite:///crm.sqlite"),
        ("sqlite:////var/crm.sqlite", "sqlite+aiosqlite:////var/crm.sqlite"),
        ("sqlite+aiosqlite:////var/crm.sqlite", "sqlite+aiosqlite:////var/crm.sqlite"),
    ],
)
def test_a_database_goes_by_its_usual_addresses(monkeypatch: pytest.MonkeyPatch, given: str, expected: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)

    assert load().database_url == expected


def test_what_is_nearest_to_the_caller_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crm360.toml").write_text('port = 1\nhost = "::1"\ndeadline = 1.5\nlog_level = "debug"\n')
    (tmp_path / ".env").write_text("CRM360_PORT=2\nCRM360_HOST=localhost\nCRM360_DEADLINE=2.5\nSOMETHING_ELSE=x\n")
    monkeypatch.setenv("CRM360_PORT", "3")
    monkeypatch.setenv("CRM360_HOST", "127.0.0.2")

    settings = load(port=4, host=None)

    assert (settings.port, settings.host, settings.deadline, settings.log_level) == (4, "127.0.0.2", 2.5, "debug")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("CRM360_PORT", "99999", "CRM360_PORT: input should be less than or equal to 65535 (it is '99999')."),
        ("CRM360_DEADLINE", "0", "CRM360_DEADLINE: input should be greater than 0 (it is '0')."),
        (
            "CRM360_LOG_LEVEL",
            "loud",
            "CRM360_LOG_LEVEL: input should be 'debug', 'info', 'warning' or 'error' (it is 'loud').",
        ),
        (
            "DATABASE_URL",
            "mysql://root:secret@db/crm",
            "DATABASE_URL: must look like postgresql://user:password@host:5432/name or sqlite:///path/to/file.sqlite.",
        ),
        (
            "DATABASE_URL",
            "postgresql://eva:sec/ret@db/crm",
            "DATABASE_URL: can't be read as an address of hosts and ports. "
            "In a password the characters / : @ # ? are written as %2F %3A %40 %23 %3F.",
        ),
        (
            "DATABASE_URL",
            "postgresql://[db/crm",
            "DATABASE_URL: can't be read as an address of hosts and ports. "
            "In a password the characters / : @ # ? are written as %2F %3A %40 %23 %3F.",
        ),
        (
            "DATABASE_URL",
            "postgresql://db/crm?pooler=any",
            "DATABASE_URL: `pooler` must be one of none, transaction.",
        ),
        (
            "DATABASE_URL",
            "sqlite://",
            "DATABASE_URL: must name a file, as in sqlite:///crm360.sqlite or sqlite:////absolute/path.sqlite.",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as raised:
        load()

    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("CRM360_PROT", "CRM360_PROT in the environment: there is no such setting; did you mean CRM360_PORT?"),
        (
            "crm360_deadlne",
            "CRM360_DEADLNE in the environment: there is no such setting; did you mean CRM360_DEADLINE?",
        ),
        (
            "CRM360_QQQ",
            "CRM360_QQQ in the environment: there is no such setting; `crm360 serve --help` names them.",
        ),
    ],
)
def test_a_mistyped_setting_is_told_with_the_near_one(monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    monkeypatch.setenv(name, "1")

    with pytest.raises(SettingsError) as raised:
        load()

    assert str(raised.value) == message


def test_mistyped_settings_in_files_are_told_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "crm360.toml").write_text("prot = 1\nport = 2\n")
    (tmp_path / ".env").write_text("CRM360_HOTS=localhost\nSOMETHING_ELSE=x\n")

    with pytest.raises(SettingsError) as raised:
        load()

    assert str(raised.value) == (
        "CRM360_HOTS in .env: there is no such setting; did you mean CRM360_HOST?\n"
        "prot in crm360.toml: there is no such setting; did you mean port?"
    )


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "crm360.toml").write_text("port = = 1")

    with pytest.raises(SettingsError, match=r"crm360\.toml can't be read: "):
        load()


def test_a_password_is_not_shown_with_the_settings() -> None:
    settings = load(database_url="postgresql://eva:canary@db/crm")

    assert "canary" not in repr(settings)
    assert "canary" not in str(settings)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("crm.example", False),
    ],
)
def test_only_loopback_is_local(host: str, expected: bool) -> None:
    assert load(host=host).is_local is expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allowed_hosts", "https://shop.example"),
        ("allowed_hosts", "shop.example:443"),
        ("allowed_hosts", "shop.*"),
        ("cors_origins", "shop.example"),
        ("cors_origins", "https://shop.example/"),
        ("cors_origins", "https://shop.example, ftp://x"),
    ],
)
def test_names_and_pages_that_are_none_are_told(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"CRM360_{name.upper()}"):
        load(**{name: value})


def test_without_settings_only_what_this_machine_calls_itself_is_answered() -> None:
    local, everywhere = load(), load(host="0.0.0.0")

    assert local.hosts == ("localhost", "*.localhost", "127.0.0.1", "::1", "127.0.0.1")
    assert (local.lets_local_pages, everywhere.lets_local_pages) == (True, False)
    assert load(allowed_hosts="a.example, b.example").hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"oidc_issuer": "http://login.example.com"},
            "CRM360_OIDC_ISSUER: must begin with https://, but for a provider on this machine "
            "(it is 'http://login.example.com').",
        ),
        (
            {"oidc_issuer": "https://login.example.com", "oidc_source": "shop"},
            "CRM360_OIDC_AUDIENCE: must be set where CRM360_OIDC_ISSUER is (it is None).",
        ),
        (
            {"oidc_issuer": "https://login.example.com", "oidc_audience": "crm"},
            "CRM360_OIDC_SOURCE: must be set where CRM360_OIDC_ISSUER is (it is None).",
        ),
    ],
)
def test_an_identity_provider_is_named_in_full(given: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(**given)

    assert str(raised.value) == message


def test_replicas_are_listed_beside_the_database_and_only_a_server_has_them() -> None:
    servers = load(
        database_url="postgresql://u:p@a/crm", database_replica_urls="postgres://u:p@b/crm  postgresql://c/crm"
    )

    assert servers.replicas == ("postgresql+asyncpg://u:p@b/crm", "postgresql+asyncpg://c/crm")
    with pytest.raises(SettingsError) as of_a_file:
        load(database_url="sqlite:///crm.sqlite", database_replica_urls="postgresql://u:secret@b/crm")
    with pytest.raises(SettingsError) as a_file:
        load(database_url="postgresql://u:p@a/crm", database_replica_urls="sqlite:///secret.sqlite")
    assert str(of_a_file.value) == "DATABASE_REPLICA_URLS: only PostgreSQL has replicas, and DATABASE_URL names a file."
    assert str(a_file.value) == (
        "DATABASE_REPLICA_URLS: must name servers of PostgreSQL that follow the one of DATABASE_URL."
    )
    with pytest.raises(SettingsError, match="by a pooler only where DATABASE_URL is"):
        load(database_url="postgresql://a/crm", database_replica_urls="postgresql://b/crm?pooler=transaction")
