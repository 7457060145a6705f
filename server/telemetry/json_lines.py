"""The log as lines of JSON, for programs that collect it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from server.redaction import Redacting, redacted


class JsonLines(Redacting):
    """Writes a record as one line of JSON, what it should not hold taken out."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. `fields` of a record stand beside its message."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request", "-"),
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = redacted(self.formatException(record.exc_info))
        line.update(getattr(record, "fields", {}))
        return orjson.dumps(line, default=str).decode()
