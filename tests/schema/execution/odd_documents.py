"""Documents with values of all kinds, fitting and not: made so fast that ten thousand of them take minutes to ask.

Half of the arguments stand in variables, and those that may be null are null often.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from resolvers.ids import opaque_id

NODES = ("Customer", "Card", "Purchase", "Product", "ProductGroup", "Store", "Voucher", "Reward", "Status", "Segment")
TEXTS = (
    "",
    "x",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "\U0001f600",
    "e\u0301",
    "\u00e9",
    "\x00",
    "eva",
    "CZ",
    "cs",
    "null",
    "a" * 300,
)
NUMBERS = (0, 1, -1, 2, 3, 20, 100, 101, 2**31 - 1, -(2**31))
AMOUNTS = ("0", "1", "-1", "0.005", "49.5", "NaN", "1e400", "1_000", "\u0661", "x", "99999999999999999999")
MOMENTS = ("2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00", "x")
DAYS = ("1990-02-28", "2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "x")
JSON = ({}, {"a": None}, [], [[1]], 1, 1.5, "x", True, {"": {"b": [None]}})
DEEPEST, DEEPEST_INPUT, LONGEST = 4, 3, 4


@dataclass
class Making:
    """A document being made, with its variables."""

    schema: GraphQLSchema
    chance: random.Random
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fields: int = 0

    def operation(self, root: GraphQLObjectType, kind: str) -> str:
        names = self.chance.sample(sorted(root.fields), self.chance.randint(1, 2))
        chosen = [text for index, name in enumerate(names) if (text := self.field(root, name, f"f{index}", 1))]
        head = f"({', '.join(self.declared)})" if self.declared else ""
        return f"{kind}{head} {{ {' '.join(chosen) or '__typename'} }}"

    def field(self, parent: Any, name: str, alias: str, depth: int) -> str:
        definition: GraphQLField = parent.fields[name]
        below = self.below(get_named_type(definition.type), depth)
        if below is None:
            return ""
        given = [
            f"{argument}: {self.argument(each)}"
            for argument, each in definition.args.items()
            if argument != "dryRun" and (is_required_argument(each) or self.chance.random() < 0.4)
        ]
        if "dryRun" in definition.args:
            given.append("dryRun: true")
        self.fields += 1
        arguments = f"({', '.join(given)})" if given else ""
        return f"{alias}: {name}{arguments}{self.directive()}{below}"

    def directive(self) -> str:
        """Now and then one whose variable may be null where it has a default."""
        if self.chance.random() > 0.03:
            return ""
        name = self.variable("Boolean = false", self.chance.choice((True, False, None)))
        return f" @{self.chance.choice(('skip', 'include'))}(if: {name})"

    def below(self, target: Any, depth: int) -> str | None:
        if not isinstance(target, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            return ""
        if depth >= DEEPEST or self.fields > 40:
            return " { __typename }"
        if isinstance(target, GraphQLUnionType):
            return " { __typename }"
        names = self.chance.sample(sorted(target.fields), min(len(target.fields), self.chance.randint(1, LONGEST)))
        inner = [text for at, name in enumerate(names) if (text := self.field(target, name, f"g{at}", depth + 1))]
        return f" {{ {' '.join(inner) or '__typename'} }}"

    def argument(self, definition: Any) -> str:
        if self.chance.random() < 0.5:
            return self.literal(definition.type, 0)
        value = self.value(definition.type, 0)
        kind = definition.type
        if isinstance(kind, GraphQLNonNull) and self.chance.random() < 0.3:
            # What may be null for the variable and not for the argument, where a default stands in.
            return self.variable(
                f"{kind.of_type} = {self.literal(kind, 0, plain=True)}", self.chance.choice((value, None))
            )
        return self.variable(str(kind), value)

    def variable(self, declaration: str, value: Any) -> str:
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {declaration}")
        if value is not None or self.chance.random() < 0.7:
            self.variables[name] = value
        return f"${name}"

    def literal(self, kind: Any, depth: int, *, plain: bool = False) -> str:
        """A value as it is written in a document."""
        return self.written(self.value(kind, depth, plain=plain), get_named_type(kind))

    def written(self, value: Any, kind: Any) -> str:
        if isinstance(value, dict):
            inner = kind.fields if isinstance(kind, GraphQLInputObjectType) else {}
            parts = [
                f"{name}: {self.written(each, get_named_type(inner[name].type) if name in inner else None)}"
                for name, each in value.items()
                if name
            ]
            return f"{{ {', '.join(parts)} }}"
        if isinstance(value, list):
            return f"[{', '.join(self.written(each, kind) for each in value)}]"
        if isinstance(value, str) and isinstance(kind, GraphQLEnumType):
            return value
        return json.dumps(value)

    def value(self, kind: Any, depth: int, *, plain: bool = False) -> Any:
        """A value as it stands in variables; `plain` where it must be one that the type takes."""
        if isinstance(kind, GraphQLNonNull):
            return self.value_of(kind.of_type, depth, plain=plain)
        return None if not plain and self.chance.random() < 0.3 else self.value_of(kind, depth, plain=plain)

    def value_of(self, kind: Any, depth: int, *, plain: bool) -> Any:
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type, depth + 1, plain=plain) for _ in range(self.chance.randint(0, 2))]
        if isinstance(kind, GraphQLEnumType):
            return self.chance.choice(sorted(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return self.object(kind, depth, plain=plain)
        assert isinstance(kind, GraphQLScalarType)
        return self.scalar(kind.name, plain=plain)

    def object(self, kind: GraphQLInputObjectType, depth: int, *, plain: bool) -> dict[str, Any]:
        fields = kind.fields
        if kind.is_one_of:
            names = [self.chance.choice(sorted(fields))]
            return {names[0]: self.value_of(_bare(fields[names[0]].type), depth + 1, plain=plain)}
        needed = [name for name, each in fields.items() if is_required_input_field(each)]
        others = sorted(set(fields) - set(needed))
        if depth < DEEPEST_INPUT and others:
            needed += self.chance.sample(others, min(len(others), self.chance.randint(0, 2)))
        return {name: self.value(fields[name].type, depth + 1, plain=plain) for name in needed}

    def scalar(self, name: str, *, plain: bool) -> Any:
        if name == "ID":
            known = opaque_id(self.chance.choice(NODES), self.chance.randint(1, 12))
            return known if plain else self.chance.choice((known, known, *TEXTS[:4], opaque_id("Nothing", 1)))
        choices: dict[str, tuple[Any, ...]] = {
            "Int": NUMBERS[:6] if plain else NUMBERS,
            "String": TEXTS,
            "Boolean": (True, False),
            "Decimal": AMOUNTS[:3] if plain else AMOUNTS,
            "DateTime": MOMENTS[:1] if plain else MOMENTS,
            "Date": DAYS[:2] if plain else DAYS,
            "JSON": JSON[:1] if plain else JSON,
        }
        return self.chance.choice(choices.get(name, TEXTS))


def _bare(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def odd_document(schema: GraphQLSchema, seed: int) -> tuple[str, dict[str, Any]]:
    """A document with its variables; the same one for the same seed. Mutations are trials."""
    making = Making(schema, random.Random(seed))
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    if making.chance.random() < 0.3:
        return making.operation(schema.mutation_type, "mutation"), making.variables
    return making.operation(schema.query_type, "query"), making.variables
