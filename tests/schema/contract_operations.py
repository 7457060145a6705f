"""The operations that frontends were promised, from the one place where tests keep them."""

from functools import cache
from pathlib import Path

from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse, print_ast

CONTRACT = Path(__file__).parents[1] / "contract"


@cache
def operations() -> dict[str, str]:
    """Each operation by its name, as a document of its own."""
    found = {}
    for path in sorted(CONTRACT.glob("*.graphql")):
        document = parse(path.read_text(encoding="utf-8"))
        fragments = [print_ast(node) for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                assert node.name is not None
                found[node.name.value] = "\n".join([print_ast(node), *fragments])
    return found
