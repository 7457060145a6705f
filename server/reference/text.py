"""Pieces of HTML: links to types and places, descriptions, default values."""

from collections.abc import Callable, Sequence

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
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

PAGING = frozenset({"first", "after", "last", "before"})


def type_link(type_: GraphQLType) -> Markup:
    """Write a type as GraphQL does, its name leading to where it is described."""
    if isinstance(type_, GraphQLNonNull):
        return type_link(type_.of_type) + "!"
    if isinstance(type_, GraphQLList):
        return Markup("[{}]").format(type_link(type_.of_type))
    name = get_named_type(type_).name
    return Markup('<a href="#{0}">{0}</a>').format(name)


def place_link(place: str) -> Markup:
    """Write `Type.field`; of a query or mutation the field's name says enough."""
    shown = place.removeprefix("Query.").removeprefix("Mutation.")
    return Markup('<a href="#{}"><code>{}</code></a>').format(place, shown)


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


def describer(schema: GraphQLSchema) -> Callable[[str | None], Markup]:
    """Give what turns Markdown into HTML; code that names a type or a field leads there."""
    markdown = MarkdownIt("commonmark", {"html": False})

    def code(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
        text = tokens[index].content
        shown = Markup("<code>{}</code>").format(text)
        return Markup('<a href="#{}">{}</a>').format(text, shown) if is_documented(schema, text) else shown

    markdown.add_render_rule("code_inline", code)
    return lambda text: Markup(markdown.render(text or ""))  # noqa: S704 - HTML in it has been escaped


def is_documented(schema: GraphQLSchema, name: str) -> bool:
    """Tell whether `Type`, `Type.field` or `Enum.VALUE` has its place in the reference."""
    type_name, _, part = name.partition(".")
    type_ = schema.type_map.get(type_name)
    if type_ is None or is_introspection_type(type_):
        return False
    return not part or part in getattr(type_, "fields", {}) or part in getattr(type_, "values", {})
