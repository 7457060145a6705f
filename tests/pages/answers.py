"""The answers on pages: each document there is asked of a gateway over the small shop in `examples/shop`.

A block of `graphql` is asked in its turn, with the `http` headers before it and the `json variables` behind it. A block
of `json` behind that holds the whole answer, which `make schema` writes anew. A text there that ends with … stands for
any that begins so, such as a token, and from then on for that very one. Each page has a shop of its own.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from resolvers.files import import_files
from tests.databases import of_a_program
from tests.server.gateway import Client, opened

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "shop"
ASKED = re.compile(
    r"(?:^```http\n(?P<headers>.*?)^```\n\s*)?"
    r"^```graphql\n(?P<document>.*?)^```\n"
    r"(?:\s*^```json variables\n(?P<variables>.*?)^```\n)?"
    r"(?:\s*^```json\n(?P<answer>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
WIDTH = 110


@dataclass(slots=True)
class Page:
    """A page that is read from its top: asked, and written again with the answers that there were."""

    client: Client
    stands: dict[str, str] = field(default_factory=dict)
    """What a text that ends with … stands for."""
    refused: list[str] = field(default_factory=list)
    """Documents with what is wrong with them."""

    async def answered(self, text: str) -> str:
        """The page with the answers as they are."""
        parts, end = [], 0
        for found in ASKED.finditer(text):
            answer = await self._ask(found)
            if found["answer"] is not None:
                parts += [
                    text[end : found.start("answer")],
                    f"{laid_out(self._shown(_read(found['answer']), answer))}\n",
                ]
                end = found.end("answer")
        return "".join([*parts, text[end:]])

    async def _ask(self, found: re.Match[str]) -> Any:
        """What the gateway answers to a document, which is refused, or finds nothing, only where the page shows it."""
        headers = dict(line.split(": ", 1) for line in self._meant(found["headers"] or "").splitlines())
        variables = orjson.loads(self._meant(found["variables"] or "{}"))
        response = await self.client.ask(self._meant(found["document"]), variables, **headers)
        answer = response.json()
        if found["answer"] is None and not _is_good(answer):
            self.refused.append(f"{found['document']}{answer}")
        elif "errors" in answer and '"errors"' not in found["answer"]:
            self.refused.append(f"{found['document']}{answer['errors']}")
        return answer

    def _meant(self, text: str) -> str:
        """A text of the page with what stands for something else replaced."""
        for shown, meant in self.stands.items():
            text = text.replace(shown, meant)
        return text

    def _shown(self, shown: Any, answer: Any) -> Any:
        """An answer as the page shows it."""
        if isinstance(answer, dict) and isinstance(shown, dict):
            return {key: self._shown(shown.get(key), value) for key, value in answer.items()}
        if isinstance(answer, list) and isinstance(shown, list):
            return [self._shown(*pair) for pair in zip(shown + [None] * len(answer), answer, strict=False)]
        if isinstance(answer, str) and isinstance(shown, str) and shown.endswith("…") and answer.startswith(shown[:-1]):
            self.stands[shown] = answer
            return shown
        return answer


def _is_good(answer: Any) -> bool:
    """Whether everything that was asked for was found, and done."""
    fields = (answer.get("data") or {"": None}).values()
    return "errors" not in answer and all(each is not None and not _refusals(each) for each in fields)


def _refusals(field: Any) -> Any:
    return field.get("userErrors") if isinstance(field, dict) else None


def _read(text: str) -> Any:
    """The JSON of a block; none in one that is to be written yet."""
    return orjson.loads(text) if text.strip() else None


def laid_out(value: Any, depth: int = 0, lead: int = 0) -> str:
    """JSON for people: what fits into a line is one."""
    line = json.dumps(value, ensure_ascii=False)
    if 2 * depth + lead + len(line) <= WIDTH or not value or not isinstance(value, dict | list):
        return line
    inner = "  " * (depth + 1)
    if isinstance(value, dict):
        names = [(f'"{key}": ', each) for key, each in value.items()]
        lines = [f"{inner}{name}{laid_out(each, depth + 1, len(name))}" for name, each in names]
    else:
        lines = [f"{inner}{laid_out(each, depth + 1)}" for each in value]
    begin, end = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([begin, ",\n".join(lines), "  " * depth + end])


async def stocked(url: str) -> None:
    """Bring the shop into a migrated database."""
    report = await import_files(url, sorted(SHOP.glob("*.jsonl")))
    assert report.ok, report.errors


def with_answers(pages: Mapping[Path, str]) -> dict[Path, str]:
    """Pages with what the gateway answers now to the documents on them."""
    return asyncio.run(_with_answers(pages))


async def _with_answers(pages: Mapping[Path, str]) -> dict[Path, str]:
    with of_a_program() as databases, databases.database("sqlite") as shop, databases.database("sqlite") as copy:
        await stocked(shop)
        made = {}
        for path, text in pages.items():
            shutil.copyfile(*(url.partition("///")[2] for url in (shop, copy)))
            made[path] = await answered(copy, text)
        return made


async def answered(url: str, text: str) -> str:
    """A page as a gateway over a shop of its own answers it."""
    async with opened(url) as client:
        page = Page(client)
        made = await page.answered(text)
    assert page.refused == []
    return made
