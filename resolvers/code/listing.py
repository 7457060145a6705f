"""Lists of countries, currencies and languages, filtered and sorted by their names in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.rules.letters import small
from resolvers.code.iso import Code, known_codes
from resolvers.errors import BadCursor, BadFilter
from resolvers.normalise import fold
from resolvers.query.filters.where import DEEPEST
from resolvers.query.level.rows import NO_KEY
from resolvers.query.paging import NOT_A_CURSOR, encode_cursor, open_cursor, page_size, start_of
from resolvers.storage.context import RequestContext
from resolvers.values import Connection, Edge, PageInfo

Test = Callable[[str], bool]

COMPARISONS: Mapping[str, Callable[[Any], Test]] = {
    "eq": lambda operand: lambda value: value == operand,
    "ne": lambda operand: lambda value: value != operand,
    "in": lambda operand: lambda value: value in operand,
    "nin": lambda operand: lambda value: value not in operand,
    "lt": lambda operand: lambda value: value < operand,
    "lte": lambda operand: lambda value: value <= operand,
    "gt": lambda operand: lambda value: value > operand,
    "gte": lambda operand: lambda value: value >= operand,
    "isNull": lambda operand: lambda _value: not operand,
    "startsWith": lambda operand: lambda value: value.startswith(operand),
    "contains": lambda operand: lambda value: operand in value,
    "eqIgnoreCase": lambda operand: lambda value: small(value) == small(operand),
    "startsWithIgnoreCase": lambda operand: lambda value: small(value).startswith(small(operand)),
    "containsIgnoreCase": lambda operand: lambda value: small(operand) in small(value),
}


def _passes(code: Code, where: Mapping[str, object], depth: int = 0) -> bool:
    if depth > DEEPEST:
        raise BadFilter(f"`where` is nested too deeply; {DEEPEST} levels are allowed.")
    return all(_holds(code, name, value, depth) for name, value in where.items())


def _holds(code: Code, name: str, value: Any, depth: int) -> bool:
    if value is None:
        raise BadFilter(f"`where.{name}` is null; leave it out.")
    if name == "and":
        return all(_passes(code, part, depth + 1) for part in value)
    if name == "or":
        return any(_passes(code, part, depth + 1) for part in value)
    if name == "not":
        return not _passes(code, value, depth + 1)
    if any(operand is None for operand in value.values()):
        raise BadFilter(f"`where.{name}` compares with null; leave it out.")
    return all(COMPARISONS[operator](operand)(getattr(code, name)) for operator, operand in value.items())


def _sorted(codes: Sequence[Code], order: Sequence[Mapping[str, object]]) -> tuple[list[Code], str]:
    """The codes in order, and a sign of that order."""
    keys = [(_word(key["field"]), _word(key.get("direction")) == "DESC") for key in order] or [("CODE", False)]
    found = sorted(codes, key=lambda code: code.code)
    for field, descending in reversed(keys):
        if field == "CODE":
            found.sort(key=lambda code: code.code, reverse=descending)
        else:
            found.sort(key=lambda code: (fold(code.name), code.name), reverse=descending)
    return found, "".join(f"{field}{'-' if descending else '+'}" for field, descending in keys)


def _word(value: object) -> str:
    return str(getattr(value, "value", value))


async def load_code(
    type_name: str, context: RequestContext, _keys: object, args: Mapping[str, Any], _names: object
) -> Mapping[int, Code | None]:
    """One entry of an ISO list."""
    known = args["code"] in known_codes(type_name)
    return {NO_KEY: Code(type_name, args["code"], context.locale) if known else None}


async def load_codes(
    type_name: str, context: RequestContext, _keys: object, args: Mapping[str, Any], _names: object
) -> Mapping[int, Connection]:
    """A page of an ISO list."""
    size, backwards = page_size(args.get("first"), args.get("last"))
    codes = [Code(type_name, code, context.locale) for code in known_codes(type_name)]
    found, sign = _sorted([code for code in codes if _passes(code, args.get("where") or {})], args.get("orderBy") or ())
    sign = f"{type_name} {sign}"
    start = start_of(args, backwards=backwards)
    rest = found
    if start is not None:
        place = _place(found, sign, start)
        rest = found[:place] if backwards else found[place + 1 :]
    page = (rest[-size:] if size else []) if backwards else rest[:size]
    edges = [Edge(encode_cursor(sign, [code.code]), code) for code in page]
    cut = len(rest) > size
    info = PageInfo(
        has_next_page=start is not None if backwards else cut,
        has_previous_page=cut if backwards else start is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return {NO_KEY: Connection(edges, info, len(found))}


def _place(found: Sequence[Code], sign: str, cursor: str) -> int:
    values = open_cursor(sign, cursor)
    places = [place for place, code in enumerate(found) if [code.code] == values]
    if not places:
        raise BadCursor(NOT_A_CURSOR)
    return places[0]
