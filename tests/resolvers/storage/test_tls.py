"""Over TLS the gateway speaks to the server that it means, or to none: `sslmode=verify-full`, as libpq knows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from models.base import utc_now
from models.postgres import CantConnect
from resolvers.errors import Unavailable
from resolvers.storage.engine import make_engine
from resolvers.storage.reader import make_reader
from resolvers.storage.statement import Statement
from tests.conftest import NewDatabase
from tests.pgbouncer import pooler
from tests.resolvers.storage.test_pooler import socket_of, through

ONE = Statement("SELECT 1", ())


class Authority:
    """Who signs certificates."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(self.name, self.key, x509.BasicConstraints(ca=True, path_length=0))

    def server(self, host: str) -> tuple[bytes, bytes]:
        """A server's key, and the certificate that it is called so."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._signed(name, key, x509.SubjectAlternativeName([x509.DNSName(host)]))
        plain = serialization.NoEncryption()
        kind = serialization.PrivateFormat.PKCS8
        return key.private_bytes(serialization.Encoding.PEM, kind, plain), certificate

    def _signed(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, told: x509.ExtensionType) -> bytes:
        made = x509.CertificateBuilder(
            self.name,
            name,
            key.public_key(),
            x509.random_serial_number(),
            utc_now() - timedelta(days=1),
            utc_now() + timedelta(days=1),
            [x509.Extension(told.oid, critical=True, value=told)],
        ).sign(self.key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM)


@contextmanager
def server(url: str, folder: Path, *, called: str = "localhost", signed_by_ours: bool = True) -> Iterator[str]:
    """A database's address over TLS, by the name `localhost`; the certificate must be of an authority of ours."""
    ours, other = Authority("Ours"), Authority("Another")
    (folder / "authority.pem").write_bytes(ours.certificate)
    key, certificate = (ours if signed_by_ours else other).server(called)
    with pooler(socket_of(url), "session", connections=4, key=key, certificate=certificate) as place:
        verified = f"sslmode=verify-full&sslrootcert={folder}/authority.pem"
        yield through(url, place.replace("127.0.0.1", "localhost"), verified)


async def test_a_server_that_is_who_it_says_is_read_from_and_written_to(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    with server(new_database("postgresql"), tmp_path) as url:
        reader, engine = make_reader(url), make_engine(url)
        read = await reader.fetch(ONE, {})
        async with engine.connect() as connection:
            written = await connection.scalar(text("SELECT 2"))
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            cipher = driver._transport.get_extra_info("cipher")
        await reader.close()
        await engine.dispose()

    assert (read[0][0], written) == (1, 2)
    assert cipher[1].startswith("TLSv1.")


@pytest.mark.parametrize(
    ("called", "by_ours", "reason"),
    [
        ("another.example", True, "Hostname mismatch"),
        ("localhost", False, "unable to get local issuer certificate"),
    ],
)
async def test_a_server_that_is_another_is_told_nothing(
    new_database: NewDatabase, tmp_path: Path, called: str, by_ours: bool, reason: str
) -> None:
    with server(new_database("postgresql"), tmp_path, called=called, signed_by_ours=by_ours) as url:
        reader, engine = make_reader(url), make_engine(url)
        with pytest.raises(Unavailable):
            await reader.fetch(ONE, {})
        with pytest.raises(CantConnect, match=reason):
            async with engine.connect():
                pass
        await reader.close()
        await engine.dispose()
