"""The examples as they are kept: recorded from the demo's data by `python -m tests.pages.examples`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "examples.json"


@dataclass(frozen=True)
class Example:
    """A document that can be run, with its variables and its answer."""

    document: str
    template: Mapping[str, Any]
    """The variables with names such as `$card` for the ids of rows, which differ between databases."""
    variables: Mapping[str, Any]
    """The variables with the ids as they were when the answer was recorded."""
    answer: Any

    @property
    def shown_variables(self) -> str:
        """The variables as people read them."""
        return _shown(self.variables)

    @property
    def shown_answer(self) -> str:
        """The answer as people read it."""
        return _shown(self.answer)


@cache
def kept() -> Mapping[str, Example]:
    """All examples by the names of their operations, such as `Query.customer`."""
    return {name: Example(**found) for name, found in json.loads(FILE.read_text("utf-8")).items()}


def _shown(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
