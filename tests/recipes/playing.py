"""Reads the recipes of `docs/recipes.md`, and does what they say to a copy of the tree."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"^# ([\w/]+\.py)(?:, after (.+))?\n", re.MULTILINE)
COPIED = ("server", "schema", "resolvers", "models", "crm360", "tests", "docs", "Makefile", "README.md", "LICENSE")
COPIED += ("examples", "pyproject.toml", "constraints.txt", "hatch_build.py", "schema.graphql")
LEFT_OUT = shutil.ignore_patterns("node_modules", "__pycache__", ".work", "*.sqlite*")


@dataclass(frozen=True)
class Recipe:
    """What the page says under one heading, in its order: pieces of code, commands, and a document to try."""

    pieces: list[tuple[str, str]]

    @property
    def documents(self) -> list[str]:
        """The documents to try, in order."""
        return [text for language, text in self.pieces if language == "graphql"]

    @property
    def document(self) -> str:
        """The document that it ends with."""
        language, text = self.pieces[-1]
        assert language == "graphql"
        return text


def recipe(title: str) -> Recipe:
    """The recipe under a heading."""
    text = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    [section] = re.findall(rf"^## {title}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    return Recipe(BLOCK.findall(section))


class Tree:
    """A copy of the tree that a recipe is played in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=LEFT_OUT)
            else:
                shutil.copy2(source, folder / name)
        (folder / ".venv").symlink_to(sys.prefix)
        if (known := ROOT / ".mypy_cache").is_dir():
            shutil.copytree(known, folder / ".mypy_cache", copy_function=shutil.copy2)

    def play(self, recipe: Recipe) -> None:
        """Put each piece where it belongs, and give each command."""
        for language, text in recipe.pieces:
            if language in {"python", "text"}:
                self._put(text)
            elif language == "":
                for line in text.splitlines():
                    # What is installed stays as it is.
                    self.run("make", "--assume-old=.venv/.dev", *_words(line.removeprefix("make ")))

    def _put(self, text: str) -> None:
        begin, *parts = PLACE.split(text)
        assert begin == "", f"This piece doesn't say where it goes:\n{text}"
        for name, after, code in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            path = self.folder / name
            old = path.read_text(encoding="utf-8") if path.exists() else ""
            new = _inserted(old, after, code.strip("\n")) if after else f"{old}\n{code.strip()}\n".lstrip()
            path.write_text(new, encoding="utf-8")

    def run(self, *command: str, **more: str) -> str:
        """What a program of the copy prints; the test fails with all of it when the program does."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
        return done.stdout

    def python(self, *arguments: str, **more: str) -> str:
        """What a Python program of the copy prints."""
        return self.run(str(self.folder / ".venv" / "bin" / "python"), *arguments, **more)

    def environment(self, **more: str) -> dict[str, str]:
        """The environment without what belongs to this run of the tests, or leads to this tree."""
        ours = ("PYTEST", "PYTHONPATH", "COV_", "COVERAGE", "TESTS_", "CRM360_", "DATABASE_URL")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more


def _words(line: str) -> list[str]:
    """The words of a command: `schema`, or `NAME="Parking places"` without the quotes."""
    return [word.replace('"', "") for word in re.findall(r'(?:[^\s"]|"[^"]*")+', line)]


def _inserted(text: str, after: str, code: str) -> str:
    """A text with code behind what begins with `after`, at the same depth."""
    lines = text.splitlines()
    [place] = [number for number, line in enumerate(lines, 1) if line.lstrip().startswith(after)]
    line = lines[place - 1]
    depth = len(line) - len(line.lstrip())
    begun = (node for node in ast.walk(ast.parse(text)) if getattr(node, "lineno", 0) == place)
    ends = [node.end_lineno for node in begun if node.col_offset == depth]
    end = max(filter(None, ends), default=place)
    return "\n".join([*lines[:end], indent(dedent(code), " " * depth), *lines[end:]]) + "\n"
