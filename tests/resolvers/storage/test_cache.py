"""What is kept of documents is bounded, and what was used last stays."""

from resolvers.storage.cache import Cache


def test_the_least_recently_used_makes_room() -> None:
    cache: Cache[str, int] = Cache(2)
    cache.put("a", 1, 1)
    cache.put("b", 2, 1)
    cache.get("a")

    cache.put("c", 3, 1)

    assert [cache.get(key) for key in "abc"] == [1, None, 3]
    assert cache.use() == {"size": 2, "characters": 2, "hits": 3, "misses": 1}


def test_long_documents_make_room_for_one_another_sooner() -> None:
    cache: Cache[str, int] = Cache(100, characters=10)
    cache.put("a", 1, 4)
    cache.put("b", 2, 4)

    cache.put("c", 3, 6)

    assert [cache.get(key) for key in "abc"] == [None, 2, 3]


def test_what_is_longer_than_all_that_may_be_kept_is_not() -> None:
    cache: Cache[str, int] = Cache(100, characters=10)

    assert cache.put("a", 1, 11) == 1
    assert len(cache) == 0
