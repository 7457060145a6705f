"""Manifests: the documents that a frontend was built with, by their ids, as its tools write them down.

Apollo's `generate-persisted-query-manifest` writes a list of operations. Relay's compiler and graphql-codegen's client
preset write an object with the text of each document under its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from server.settings import SettingsError

APOLLO = "apollo-persisted-query-manifest"


class ManifestError(SettingsError):
    """A manifest that can't be used; the message names it and says why."""


def read_manifests(paths: Iterable[Path]) -> dict[str, str]:
    """The documents of some manifests by their ids; two of one id must be the same."""
    found: dict[str, str] = {}
    for path in paths:
        for document_id, text in _documents(path).items():
            if found.setdefault(document_id, text) != text:
                raise ManifestError(f"{path} and a manifest before it have different documents under {document_id}.")
    return found


def _documents(path: Path) -> Mapping[str, str]:
    try:
        given: Any = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ManifestError(f"{path} can't be read: {error.strerror or error}.") from None
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{path} is not JSON: {error}.") from None
    if isinstance(given, dict) and given.get("format") == APOLLO:
        given = _of_apollo(path, given)
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise ManifestError(
            f"{path} is no manifest that is known: neither Apollo's list of operations nor an object of documents by "
            "their ids, as Relay and graphql-codegen write it."
        )
    return given


def _of_apollo(path: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    if given.get("version") != 1:
        raise ManifestError(f"{path} has version {given.get('version')!r} of Apollo's format; only 1 is known.")
    try:
        return {operation["id"]: operation["body"] for operation in given["operations"]}
    except (KeyError, TypeError):
        raise ManifestError(f"{path} has an operation without `id` or `body`.") from None
