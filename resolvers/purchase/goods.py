"""What is on a bill: products found by the codes of the tills' lists, with their groups and brands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal_column, null, select, union_all

from models import Product, ProductCode, ProductGroupAncestor, PurchaseItemType, State
from models.rules.error_codes import ErrorCode
from models.types import text
from resolvers.errors import Refused
from resolvers.ids import key_of
from resolvers.operation.validation import text as checked_text
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.query.expressions import word
from resolvers.storage.context import RequestContext

Values = Mapping[str, Any]
Name = tuple[str, str | None, str]
"""How an item names its product: by which key, in which list or source, and as what."""

LISTED, OWN, EXTERNAL = "LISTED", "OWN", "EXTERNAL"
KNOWN = Product.state != word(State.DELETED)


@dataclass(frozen=True, slots=True)
class Goods:
    """A product as rules see it; groups include those above its own."""

    product_id: int
    group_ids: frozenset[int]
    brand_id: int | None


def _by_code(backend: str) -> Any:
    listed: Any = select(literal_column("'LISTED'"), ProductCode.list_code, ProductCode.code, ProductCode.product_id)
    own: Any = select(literal_column("'OWN'"), null(), Product.code, Product.id)
    external: Any = select(literal_column("'EXTERNAL'"), Product.source, Product.external_id, Product.id)
    return union_all(
        listed.where(among(ProductCode.code, "codes", backend, text())),
        own.where(among(Product.code, "own", backend, text()), KNOWN),
        external.where(among(Product.external_id, "external", backend, text()), KNOWN),
    )


BY_CODE = CompiledQuery(_by_code)
BY_KEY = CompiledQuery(
    lambda backend: (
        select(Product.id, Product.brand_id, ProductGroupAncestor.ancestor_id)
        .join(ProductGroupAncestor, ProductGroupAncestor.group_id == Product.group_id, isouter=True)
        .where(among(Product.id, "keys", backend))
    )
)
TYPES = CompiledQuery(
    lambda backend: select(PurchaseItemType.code, PurchaseItemType.id).where(
        among(PurchaseItemType.code, "codes", backend, text()), PurchaseItemType.state != word(State.DELETED)
    )
)


async def find_goods(context: RequestContext, items: Sequence[Values]) -> list[Goods | None]:
    """The product of each item; none where the codes are unknown here. One named by an id must exist."""
    keys = [_key(item) for item in items]
    names = [list(_names(item, f"bill.items[{place}]")) for place, item in enumerate(items)]
    found = await _by_names(context, {name for its in names for name in its})
    wanted = [
        key or next((found[name] for name in its if name in found), None) for key, its in zip(keys, names, strict=True)
    ]
    goods = await goods_by_key(context, {key for key in wanted if key is not None})
    for place, key in enumerate(keys):
        if key is not None and key not in goods:
            raise Refused(ErrorCode.NOT_FOUND, "There is no such product.", f"bill.items[{place}].product")
    return [goods.get(key) if key is not None else None for key in wanted]


async def find_item_types(context: RequestContext, items: Sequence[Values]) -> dict[str, int]:
    """The kinds of lines by their codes; each that is named must exist."""
    codes = {item["type"]: place for place, item in enumerate(items) if item.get("type") is not None}
    if not codes:
        return {}
    for code, place in codes.items():
        checked_text(code, f"bill.items[{place}].type", 64)
    found = dict(await TYPES.read(context, codes=sorted(codes)))
    for code, place in codes.items():
        if code not in found:
            raise Refused(ErrorCode.NOT_FOUND, f"There is no kind of line {code}.", f"bill.items[{place}].type")
    return found


def _key(item: Values) -> int | None:
    by = item.get("product") or {}
    return key_of(by["id"], "Product") if "id" in by else None


def _names(item: Values, field: str) -> Iterator[Name]:
    by = item.get("product") or {}
    if "list_code" in by:
        yield _name(LISTED, by["list_code"]["list"], by["list_code"]["code"], f"{field}.product")
    elif "external_id" in by:
        yield _name(EXTERNAL, by["external_id"]["source"], by["external_id"]["external_id"], f"{field}.product")
    for place, code in enumerate(item.get("codes") or ()):
        kind = OWN if code.get("list") is None else LISTED
        yield _name(kind, code.get("list"), code["code"], f"{field}.codes[{place}]")


def _name(kind: str, scope: str | None, code: str, field: str) -> Name:
    return kind, None if scope is None else checked_text(scope, field, 64), checked_text(code, field, 128)


async def _by_names(context: RequestContext, names: set[Name]) -> dict[Name, int]:
    if not names:
        return {}
    of = {kind: sorted({code for its, _, code in names if its == kind}) for kind in (LISTED, OWN, EXTERNAL)}
    rows = await BY_CODE.read(context, codes=of[LISTED], own=of[OWN], external=of[EXTERNAL])
    return {(kind, scope, code): key for kind, scope, code, key in sorted(rows, key=lambda row: -row[3])}


async def goods_by_key(context: RequestContext, keys: set[int]) -> dict[int, Goods]:
    """Products by their keys."""
    if not keys:
        return {}
    brands: dict[int, int | None] = {}
    groups: dict[int, set[int]] = {}
    for key, brand, group in await BY_KEY.read(context, keys=sorted(keys)):
        brands[key] = brand
        groups.setdefault(key, set()).update(() if group is None else (group,))
    return {key: Goods(key, frozenset(groups[key]), brand) for key, brand in brands.items()}
