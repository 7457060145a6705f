"""What a page is put together from."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """A stylesheet; its integrity is checked where it comes from another host."""

    url: str
    integrity: str | None = None


@dataclass(frozen=True)
class Script:
    """A script, run when the page has been read."""

    url: str
    integrity: str | None = None
    module: bool = False


@dataclass(frozen=True)
class Parts:
    """A page's stylesheets and scripts, and the sources that its policy allows instead of the usual."""

    styles: tuple[Style, ...]
    scripts: tuple[Script, ...]
    sources: Mapping[str, str]
    host: str | None = None
    """The other host that they come from; the page says what to do where it can't be reached."""
