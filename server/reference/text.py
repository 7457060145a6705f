"""Pieces of HTML: links to types and places, descriptions, default values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLType,
    get_named_type,
    is_introspection_type,
    print_ast,
)
from graphql.utilities.get_default_value_ast import get_default_value_ast
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from .outline import Outline

PAGING = frozenset({"first", "after", "last", "before"})


def plural(root: str) -> str:
    """Name what a root type holds: queries, mutations, subscriptions."""
    return f"{root.removesuffix('y')}ies" if root.endswith("y") else f"{root}s"


def default_of(given: GraphQLArgument | GraphQLInputField | GraphQLField) -> str | None:
    """Write the value that an argument has when it is left out."""
    node = None if isinstance(given, GraphQLField) else get_default_value_ast(given)
    return print_ast(node) if node else None


def pages(field: GraphQLField | GraphQLInputField) -> bool:
    """Tell whether a field gives its list in pages."""
    return isinstance(field, GraphQLField) and field.args.keys() >= PAGING


def own_arguments(field: GraphQLField | GraphQLInputField) -> dict[str, GraphQLArgument]:
    """Give a field's arguments without those that every paged field has."""
    if isinstance(field, GraphQLInputField):
        return {}
    return {name: given for name, given in field.args.items() if not (pages(field) and name in PAGING)}


def first_sentence(text: str | None) -> str:
    """What a description says first, which is enough in a list."""
    first = re.split(r"(?<=[.!?])\s", (text or "").strip(), maxsplit=1)[0]
    return first if len(first) <= 200 else f"{first[:199].rsplit(' ', 1)[0]}…"


class Links:
    """Leads to where things are described."""

    def __init__(self, schema: GraphQLSchema, outline: Outline) -> None:
        self.schema = schema
        self.outline = outline
        self._markdown = MarkdownIt("commonmark", {"html": False})
        # A rule becomes a method of the renderer.
        self._markdown.add_render_rule("code_inline", lambda _renderer, *told: self._code(*told))

    def address(self, name: str) -> str:
        """Where `Type`, `Type.field` or `Query.field` is described."""
        if name in self.outline.operations:
            return self.outline.operations[name].page
        type_name, _, part = name.partition(".")
        if type_name in {operation.root for operation in self.outline.operations.values()}:
            return f"{plural(type_name).lower()}.html"
        home = self.outline.homes[type_name]
        anchor = name if part or home != f"{type_name}.html" else ""
        return f"{home}#{anchor}" if anchor else home

    def type_link(self, type_: GraphQLType) -> Markup:
        """Write a type as GraphQL does, its name leading to where it is described."""
        if isinstance(type_, GraphQLNonNull):
            return self.type_link(type_.of_type) + "!"
        if isinstance(type_, GraphQLList):
            return Markup("[{}]").format(self.type_link(type_.of_type))
        name = get_named_type(type_).name
        return Markup('<a href="{}">{}</a>').format(self.address(name), name)

    def place_link(self, place: str) -> Markup:
        """Write `Type.field`; of a query or mutation the field's name says enough."""
        shown = place.removeprefix("Query.").removeprefix("Mutation.")
        return Markup('<a href="{}"><code>{}</code></a>').format(self.address(place), shown)

    def markdown(self, text: str | None) -> Markup:
        """Turn Markdown into HTML; code that names a type or a field leads there."""
        return Markup(self._markdown.render(text or ""))  # noqa: S704 - HTML in it has been escaped

    def sentence(self, text: str | None) -> Markup:
        """The first sentence of a description, without a paragraph of its own."""
        return Markup(self._markdown.renderInline(first_sentence(text)))  # noqa: S704 - HTML in it has been escaped

    def _code(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        text = tokens[index].content
        shown = Markup("<code>{}</code>").format(text)
        if not self.is_documented(text):
            return shown
        return Markup('<a href="{}">{}</a>').format(self.address(text), shown)

    def is_documented(self, name: str) -> bool:
        """Tell whether `Type`, `Type.field` or `Enum.VALUE` has its place in the reference."""
        type_name, _, part = name.partition(".")
        type_ = self.schema.type_map.get(type_name)
        if type_ is None or is_introspection_type(type_):
            return False
        return not part or part in getattr(type_, "fields", {}) or part in getattr(type_, "values", {})
