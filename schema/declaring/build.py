"""The one schema: Strawberry types made from the declarations, and the two ways of running documents over it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType
from strawberry.schema.config import StrawberryConfig

import schema.audit
import schema.campaign
import schema.card
import schema.code
import schema.code_list
import schema.customer
import schema.event
import schema.insight
import schema.node
import schema.point
import schema.point_entry_aggregate
import schema.product
import schema.programme
import schema.property
import schema.purchase
import schema.purchase_aggregate
import schema.purchase_item_aggregate
import schema.recommendation
import schema.refusal
import schema.reservation
import schema.reward
import schema.segment
import schema.status
import schema.store
import schema.till
import schema.timeline
import schema.token
import schema.viewer
import schema.vocabulary
import schema.voucher
import schema.voucher_aggregate  # noqa: F401
from resolvers.store.opening_hours import Weekday
from schema.declaring import permissions
from schema.declaring.base import TYPES, Declaration, DeclarationError, TypeDeclaration, blaming
from schema.declaring.connections import make_connection, make_order
from schema.declaring.enum_descriptions import explain
from schema.declaring.filters import make_comparisons, make_filters, make_special_filters
from schema.declaring.kinds.node_id import node_id
from schema.declaring.personal_data import told
from schema.declaring.scalars import graphql_enum
from schema.declaring.strict_scalars import read_strictly
from schema.declaring.types import NAMES, FieldSpec, output_type
from schema.execution.plan.bindings import declaration_of
from schema.execution.run.planned_schema import PlannedSchema
from schema.timeline import TimelineKind

ROOTS = ("Query", "Mutation")
WORD = re.compile(r"[A-Za-z_]\w*")


def build() -> PlannedSchema:
    """Build the schema from all declarations; a `DeclarationError` says which of them means nothing."""
    entities = [declared for declared in TYPES.values() if declared.entity is not None and not declared.is_part]
    for declared in entities:
        if declared.is_node:
            declared.fields = {"id": node_id(), **declared.fields}
    for declared in TYPES.values():
        for field in declared.fields.values():
            with blaming(declared, field):
                field.check(declared)
    for declared in entities:
        make_order(declared)
    for declared in entities:
        make_filters(declared)
    for enum in (TimelineKind, Weekday):
        NAMES[enum.__name__] = graphql_enum(enum)
    make_comparisons()
    make_special_filters()
    _make_types(entities)
    schema = PlannedSchema(
        query=NAMES["Query"],
        mutation=NAMES.get("Mutation"),
        types=[NAMES[declared.name] for declared in TYPES.values() if declared.name not in ROOTS],
        config=StrawberryConfig(auto_camel_case=True),
    )
    _finish(schema)
    return schema


def _make_types(entities: Sequence[TypeDeclaration]) -> None:
    """Make all object types, and the connections over those entities that some field lists page by page."""
    specs = {name: _specs(declared) for name, declared in TYPES.items()}
    named = {word for fields in specs.values() for spec in fields.values() for word in _names(spec)}
    for declared in entities:
        if f"{declared.name}Connection" in named:
            make_connection(declared.name)
    for name, declared in TYPES.items():
        if name not in specs:
            specs[name] = _specs(declared)
        interfaces = (NAMES["Node"],) if declared.is_node else ()
        interfaces += tuple(NAMES[each] for each in declared.interfaces)
        output_type(name, declared.description, specs[name], interfaces)
    for name, fields in specs.items():
        for field, spec in fields.items():
            _check_names(TYPES[name], TYPES[name].fields[field], spec)


def _specs(declared: TypeDeclaration) -> dict[str, FieldSpec]:
    made = {}
    for name, field in declared.fields.items():
        with blaming(declared, field):
            made[name] = field.spec(declared)
            if not made[name].description:
                raise DeclarationError("It has no description, and neither has a column of its own.")
            made[name] = replace(made[name], description=made[name].description + told(declared, field))
    return made


def _names(spec: FieldSpec) -> Iterator[str]:
    """The names in a field's annotations."""
    for annotation in (spec.annotation, *(argument.annotation for argument in spec.arguments)):
        if isinstance(annotation, str):
            yield from WORD.findall(annotation)


def _check_names(declared: TypeDeclaration, field: Declaration, spec: FieldSpec) -> None:
    with blaming(declared, field):
        unknown = [name for name in _names(spec) if name != "None" and name not in NAMES]
        if unknown:
            raise DeclarationError(f"There is no type `{unknown[0]}`.")


def _finish(schema: strawberry.Schema) -> None:
    read_strictly(schema._schema)
    permissions.describe(schema._schema)
    for made in schema._schema.type_map.values():
        if isinstance(made, GraphQLEnumType) and not made.name.startswith("__"):
            explain(made)
        if isinstance(made, GraphQLInputObjectType):
            # Strawberry keeps it to itself, and graphql-core would let two keys pass where one has no value.
            made.is_one_of = bool(made.extensions["strawberry-definition"].is_one_of)
        if isinstance(made, GraphQLInterfaceType | GraphQLUnionType):
            made.resolve_type = _type_of
        if isinstance(made, GraphQLObjectType):
            made.is_type_of = None
            for name, field in made.fields.items():
                declared = declaration_of(made, name)
                if declared is not None:
                    field.resolve = declared.resolver()


def _type_of(value: Any, _info: object, _abstract: object) -> str:
    name: str = value.type_name
    return name
