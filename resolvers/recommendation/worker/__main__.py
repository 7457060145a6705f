"""Does one task that comes as JSON on the standard input, and answers in JSON on the standard output."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from resolvers.recommendation.schedule import ALL
from resolvers.recommendation.worker.all_customers import work_out_all
from resolvers.recommendation.worker.changed import work_out_changed
from resolvers.storage.engine import make_engine

AFTER_OTHERS = 10
"""Answers come first: the work waits for whatever else the machine has to do."""


async def _do(given: dict[str, Any]) -> dict[str, object]:
    engine, now = make_engine(given["url"]), datetime.fromisoformat(given["now"])
    try:
        if given["task"] == ALL:
            return asdict(await work_out_all(engine, now, given.get("per_group")))
        return {"customers": await work_out_changed(engine, now)}
    finally:
        await engine.dispose()


def main() -> None:
    """Do the task; of an error only the kind is told, as its words may hold what customers bought."""
    os.nice(AFTER_OTHERS)
    try:
        done = asyncio.run(_do(orjson.loads(sys.stdin.buffer.read())))
    except Exception as error:
        sys.stderr.write(type(error).__name__)
        sys.exit(1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.buffer.write(orjson.dumps({**done, "memory": peak * (1 if sys.platform == "darwin" else 1024)}))


if __name__ == "__main__":
    main()
