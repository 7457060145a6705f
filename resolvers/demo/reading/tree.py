"""The tree of product groups (department, category, type), and the brands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

LEVELS = ("department", "product_category", "product_type")
Path = tuple[str, ...]


@dataclass(frozen=True)
class Tree:
    """The groups' paths from the top, sorted; a group's place, from 1, is its key."""

    paths: list[Path]

    @classmethod
    def of(cls, products: Iterable[dict[str, object]]) -> Tree:
        """All groups that products are in, and those above."""
        leaves = {path_of(row) for row in products}
        return cls(sorted({path[:depth] for path in leaves for depth in range(1, len(path) + 1)}))

    @cached_property
    def keys(self) -> dict[Path, int]:
        """Each path's key."""
        return {path: key for key, path in enumerate(self.paths, 1)}

    def parent(self, path: Path) -> int | None:
        """The key of the group above."""
        return self.keys.get(path[:-1])

    def ancestors(self) -> Iterator[tuple[int, int, int]]:
        """Every (group, group above or itself, steps between)."""
        for path, key in self.keys.items():
            for steps in range(len(path)):
                yield key, self.keys[path[: len(path) - steps]], steps

    def named(self, *names: str) -> list[int]:
        """Keys of the topmost groups with one of these names."""
        found = [path for path in self.paths if path[-1] in names]
        return [self.keys[path] for path in found if not any(above in path[:-1] for above in names)]


class Brand(NamedTuple):
    """A manufacturer's brand: `National`, or `Private` for what is made for the retailer."""

    manufacturer: int
    kind: str

    @classmethod
    def of(cls, product: dict[str, Any]) -> Brand:
        """The brand of a product."""
        return cls(product["manufacturer_id"], product["brand"])

    @property
    def is_own(self) -> bool:
        """Whether it is the retailer's own."""
        return self.kind == "Private"


def path_of(product: dict[str, Any]) -> Path:
    """A product's groups from the top; a few hundred products have only a department."""
    return tuple(product[level] for level in LEVELS if product[level] is not None)


def product_name(product: dict[str, object]) -> str:
    """The source has no names: the type and the size of the package make one."""
    path = path_of(product)
    words = path[-1].title() if len(path) > 1 else f"{path[-1].title()} Article"
    size = product["package_size"]
    return " ".join(f"{words} {size or ''}".split())
