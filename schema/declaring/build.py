"""The one schema: Strawberry types made from the declarations, and the two ways of running documents over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType
from strawberry.schema.config import StrawberryConfig

import schema.campaign
import schema.card
import schema.code
import schema.customer
import schema.event
import schema.insight
import schema.node
import schema.point
import schema.product
import schema.programme
import schema.property
import schema.purchase
import schema.recommendation
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
import schema.voucher  # noqa: F401
from models import Customer
from resolvers.query.columns import is_nullable, relationship_of, source_type
from resolvers.store.opening_hours import Weekday
from schema.declaring.connections import PAGE_ARGUMENTS, list_arguments, make_connection, make_order
from schema.declaring.declarations import (
    TYPES,
    Argument,
    Attribute,
    BatchLoaded,
    Coded,
    Computed,
    Declaration,
    Embedded,
    Leaf,
    Lookup,
    Many,
    Merged,
    Mutation,
    NodeId,
    One,
    SameRow,
    TypeDeclaration,
)
from schema.declaring.enum_descriptions import explain
from schema.declaring.filters import make_comparisons, make_filters, target_type, type_of_entity
from schema.declaring.mutations import mutation_spec
from schema.declaring.scalars import graphql_enum, value_of
from schema.declaring.strict_scalars import read_strictly
from schema.declaring.types import NAMES, FieldSpec, input_type, output_type
from schema.execution.plan.bindings import declaration_of
from schema.execution.run.graphql_resolvers import resolver
from schema.execution.run.planned_schema import PlannedSchema
from schema.timeline import TimelineKind

ROOTS = ("Query", "Mutation")


def _optional(annotation: Any, *, nullable: bool) -> Any:
    if not nullable:
        return annotation
    return f"{annotation} | None" if isinstance(annotation, str) else annotation | None


def _column_doc(declared: TypeDeclaration, source: Any) -> str:
    if declared.entity is None or not isinstance(source, str):
        return ""
    return declared.entity.__table__.columns[source].doc or ""


def _leaf(declared: TypeDeclaration, field: Leaf) -> FieldSpec:
    source = field.source or field.name
    description = field.description or _column_doc(declared, source)
    if declared.entity is None or field.annotation is not None:
        return FieldSpec(_optional(field.annotation, nullable=bool(field.nullable)), description, (), field)
    nullable = is_nullable(declared.entity, source) if field.nullable is None else field.nullable
    if field.enum is not None:
        annotation = graphql_enum(field.enum)
    else:
        annotation = list[str] if field.is_list else value_of(source_type(declared.entity, source)).annotation
    return FieldSpec(_optional(annotation, nullable=nullable), description, (), field)


def _one(declared: TypeDeclaration, field: One) -> FieldSpec:
    assert declared.entity is not None
    relation = relationship_of(declared.entity, field.relation or field.name)
    column = next(iter(relation.local_columns))
    nullable = column.nullable or relation.direction.name != "MANYTOONE"
    nullable = bool(nullable) if field.nullable is None else field.nullable
    # Customers are erased while their bills and entries stay; those then belong to nobody who can be shown.
    nullable = nullable or relation.mapper.class_ is Customer
    description = field.description or column.doc or ""
    return FieldSpec(_optional(type_of_entity(relation.mapper.class_), nullable=nullable), description, (), field)


def _many(declared: TypeDeclaration, field: Many) -> FieldSpec:
    if field.item:
        return FieldSpec("list[str]", field.description, (), field)
    target = target_type(declared, field)
    if not field.paged:
        return FieldSpec(f"list[{target}]", field.description, field.arguments, field)
    arguments = [*list_arguments(TYPES[target]), *field.arguments]
    return FieldSpec(f"{target}Connection", field.description, arguments, field)


def _lookup(field: Lookup) -> FieldSpec:
    target = TYPES[field.type_name]
    name = f"{target.name}By"
    keys = {key: FieldSpec(_optional(of.annotation, nullable=True), of.description) for key, of in field.keys.items()}
    input_type(name, f"The key by which one {target.name} is found; give exactly one.", keys, one_of=True)
    return FieldSpec(f"{target.name} | None", field.description, [Argument("by", name, "The key.")], field)


def field_spec(declared: TypeDeclaration, field: Declaration) -> FieldSpec:
    """What Strawberry needs to know of a declared field."""
    if isinstance(field, NodeId):
        return FieldSpec("ID", field.description, (), field)
    if isinstance(field, Leaf):
        return _leaf(declared, field)
    if isinstance(field, Coded):
        description = field.description or _column_doc(declared, field.source)
        nullable = field.nullable or (declared.entity is not None and is_nullable(declared.entity, field.source))
        return FieldSpec(_optional(field.type_name, nullable=nullable), description, (), field)
    if isinstance(field, Embedded):
        description = field.description or _column_doc(declared, field.binding.get(field.filtered or ""))
        return FieldSpec(_optional(field.type_name, nullable=field.when is not None), description, (), field)
    if isinstance(field, One):
        return _one(declared, field)
    if isinstance(field, SameRow):
        return FieldSpec(field.type_name, field.description, (), field)
    if isinstance(field, Many):
        return _many(declared, field)
    if isinstance(field, Lookup):
        return _lookup(field)
    if isinstance(field, Mutation):
        return mutation_spec(field)
    assert isinstance(field, BatchLoaded | Computed | Merged | Attribute)
    return FieldSpec(field.annotation, field.description, _arguments(field), field)


def _arguments(field: BatchLoaded | Computed | Merged | Attribute) -> Sequence[Argument]:
    if isinstance(field, Merged):
        return (*PAGE_ARGUMENTS, field.choice)
    return () if isinstance(field, Computed) else field.arguments


def _make_type(declared: TypeDeclaration) -> None:
    specs = {name: field_spec(declared, field) for name, field in declared.fields.items()}
    missing = [name for name, spec in specs.items() if not spec.description]
    if missing:
        raise ValueError(f"{declared.name} has fields without a description: {', '.join(missing)}")
    interfaces = (NAMES["Node"],) if declared.is_node else ()
    interfaces += tuple(NAMES[name] for name in declared.interfaces)
    output_type(declared.name, declared.description, specs, interfaces)


def build() -> PlannedSchema:
    """Build the schema from all declarations."""
    entities = [declared for declared in TYPES.values() if declared.entity is not None and not declared.is_part]
    for declared in entities:
        if declared.is_node:
            declared.fields = {
                "id": NodeId(name="id", description="Opaque id, unique among all nodes."),
                **declared.fields,
            }
    for declared in entities:
        make_order(declared)
    for declared in entities:
        make_filters(declared)
        make_connection(declared.name)
    for enum in (TimelineKind, Weekday):
        NAMES[enum.__name__] = graphql_enum(enum)
    make_comparisons()
    for declared in TYPES.values():
        _make_type(declared)
    schema = PlannedSchema(
        query=NAMES["Query"],
        mutation=NAMES.get("Mutation"),
        types=[NAMES[declared.name] for declared in TYPES.values() if declared.name not in ROOTS],
        config=StrawberryConfig(auto_camel_case=True),
    )
    _finish(schema)
    return schema


def _finish(schema: strawberry.Schema) -> None:
    read_strictly(schema._schema)
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
                    field.resolve = resolver(declared)


def _type_of(value: Any, _info: Any, _abstract: Any) -> str:
    name: str = value.type_name
    return name
