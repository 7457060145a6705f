"""What is on a bill: products found by the codes of the tills' lists, with their groups and brands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Select, literal_column, null, select, union_all

from models import Product, ProductCode, ProductGroupAncestor, PurchaseItemType, State
from models.rules.error_codes import ErrorCode
from models.types import text
from resolvers.errors import Refused
from resolvers.purchase.inputs import BillItemInput
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.query.expressions import word
from resolvers.storage.context import RequestContext

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


def _by_code(backend: str) -> CompoundSelect[str, str | None, str, int]:
    listed: Select[str, str | None, str, int] = select(
        literal_column("'LISTED'"), ProductCode.list_code, ProductCode.code, ProductCode.product_id
    )
    own: Select[str, str | None, str, int] = select(literal_column("'OWN'"), null(), Product.code, Product.id)
    external: Select[str, str | None, str, int] = select(
        literal_column("'EXTERNAL'"), Product.source, Product.external_id, Product.id
    )
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


async def find_goods(context: RequestContext, items: Sequence[BillItemInput]) -> list[Goods | None]:
    """The product of each item; none where the codes are unknown here. One named by an id must exist."""
    keys = [item.product.value if item.product is not None and item.product.name == "id" else None for item in items]
    names = [list(_names(item)) for item in items]
    found = await _by_names(context, {name for its in names for name in its})
    wanted = [
        key or next((found[name] for name in its if name in found), None) for key, its in zip(keys, names, strict=True)
    ]
    goods = await goods_by_key(context, {key for key in wanted if key is not None})
    for place, key in enumerate(keys):
        if key is not None and key not in goods:
            raise Refused(ErrorCode.NOT_FOUND, "There is no such product.", f"bill.items[{place}].product")
    return [goods.get(key) if key is not None else None for key in wanted]


async def find_item_types(context: RequestContext, items: Sequence[BillItemInput]) -> dict[str, int]:
    """The kinds of lines by their codes; each that is named must exist."""
    codes = {item.type: place for place, item in enumerate(items) if item.type is not None}
    if not codes:
        return {}
    found = dict(await TYPES.read(context, codes=sorted(codes)))
    for code, place in codes.items():
        if code not in found:
            raise Refused(ErrorCode.NOT_FOUND, f"There is no kind of line {code}.", f"bill.items[{place}].type")
    return found


def _names(item: BillItemInput) -> Iterator[Name]:
    by = item.product
    if by is not None and by.name == "list_code":
        yield LISTED, by.value["list"], by.value["code"]
    elif by is not None and by.name == "external_id":
        yield EXTERNAL, by.value["source"], by.value["external_id"]
    for code in item.codes or ():
        yield (OWN, None, code.code) if code.list is None else (LISTED, code.list, code.code)


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
