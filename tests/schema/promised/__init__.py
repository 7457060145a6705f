"""The reading operations that frontends were promised."""

from functools import cache
from pathlib import Path

from graphql import OperationDefinitionNode, parse, print_ast


@cache
def operations() -> dict[str, str]:
    """Each operation's document by its name."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.graphql")):
        for definition in parse(path.read_text()).definitions:
            if isinstance(definition, OperationDefinitionNode) and definition.name:
                found[definition.name.value] = print_ast(definition)
    return found
