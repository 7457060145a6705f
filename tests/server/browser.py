"""A headless Chromium for the tests: found or installed, and watched for what pages mustn't do."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect
from starlette.types import ASGIApp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages of tests have origins of their own, as shops have.
    "--host-resolver-rules=MAP *.example 127.0.0.1",
]
ADVICE = (
    "No Chromium to test the pages with. Install one (Debian and Ubuntu: apt-get install chromium; "
    "elsewhere: playwright install chromium) or put the path of a Chromium into TESTS_CHROMIUM."
)

# A busy machine takes its time.
expect.set_options(timeout=20_000)


def find_chromium(own: str) -> str:
    """Give the path of a browser: the named one, one on the PATH, Playwright's own, or a fresh one."""
    if named := os.environ.get("TESTS_CHROMIUM"):
        if not Path(named).is_file():
            pytest.fail(f"TESTS_CHROMIUM names {named}, which isn't there.")
        return named
    found = _on_path() or (own if Path(own).is_file() else None) or _install()
    return found or pytest.fail(ADVICE)


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    # Test processes run side by side: one installs, the others wait.
    with (Path(tempfile.gettempdir()) / "crm360-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _on_path() is None:
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
                subprocess.run(["apt-get", "-q", *command], env=environment, capture_output=True, check=False)
    return _on_path()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run a headless browser with a profile of its own."""
    async with async_playwright() as playwright:
        path = find_chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visit:
    """A page with all that it asked for and all that went wrong in it."""

    page: Page
    origin: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def strangers(self) -> list[str]:
        """The addresses asked for that aren't the page's own server's."""
        own = (self.origin, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    def note_console(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings; a refusal by the security policy is an error, too."""
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def note_failure(self, request: Request) -> None:
        """Keep requests that got no answer, but for those which the page left behind when it was reloaded."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} {request.failure}")


@asynccontextmanager
async def visit(
    url: str, *, width: int = 1400, height: int = 900, dark: bool = False, scripts: bool = True, online: bool = True
) -> AsyncIterator[Visit]:
    """Open a page, light or dark, in a window of that size; `online` unless only its own server is to be reached."""
    parts = urlsplit(url)
    async with chromium() as browser:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        visited = Visit(await context.new_page(), f"{parts.scheme}://{parts.netloc}/")
        if not online:
            await context.route(lambda asked: not asked.startswith(visited.origin), lambda route: route.abort())
        context.on("request", lambda request: visited.requests.append(request.url))
        context.on("requestfailed", visited.note_failure)
        visited.page.on("console", visited.note_console)
        visited.page.on("pageerror", lambda error: visited.complaints.append(f"uncaught: {error}"))
        await visited.page.goto(url)
        yield visited


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free port of the loopback, and give its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive(), "The server didn't start."
        assert time.monotonic() < deadline, "The server didn't start in time."
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
