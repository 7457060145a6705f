"""A small identity provider for tests, a process of its own on loopback: discovery, keys that rotate, and tokens.

`python -m tests.server.identity_provider` says its issuer and serves until its input ends. `/rotate` makes new keys and
forgets the old ones; `/requests` tells how often the keys were asked for; `/token` signs the claims that it is given,
by the first key unless told otherwise.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "crm360"


class Provider:
    """Keys by their ids, and how often they were asked for."""

    def __init__(self) -> None:
        self.issuer = ""
        self.made = 0
        self.asked = 0
        self.keys: dict[str, tuple[str, Any]] = {}
        self.rotate()

    def rotate(self) -> dict[str, Any]:
        """New keys, an RSA one and one on a curve, in place of those before."""
        self.made += 1
        self.keys = {
            f"rsa-{self.made}": ("RS256", rsa.generate_private_key(65537, 2048)),
            f"ec-{self.made}": ("ES256", ec.generate_private_key(ec.SECP256R1())),
        }
        return {"keys": list(self.keys)}

    def published(self) -> dict[str, Any]:
        """The public halves."""
        self.asked += 1
        written = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm}
        return {
            "keys": [
                {**written[name].to_jwk(key.public_key(), as_dict=True), "kid": key_id, "alg": name, "use": "sig"}
                for key_id, (name, key) in self.keys.items()
            ]
        }

    def token(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A token with the claims that are wanted; null takes one of the usual ones away."""
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": AUDIENCE, "iat": now, "exp": now + 300}
        claims = {name: value for name, value in (usual | asked["claims"]).items() if value is not None}
        key_id = asked.get("key") or next(iter(self.keys))
        name, key = self.keys[key_id]
        return {"token": jwt.encode(claims, key, name, {"kid": asked.get("called", key_id)})}

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """What a request is answered; none where there is nothing."""
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        answers = {"/keys": self.published, "/rotate": self.rotate, "/requests": lambda: {"asked": self.asked}}
        if path == "/token":
            return self.token(body)
        return answers[path]() if path in answers else None


def handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    """What serves a provider."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = provider.answer(self.path, json.loads(body or b"{}"))
            written = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def main() -> None:
    """Serve until the input ends."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(provider.issuer, flush=True)
    sys.stdin.read()


class Running:
    """A provider that runs, as tests speak to it."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def token(self, /, key: str | None = None, called: str | None = None, **claims: Any) -> str:
        """A token that it signs."""
        asked = {"claims": claims, "key": key} | ({"called": called} if called else {})
        token: str = httpx.post(f"{self.issuer}/token", json=asked).json()["token"]
        return token

    def get(self, what: str) -> Any:
        """What it answers otherwise."""
        return httpx.get(f"{self.issuer}/{what}").json()


@contextmanager
def running_provider() -> Iterator[Running]:
    """A provider in a process of its own."""
    command = [sys.executable, "-m", "tests.server.identity_provider"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Running(process.stdout.readline().strip())
        finally:
            process.communicate()


if __name__ == "__main__":
    main()
