"""Nothing is in the graph that no document can ask for."""

from typing import Any

from graphql import get_named_type, is_input_object_type, is_interface_type, is_object_type

from tests.schema.both_ways import schema


def reached() -> set[str]:
    """The names of all types that lead from the roots."""
    graph: Any = schema()._schema
    found: set[str] = set()
    waiting = [graph.query_type, graph.mutation_type]
    while waiting:
        type_ = get_named_type(waiting.pop())
        if type_.name in found:
            continue
        found.add(type_.name)
        if is_interface_type(type_):
            waiting += graph.get_implementations(type_).objects
        if is_object_type(type_) or is_interface_type(type_):
            # A fragment may be on any of its interfaces.
            waiting += type_.interfaces
            waiting += [argument.type for field in type_.fields.values() for argument in field.args.values()]
        if is_object_type(type_) or is_interface_type(type_) or is_input_object_type(type_):
            waiting += [field.type for field in type_.fields.values()]
    return found


def test_every_type_is_reached_from_the_roots() -> None:
    names = {name for name in schema()._schema.type_map if not name.startswith("__")}

    assert names - reached() == set()
