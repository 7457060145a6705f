"""The commands on pages, each read by the program that it is for as far as can be without doing it.

A block without a language holds commands, and so does code within a line that begins with a program of ours.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from glob import glob
from pathlib import Path
from typing import Any

import typer
from typer.exceptions import TyperException

from server.cli import app
from tests.pages.markdown import ROOT

BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)
INLINE = re.compile(r"`((?:\.venv/bin/)?(?:crm360|make|python -m|npm|pip) [^`]+)`")
ASSIGNED = re.compile(r"[A-Z][A-Z0-9_]*=")
OPTION = re.compile(r"""add_argument\(\s*["'](-[\w-]+)["']""")
OTHERS = {"docker", "kubectl", "psql", "systemctl"}
"""Programs of others that aren't looked into."""
NOT_RUN = {"backup", "demo", "restore", "serve", "usage"}
"""What goes on until it is stopped, needs a folder or a database of its own, or seconds; other tests do it."""
ASKING_OF_ITSELF = {"--install-completion", "--show-completion"}
"""What the command line does while it reads."""


def mistakes(page: str) -> list[str]:
    """What is wrong with the commands on a page, each with what its program tells."""
    found = [told for line in lines(page) for told in mistakes_of(line)]
    # In a sentence a command is named for short.
    named = (told for line in INLINE.findall(BLOCK.sub("", page)) for told in mistakes_of(line))
    return found + [told for told in named if ": Missing argument" not in told]


def lines(page: str) -> list[str]:
    """The lines of commands in a page's blocks."""
    blocks = (text.replace("\\\n", " ") for language, text in BLOCK.findall(page) if not language)
    return [line for text in blocks for line in text.splitlines()]


def mistakes_of(line: str) -> Iterator[str]:
    """What is wrong with the commands of a line."""
    folder = ROOT
    for words in parted(line):
        if told := mistake(words, folder):
            yield f"{line.strip()}: {told}"
        elif words[0] == "cd":
            folder /= words[1]


def commands_of_ours(page: str) -> Iterator[list[str]]:
    """The words behind `crm360` of the commands in a page's blocks which a test can run where it has a shop."""
    for line in lines(page):
        for program, *words in parted(line):
            if Path(program).name == "crm360" and words[0] not in NOT_RUN and "journey" not in words:
                yield [
                    file for word in words for file in (sorted(glob(word, root_dir=ROOT)) if "*" in word else [word])
                ]


def parted(line: str) -> Iterator[list[str]]:
    """The words of each command of a line, without what it sets in the environment."""
    words: list[str] = []
    for word in [*shlex.split(line, comments=True), "&&"]:
        if word == "&&":
            if words:
                yield words
            words = []
        elif words or not ASSIGNED.match(word):
            words.append(word)


def mistake(words: Sequence[str], folder: Path) -> str | None:
    """What is wrong with a command, as its program tells; none where that could begin."""
    program, *rest = words
    program = Path(program).name
    if program in OTHERS:
        return None
    if program not in READERS:
        return f"Nobody here knows how {program} reads its arguments."
    return READERS[program]([word for word in rest if "…" not in word], folder)


def _crm360(words: list[str], _folder: Path) -> str | None:
    """As its own command line reads it; files that are the reader's needn't be there."""
    if ASKING_OF_ITSELF & set(words):
        return None
    # Typed by typer as its own copy of click, which it doesn't show.
    command: Any = typer.main.get_command(app)
    context: Any = None
    name: str | None = "crm360"
    try:
        while True:
            context = command.make_context(name, words, parent=context)
            if not hasattr(command, "resolve_command") or not (words := [*context._protected_args, *context.args]):
                return None
            name, command, words = command.resolve_command(context, words)
    except typer.Exit:
        return None
    except TyperException as error:
        told = error.format_message()
        return None if "does not exist" in told else told


@cache
def _make(*words: str) -> str | None:
    done = subprocess.run(
        ["make", "--dry-run", "--assume-old=.venv/.dev", "--assume-old=.venv/.run", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return done.stderr
    ran = [shlex.split(line) for line in done.stdout.splitlines() if line.startswith(".venv/bin/python -m tests")]
    return next((told for each in ran if (told := mistake(each, ROOT))), None)


def _python(words: list[str], folder: Path) -> str | None:
    """A module of ours, or a program, and the options that its source adds."""
    if words[0] != "-m":
        file = folder / words[0]
        return _options(file, words[1:]) if file.is_file() else f"There is no {words[0]}."
    module, *rest = words[1:]
    if module == "crm360":
        return _crm360(rest, folder)
    found = importlib.util.find_spec(module)
    if found is not None and found.submodule_search_locations:
        found = importlib.util.find_spec(f"{module}.__main__")
    if found is None or found.origin is None:
        return f"There is no module {module}."
    return _options(Path(found.origin), rest)


def _options(source: Path, words: Sequence[str]) -> str | None:
    known = set(OPTION.findall(source.read_text(encoding="utf-8")))
    return next((f"{source.name} has no {word}." for word in words if word[:1] == "-" and word not in known), None)


def _npm(words: list[str], folder: Path) -> str | None:
    """An install, or a script of the folder's package."""
    script = words[1] if words[0] == "run" else words[0]
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    return None if script == "install" or script in package["scripts"] else f"There is no script {script}."


def _pip(words: list[str], _folder: Path) -> str | None:
    """`pip` has no way to be asked without doing it."""
    return None if words[0] in {"install", "wheel"} else f"pip can't {words[0]}."


def _curl(words: list[str], _folder: Path) -> str | None:
    """The few options that pages use."""
    known = {"-i", "-s", "-G", "-H", "-d", "-X", "--data-urlencode", "--compressed", "--json"}
    return next((f"curl's {word} isn't known here." for word in words if word[:1] == "-" and word not in known), None)


READERS: dict[str, Callable[[list[str], Path], str | None]] = {
    "crm360": _crm360,
    "make": lambda words, _folder: _make(*words),
    "python": _python,
    "npm": _npm,
    "pip": _pip,
    "curl": _curl,
    "cd": lambda words, folder: None if (folder / words[0]).is_dir() else f"There is no {words[0]}.",
    "export": lambda words, _folder: None if all(map(ASSIGNED.match, words)) else "export sets names.",
}
