"""The reference as one page of HTML that needs nothing else."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from graphql import GraphQLSchema
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .outline import outline
from .text import default_of, describer, own_arguments, pages, place_link, plural, type_link

TEMPLATES = Path(__file__).parent / "templates"

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_environment.filters.update(default_of=default_of, place_link=place_link, plural=plural, type_link=type_link)
_environment.globals.update(own_arguments=own_arguments, pages=pages)


def render(schema: GraphQLSchema) -> str:
    """Describe the schema; fail where a resource lacks its type."""
    return _environment.get_template("page.html").render(
        outline=outline(schema),
        schema=schema,
        markdown=describer(schema),
        style=Markup(_text("style.css")),  # noqa: S704 - our own file
        script=Markup(_text("script.js")),  # noqa: S704 - our own file
        policy=_policy(),
    )


def write(schema: GraphQLSchema, folder: Path) -> Path:
    """Write the page into a folder, as its index."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "index.html"
    file.write_text(render(schema), encoding="utf-8")
    return file


def headers() -> Mapping[str, str]:
    """Give what to serve the page with."""
    return {
        "Content-Security-Policy": f"{_policy()}; frame-ancestors 'none'",
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _policy() -> str:
    """Allow the page's own style and script, by their contents, and nothing else."""
    style, script = (_hash(_text(name)) for name in ("style.css", "script.js"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
