"""What is declared of files: on the command line, or in a folder's own `import.toml`."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from resolvers.files.format.column_map import ColumnMap
from resolvers.files.format.conventions import NOTHING_DECLARED, Conventions, declared
from resolvers.files.format.lines import BrokenFile

MANIFEST = "import.toml"
SAID_OF_ALL = {"locale", "country", "currency", "zone", "source", "encoding"}
SAID_OF_A_FILE = {"name", "resource", "columns", "values", "words", "only", "distinct", "optional"}


@dataclass(frozen=True)
class Mapped:
    """Files that are called so, what their rows are, and what becomes of their columns."""

    name: str
    resource: str
    map: ColumnMap


@dataclass(frozen=True)
class Declared:
    """How values are written, how files are encoded, and which columns of other systems' exports are meant by which."""

    conventions: Conventions = NOTHING_DECLARED
    encoding: str | None = None
    files: tuple[Mapped, ...] = ()

    def or_else(self, other: Declared) -> Declared:
        """These, and what they leave open as the others have it."""
        conventions = self.conventions.or_else(other.conventions)
        return replace(other, conventions=conventions, encoding=self.encoding or other.encoding)

    def of(self, path: Path) -> list[Mapped]:
        """What a file holds, where that is declared: a file may hold rows of several resources."""
        return [each for each in self.files if fnmatch(path.name, each.name)]


def said(encoding: str | None = None, **conventions: str | None) -> Declared:
    """What somebody declares; `ValueError` where there is no such thing."""
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise ValueError(f"{encoding} is no encoding, such as utf-8 or windows-1250") from None
    return Declared(declared(**conventions), encoding)


def declared_in(folder: Path) -> Declared:
    """What a folder declares of its files."""
    path = folder / MANIFEST
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        _refuse_others(found, SAID_OF_ALL | {"files"})
        files = tuple(_mapped(each) for each in found.get("files", []))
        return replace(said(**{name: found[name] for name in SAID_OF_ALL & found.keys()}), files=files)
    except FileNotFoundError:
        return Declared()
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenFile(None, f"lacks or mistakes {error}") from None
    except (ValueError, OSError) as error:
        raise BrokenFile(None, f"can't be read: {error}") from None


def _mapped(said_: Mapping[str, Any]) -> Mapped:
    _refuse_others(said_, SAID_OF_A_FILE)
    columns = {ours: [theirs] if isinstance(theirs, str) else theirs for ours, theirs in said_["columns"].items()}
    others = {name: said_[name] for name in SAID_OF_A_FILE - {"name", "resource", "columns"} if name in said_}
    return Mapped(said_["name"], said_["resource"], ColumnMap(columns, **others))


def _refuse_others(found: Mapping[str, Any], known: set[str]) -> None:
    if others := sorted(found.keys() - known):
        raise ValueError(f"{', '.join(others)} is not among {', '.join(sorted(known))}")
