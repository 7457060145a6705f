"""The reference as pages of HTML, which lead to each other and need nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from graphql import GraphQLNamedType, GraphQLSchema
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .errors import catalogue, codes_of
from .examples import Example, kept
from .outline import ERRORS, Operation, outline
from .search import index
from .text import Links, default_of, own_arguments, pages, plural

HERE = Path(__file__).parent
INDEX = "index.html"
SEARCH = "search.js"
STATIC = ("reference.css", "reference.js")


class Site:
    """The pages of a schema, each made when it is asked for."""

    def __init__(self, schema: GraphQLSchema, playground: str | None = None) -> None:
        """Lead from examples to a playground, where its address is given; fail where a resource lacks its type."""
        self.schema = schema
        self.outline = outline(schema)
        self.links = Links(schema, self.outline)
        self.examples: Mapping[str, Example] = kept()
        self._environment = self._templates(playground)
        self._pages: dict[str, Callable[[], str]] = dict(self._made())

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files, the pages first."""
        return (*self._pages, SEARCH, *STATIC)

    def text(self, file: str) -> str | None:
        """What a file holds; None where there is no such file."""
        if file in self._pages:
            return self._pages[file]()
        if file == SEARCH:
            return index(self.outline, self.links)
        return (HERE / "static" / file).read_text("utf-8") if file in STATIC else None

    def write(self, folder: Path) -> Path:
        """Write all files into a folder, and give the first page."""
        folder.mkdir(parents=True, exist_ok=True)
        for file in self.files:
            (folder / file).write_text(self.text(file) or "", encoding="utf-8")
        return folder / INDEX

    def _made(self) -> Mapping[str, Callable[[], str]]:
        named = self.outline
        made: dict[str, Callable[[], str]] = {
            INDEX: self._page(INDEX, "Schema reference"),
            ERRORS: self._page(ERRORS, "Errors", catalogue=catalogue()),
        }
        for root in dict.fromkeys(operation.root for operation in named.operations.values()):
            title = plural(root)
            made[f"{title.lower()}.html"] = self._page("operations.html", title, root=self.schema.type_map[root])
        for resource in named.resources:
            made[resource.page] = self._page("resource.html", resource.resource.name, page=resource)
        for operation in named.operations.values():
            made[operation.page] = self._of_operation(operation)
        for group in named.groups:
            made[group.page] = self._page("kind.html", group.name, group=group)
        for group in named.groups:
            made |= {
                f"{type_.name}.html": self._of_type(type_, group.name)
                for type_ in group.types
                if named.homes[type_.name] == f"{type_.name}.html"
            }
        return made

    def _of_operation(self, operation: Operation) -> Callable[[], str]:
        return self._page("operation.html", operation.name, operation=operation, refusals=codes_of(operation))

    def _of_type(self, type_: GraphQLNamedType, kind: str) -> Callable[[], str]:
        return self._page("type.html", type_.name, type_=type_, kind=kind)

    def _page(self, template: str, title: str, **told: Any) -> Callable[[], str]:
        return partial(self._render, template, {"title": title, **told})

    def _render(self, template: str, told: Mapping[str, Any]) -> str:
        return self._environment.get_template(template).render(told)

    def _templates(self, playground: str | None) -> Environment:
        made = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        links = self.links
        made.filters.update(
            default_of=default_of,
            plural=plural,
            type_link=links.type_link,
            place_link=links.place_link,
            address=links.address,
            markdown=links.markdown,
            sentence=links.sentence,
        )
        made.globals.update(
            own_arguments=own_arguments,
            pages=pages,
            outline=self.outline,
            schema=self.schema,
            examples=self.examples,
            playground=playground,
        )
        return made
