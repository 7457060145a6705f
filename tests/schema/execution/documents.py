"""Random documents over the graph, most of which find something.

The arguments that hypothesis-graphql would fill with anything at all are narrowed to what a caller would send: pages of
a few rows, ids that exist, words that are searched for. A share of the documents keeps free filters.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

from graphql import NameNode, ObjectFieldNode, ObjectValueNode, build_schema
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from resolvers.ids import opaque_id
from tests.schema.both_ways import schema

NODES = ("Customer", "Card", "Purchase", "Product", "ProductGroup", "Store", "Voucher", "Reward", "Status", "Segment")
WORDS = ("eva", "novák", "jan", "milk", "Pr", "x", "+420", "example")
INSTANTS = ("2026-01-01T00:00:00Z", "2026-06-15T12:00:00+02:00", "2020-02-29T23:59:59.5Z")
ELSEWHERE = {"recommendedRewards", "purchasePreview", "recommendedProducts", "customerExport"}
"""Fields whose inputs only a scenario can fill."""


def _literals(*texts: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(texts).map(nodes.String)


def _ids() -> st.SearchStrategy[Any]:
    pairs = st.tuples(st.sampled_from(NODES), st.integers(1, 12))
    return pairs.map(lambda pair: nodes.String(opaque_id(*pair)))


def _found_by(type_name: str) -> st.SearchStrategy[Any]:
    """The key of a lookup: the id of a row."""

    def by(key: int) -> ObjectValueNode:
        field = ObjectFieldNode(name=NameNode(value="id"), value=nodes.String(opaque_id(type_name, key)))
        return ObjectValueNode(fields=(field,))

    return st.integers(1, 12).map(by)


def sdl_without_descriptions(sdl: str) -> str:
    """A schema's text without its descriptions."""
    return re.sub(r'"""(?:.|\n)*?"""', "", sdl)


@cache
def _narrowed(*, filtered: bool) -> tuple[str, dict[str, st.SearchStrategy[Any]]]:
    """The schema's text with the arguments narrowed, and what fills them."""
    text = sdl_without_descriptions(schema().as_str())
    text = re.sub(r"\b(last|next): String\b", r"\1: Duration", text)
    text = re.sub(r"\n\s*(?:after: |before: |last: Int)[^\n]*", "", text)
    text = re.sub(r"\bcode: String!", "code: KnownCode", text)
    text = re.sub(r"\bfirst: Int!?(?: = \w+)?", "first: PageSize", text)
    text = re.sub(r"\bmonths: Int!(?: = \w+)?", "months: PageSize", text)
    text = re.sub(r"\bsearch: String(?: = \w+)?", "search: SearchWord", text)
    if not filtered:
        text = re.sub(r"\n\s*where: [^\n]*", "", text)
    bys = set(re.findall(r"\bby: (\w+By)!", text))
    text = re.sub(r"\nmutation[^\n]*|\ntype Mutation \{(?:.|\n)*?\n\}", "", text)
    text = re.sub(r"schema \{(?:.|\n)*?\n\}", "", text)
    for by in bys:
        text = re.sub(rf"input {by} @oneOf \{{(?:.|\n)*?\n\}}", f"scalar {by}", text)
    text = re.sub(r"(\(id|\n\s*id|ids|eq|ne): (\[?)ID\b", r"\1: \2KnownId", text)
    text = re.sub(r"(in|nin): \[ID!\]", r"\1: [KnownId!]", text)
    text = re.sub(r"(\n  id): KnownId!", r"\1: ID!", text)
    text += "\nscalar Duration\nscalar KnownCode\nscalar PageSize\nscalar SearchWord\nscalar KnownId\n"
    scalars = {
        "PageSize": st.integers(1, 4).map(nodes.Int),
        "SearchWord": _literals(*WORDS),
        "KnownId": _ids(),
        "KnownCode": _literals("CZ", "USD", "cs"),
        "Duration": _literals("P30D", "P1Y6M", "P2W", "PT36H"),
        "DateTime": _literals(*INSTANTS),
        "Date": _literals("1990-01-01", "2026-11-01"),
        "Decimal": _literals("0", "1", "10", "49.5"),
        "JSON": _literals("x"),
        **{by: _found_by(by.removesuffix("By")) for by in bys},
    }
    return text, scalars


def random_documents(count: int, chosen_seed: int, *, filtered: bool = False) -> list[str]:
    """So many documents; the same ones for the same seed."""
    text, scalars = _narrowed(filtered=filtered)
    query = build_schema(text, assume_valid=True).query_type
    assert query is not None
    strategy = queries(text, fields=sorted(set(query.fields) - ELSEWHERE), custom_scalars=scalars, allow_null=False)
    made: list[str] = []

    @seed(chosen_seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(strategy)
    def note(document: str) -> None:
        made.append(document)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        note()
    return made
