"""PgBouncer for tests: the one that is installed, or Debian's package unpacked into the project's cache."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

UNPACKED = Path(__file__).parents[1] / ".cache" / "pgbouncer"
PACKAGES = ("pgbouncer", "libevent-2.1-7", "libc-ares2")


@contextmanager
def pooler(
    folder: Path, mode: str, *, connections: int = 2, key: bytes | None = None, certificate: bytes = b""
) -> Iterator[str]:
    """A PgBouncer on loopback, before the server whose socket is in `folder`; where it is, as a query.

    With a key and its certificate it speaks to nobody but over TLS.
    """
    with tempfile.TemporaryDirectory(prefix="crm360-pooler-") as place:
        home = Path(place)
        home.chmod(0o777)
        port = _free_port()
        (home / "users.txt").write_text('"postgres" ""\n')
        tls = ""
        if key is not None:
            (home / "key.pem").write_bytes(key)
            (home / "certificate.pem").write_bytes(certificate)
            tls = (
                f"client_tls_sslmode = require\nclient_tls_key_file = {home}/key.pem\n"
                f"client_tls_cert_file = {home}/certificate.pem\n"
            )
        (home / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={folder}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nunix_socket_dir =\nlisten_port = {port}\nauth_type = trust\n"
            f"auth_file = {home}/users.txt\npool_mode = {mode}\ndefault_pool_size = {connections}\n"
            f"ignore_startup_parameters = extra_float_digits,{','.join(SETTINGS)}\n"
            f"query_wait_timeout = 10\n{tls}"
        )
        command = [*_program(), *_user(folder), str(home / "pgbouncer.ini")]
        with subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE) as process:
            reading = _wait(process)
            try:
                yield f"host=127.0.0.1&port={port}"
            finally:
                process.terminate()
                reading.join()


SETTINGS = (
    "plan_cache_mode",
    "random_page_cost",
    "jit",
    "default_transaction_read_only",
    "lock_timeout",
    "statement_timeout",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_keepalives_count",
)
"""What an operator lets a pooler ignore who was told to; the settings are not made then."""


@cache
def _program() -> tuple[str, ...]:
    if found := shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin"):
        return (found,)
    if not (UNPACKED / "usr/sbin/pgbouncer").exists():
        _unpack()
    return (str(UNPACKED / "usr/sbin/pgbouncer"),)


def _user(folder: Path) -> list[str]:
    """As root it must become somebody else: the one who may open the server's folder."""
    return ["-u", folder.owner()] if os.getuid() == 0 else []


def _environment() -> dict[str, str]:
    libraries = ":".join(str(folder) for folder in UNPACKED.glob("usr/lib/*-linux-gnu"))
    return os.environ | ({"LD_LIBRARY_PATH": libraries} if libraries else {})


def _unpack() -> None:
    if shutil.which("apt-get") is None:
        pytest.fail("These tests need PgBouncer: install it, or run them on Debian or Ubuntu, which have it.")
    made = UNPACKED.with_name(f"pgbouncer.{os.getpid()}")
    made.mkdir(parents=True)
    if os.getuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
    for package in PACKAGES:
        subprocess.run(["apt-get", "download", package], cwd=made, check=True, capture_output=True)
    for file in made.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(file), str(made)], check=True)
        file.unlink()
    try:
        made.rename(UNPACKED)
    except OSError:  # another process of the run was first
        shutil.rmtree(made)


def _wait(process: subprocess.Popen[bytes]) -> threading.Thread:
    """Until it says that it is up; what it says later is read by a thread, so that it never waits for a reader."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line.decode())
        if "process up" in said[-1]:
            reading = threading.Thread(target=process.stderr.read)
            reading.start()
            return reading
    pytest.fail(f"PgBouncer ended: {''.join(said)}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
