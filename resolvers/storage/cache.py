"""What is kept because it takes long to make: bounded, and what was used last stays."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Kept = TypeVar("Kept")

MOST_CHARACTERS = 4_000_000
"""Of all documents kept together: what is made of one takes some ten times as many bytes."""


class Cache(Generic[Key, Kept]):
    """The most recently used of things, bounded in number and in the characters that they were made from."""

    def __init__(self, size: int, characters: int = MOST_CHARACTERS) -> None:
        self.size, self.characters = size, characters
        self.hits = self.misses = self.evictions = 0
        self._weight = 0
        self._kept: OrderedDict[Key, tuple[Kept, int]] = OrderedDict()

    def get(self, key: Key) -> Kept | None:
        """What is kept under a key."""
        entry = self._kept.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return entry[0]

    def put(self, key: Key, kept: Kept, characters: int) -> Kept:
        """Keep something under a key; the least recently used makes room for it."""
        _, before = self._kept.pop(key, (None, 0))
        self._kept[key] = kept, characters
        self._weight += characters - before
        while len(self._kept) > self.size or self._weight > self.characters:
            _, (_, less) = self._kept.popitem(last=False)
            self._weight -= less
            self.evictions += 1
        return kept

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def use(self) -> dict[str, int]:
        """How much is kept, and how often that was of use."""
        return {"size": len(self), "characters": self._weight, "hits": self.hits, "misses": self.misses}
