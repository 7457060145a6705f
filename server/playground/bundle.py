"""Our own bundle of GraphiQL: made with npm when it is missing or older than its sources."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DIST = HERE / "dist"


@dataclass(frozen=True)
class Manifest:
    """The bundle's entry files, and the digest of the sources that it was made from."""

    script: str
    style: str
    sources: str


def manifest() -> Manifest | None:
    """Read what the bundle holds; None where there is no whole one."""
    try:
        return Manifest(**json.loads((DIST / "manifest.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def build(force: bool = False) -> bool:
    """Bundle the playground unless that is done already, and tell whether there is a bundle.

    Without npm, or when npm fails, an older bundle stays in use.
    """
    if force or not _is_fresh():
        npm = shutil.which("npm")
        if npm is None:
            _say("The playground isn't bundled, because npm is missing: install Node.js 20 or newer.")
        else:
            _bundle(npm, force)
    return manifest() is not None


def _bundle(npm: str, force: bool) -> None:
    with _alone():
        if _is_fresh() and not force:
            return  # another process has just made it
        _say("Bundling the playground with npm.")
        install = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        if not (_run(install) and _run([npm, "run", "build", "--silent"], SOURCES=_digest())):
            _say("The playground isn't bundled: npm failed.")


def _is_fresh() -> bool:
    built = manifest()
    return built is not None and built.sources == _digest()


def _run(command: list[str], **environment: str) -> bool:
    ran = subprocess.run(  # noqa: S603 - one of the two commands above
        command,
        cwd=HERE,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if ran.returncode != 0:
        _say(ran.stdout.decode(errors="replace").strip())
    return ran.returncode == 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _digest() -> str:
    """Sum up everything that the bundle is made from."""
    files = [HERE / "build.mjs", HERE / "package.json", HERE / "package-lock.json"]
    files += sorted([*(HERE / "src").iterdir(), *(HERE / "static").iterdir()])
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time in: two of them would empty the folder under each other's feet."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 - only where there is one

    with (HERE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
