"""A picture of the rooms, made from the layers that import-linter holds.

It is in `docs/rooms.md`, with a table of the rooms, and in the README between two marks.
"""

import ast
import tomllib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "rooms.md"
README = ROOT / "README.md"
BEGIN, END = "<!-- The rooms, made by `make schema`: -->\n", "<!-- The end of the rooms. -->"
OPENING = """# The rooms

Each room may import only what is below it, and `make check` holds it to that. Made by `make schema` from the layers in
`pyproject.toml` and from the first lines of the packages.

"""


def contracts() -> dict[str, Any]:
    """The layers by the names of their contracts."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {each["name"]: each for each in settings["tool"]["importlinter"]["contracts"]}


def rooms(layer: str) -> list[str]:
    """The rooms side by side in a layer."""
    return [room.strip() for room in layer.split("|")]


def stack(name: str, layers: Sequence[str]) -> Iterator[str]:
    """Layers on top of each other, as a part of a flowchart."""
    yield f"  subgraph {name}"
    yield "    direction TB"
    names = [f"{name}{place}" for place in range(len(layers))]
    for node, layer in zip(names, layers, strict=True):
        yield f'    {node}["{" · ".join(rooms(layer))}"]'
    yield f"    {' --> '.join(names)}"
    yield "  end"


def picture() -> str:
    """The rooms as a flowchart of Mermaid's."""
    known = contracts()
    parts = known["server > schema > resolvers > models"]["layers"]
    build, *declaring = (each.removeprefix("schema.") for each in known["What a declaration says"]["layers"])
    inner = {
        "schema": [build, "customer · voucher · …, one file an entity", *declaring],
        "resolvers": known["The rooms of the resolvers"]["layers"],
        "files": known["Files and the demo answer no request"]["layers"][:-1],
    }
    lines = ["flowchart TB", '  server["server: commands · http"]']
    lines += [line for name, layers in inner.items() for line in stack(name, layers)]
    lines += ['  models["models: tables, one file an entity · rules, pure · migrations"]']
    lines += [f"  {above} --> {below}" for above, below in pairwise(parts)]
    return "\n".join([*lines, "  server --> files", "  files --> resolvers"])


def first_line(package: Path) -> str:
    """What a package says it is."""
    return (ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or "").splitlines()[0]


def table() -> str:
    """Each room with what it says it is."""
    packages = sorted(
        file.parent
        for top in ("models", "resolvers", "schema", "server")
        for file in (ROOT / top).rglob("__init__.py")
        if file.read_text().strip() and len(file.relative_to(ROOT).parts) <= 4
    )
    lines = [f"| `{package.relative_to(ROOT)}` | {first_line(package)} |" for package in packages]
    return "\n".join(["| room | what it is |", "|---|---|", *lines])


def page() -> str:
    """The page as it should be."""
    return f"{OPENING}{diagram()}\n{table()}\n"


def diagram() -> str:
    """The picture as a block of Markdown."""
    return f"```mermaid\n{picture()}\n```\n"


def readme() -> str:
    """The README with the picture as it should be."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{diagram()}{END}{after}"
