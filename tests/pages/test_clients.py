"""What `docs/clients.md` says of caches' keys is so."""

from __future__ import annotations

from graphql import GraphQLObjectType

from tests.schema.both_ways import schema


def test_what_has_an_id_is_known_by_it_and_codes_by_theirs() -> None:
    types = [each for each in schema()._schema.type_map.values() if isinstance(each, GraphQLObjectType)]

    with_id = {each.name for each in types if "id" in each.fields}
    nodes = {each.name for each in types if any(interface.name == "Node" for interface in each.interfaces)}
    codes = {each.name for each in types if {"code", "name"} == set(each.fields)}

    assert with_id - nodes == {"PointAccount", "Device"}
    assert codes == {"Country", "Currency", "Language"}
