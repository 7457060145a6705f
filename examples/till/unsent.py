"""Bills that were paid while the gateway was away: kept in a file, so that a till that is switched off loses none."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any


class Unsent:
    """The bills that the gateway doesn't know yet, oldest first, each under the key that it is sent with."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(self._open()) as file, file:
            file.execute("CREATE TABLE IF NOT EXISTS bill (key TEXT PRIMARY KEY, input TEXT NOT NULL, refused TEXT)")

    def keep(self, key: str, given: dict[str, Any]) -> None:
        """Write a bill down before the shopper leaves; the same key keeps what was there."""
        with closing(self._open()) as file, file:
            file.execute("INSERT OR IGNORE INTO bill (key, input) VALUES (?, ?)", (key, json.dumps(given)))

    def waiting(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Those still to be sent."""
        with closing(self._open()) as file:
            rows = file.execute("SELECT key, input FROM bill WHERE refused IS NULL ORDER BY rowid").fetchall()
        for key, given in rows:
            yield key, json.loads(given)

    def sent(self, key: str) -> None:
        """The gateway has it."""
        with closing(self._open()) as file, file:
            file.execute("DELETE FROM bill WHERE key = ?", (key,))

    def refused(self, key: str, why: str) -> None:
        """The gateway won't take it as it is: somebody has to look at it, and it stays."""
        with closing(self._open()) as file, file:
            file.execute("UPDATE bill SET refused = ? WHERE key = ?", (why, key))

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)
