"""What is on a bill: products found by the codes of the tills' lists, with their groups and brands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import literal_column, null, select, union_all

from models import Product, ProductCode, ProductGroupAncestor, PurchaseItemType, State
from models.rules.error_codes import ErrorCode
from models.types import text
from resolvers.errors import Refused
from resolvers.purchase.inputs import BillItemInput
from resolvers.query.compiled_query import CompiledQuery, among
from resolvers.query.expressions import word
from resolvers.storage.context import RequestContext
from resolvers.storage.reader import Row
from resolvers.storage.sql import AnySelect

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


def _named(backend: str) -> AnySelect:
    """Products by the names that items give them, with their brand and all their groups."""
    listed: AnySelect = select(
        literal_column("'LISTED'").label("kind"),
        ProductCode.list_code.label("scope"),
        ProductCode.code.label("code"),
        ProductCode.product_id.label("key"),
    )
    own: AnySelect = select(literal_column("'OWN'"), null(), Product.code, Product.id)
    external: AnySelect = select(literal_column("'EXTERNAL'"), Product.source, Product.external_id, Product.id)
    keyed: AnySelect = select(literal_column("'KEY'"), null(), null(), Product.id)
    named = union_all(
        listed.where(among(ProductCode.code, "codes", backend, text())),
        own.where(among(Product.code, "own", backend, text()), KNOWN),
        external.where(among(Product.external_id, "external", backend, text()), KNOWN),
        keyed.where(among(Product.id, "products", backend)),
    ).subquery()
    return (
        select(named.c.kind, named.c.scope, named.c.code, *GOODS_COLUMNS)
        .join(Product, Product.id == named.c.key)
        .join(ProductGroupAncestor, ProductGroupAncestor.group_id == Product.group_id, isouter=True)
    )


GOODS_COLUMNS = (Product.id, Product.brand_id, ProductGroupAncestor.ancestor_id)
NAMED = CompiledQuery(_named)
BY_KEY = CompiledQuery(
    lambda backend: (
        select(*GOODS_COLUMNS)
        .join(ProductGroupAncestor, ProductGroupAncestor.group_id == Product.group_id, isouter=True)
        .where(among(Product.id, "keys", backend))
    )
)
TYPES = CompiledQuery(
    lambda backend: select(PurchaseItemType.code, PurchaseItemType.id).where(
        among(PurchaseItemType.code, "types", backend, text()), PurchaseItemType.state != word(State.DELETED)
    )
)


def names_of(items: Sequence[BillItemInput]) -> dict[str, list[str] | list[int]]:
    """What is to be looked up for items: values of the parameters of `NAMED` and `TYPES`."""
    names = {name for item in items for name in _names(item)}
    of = {kind: sorted({code for its, _, code in names if its == kind}) for kind in (LISTED, OWN, EXTERNAL)}
    return {
        "codes": of[LISTED],
        "own": of[OWN],
        "external": of[EXTERNAL],
        "products": sorted({key for item in items if (key := _key(item)) is not None}),
        "types": sorted({item.type for item in items if item.type is not None}),
    }


def goods_of(items: Sequence[BillItemInput], rows: Sequence[Row]) -> list[Goods | None]:
    """The product of each item; none where the codes are unknown here. One named by an id must exist."""
    goods = _goods(row[3:] for row in rows)
    # Where a code is that of several products, the first of them is meant.
    found: dict[Name, int] = {(row[0], row[1], row[2]): row[3] for row in sorted(rows, key=lambda row: -row[3])}
    wanted: list[Goods | None] = []
    for place, item in enumerate(items):
        key = _key(item)
        if key is not None and key not in goods:
            raise Refused(ErrorCode.NOT_FOUND, "There is no such product.", f"bill.items[{place}].product")
        key = key or next((found[name] for name in _names(item) if name in found), None)
        wanted.append(None if key is None else goods[key])
    return wanted


def types_of(items: Sequence[BillItemInput], rows: Sequence[Row]) -> dict[str, int]:
    """The kinds of lines by their codes; each that is named must exist."""
    found: dict[str, int] = {code: key for code, key in rows}  # noqa: C416
    for code, place in {item.type: place for place, item in enumerate(items) if item.type is not None}.items():
        if code not in found:
            raise Refused(ErrorCode.NOT_FOUND, f"There is no kind of line {code}.", f"bill.items[{place}].type")
    return found


def _key(item: BillItemInput) -> int | None:
    return item.product.value if item.product is not None and item.product.name == "id" else None


def _names(item: BillItemInput) -> Iterator[Name]:
    by = item.product
    if by is not None and by.name == "list_code":
        yield LISTED, by.value["list"], by.value["code"]
    elif by is not None and by.name == "external_id":
        yield EXTERNAL, by.value["source"], by.value["external_id"]
    for code in item.codes or ():
        yield (OWN, None, code.code) if code.list is None else (LISTED, code.list, code.code)


async def goods_by_key(context: RequestContext, keys: set[int]) -> dict[int, Goods]:
    """Products by their keys."""
    return _goods(await BY_KEY.read(context, keys=sorted(keys))) if keys else {}


def _goods(rows: Iterable[Row]) -> dict[int, Goods]:
    brands: dict[int, int | None] = {}
    groups: dict[int, set[int]] = {}
    for key, brand, group in rows:
        brands[key] = brand
        groups.setdefault(key, set()).update(() if group is None else (group,))
    return {key: Goods(key, frozenset(groups[key]), brand) for key, brand in brands.items()}
