"""The cache: the budget holds, and what is used stays."""

import threading

from feedsvc.cache import OVERHEAD, Cache

ITEM = b"-" * 1000
SIZE = len(ITEM) + OVERHEAD


def test_what_was_put_is_found_by_its_key_and_nothing_else() -> None:
    cache = Cache(10**6)
    cache.put("a", b"1")
    cache.put(b"a", b"2")
    assert (cache.get("a"), cache.get(b"a"), cache.get("b")) == (b"1", b"2", None)


def test_what_was_not_used_for_longest_goes_when_over_the_budget() -> None:
    cache = Cache(3 * SIZE)
    for key in ("a", "b", "c"):
        cache.put(key, ITEM)
    assert cache.get("a") is ITEM
    cache.put("d", ITEM)
    assert [cache.get(key) for key in ("a", "b", "c", "d")] == [ITEM, None, ITEM, ITEM]


def test_item_put_twice_counts_once() -> None:
    cache = Cache(2 * SIZE)
    for key in ("a", "b", "a", "b", "a"):
        cache.put(key, ITEM)
    assert cache.get("a") is cache.get("b") is ITEM


def test_item_larger_than_the_budget_is_kept_till_the_next() -> None:
    cache = Cache(1)
    cache.put("a", ITEM)
    assert cache.get("a") is ITEM
    cache.put("b", ITEM)
    assert (cache.get("a"), cache.get("b")) == (None, ITEM)


def test_many_small_items_count_with_what_their_keys_take() -> None:
    cache = Cache(10 * OVERHEAD)
    for number in range(20):
        cache.put(str(number), b"")
    assert sum(cache.get(str(number)) is not None for number in range(20)) == 10


def test_threads_keep_the_budget() -> None:
    cache = Cache(10 * SIZE)

    def use(name: int) -> None:
        for number in range(2000):
            cache.put(f"{name} {number}", ITEM)
            cache.get(f"{name} {number - 3}")

    threads = [threading.Thread(target=use, args=[name]) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [
        key for name in range(4) for number in range(2000) if cache.get(key := f"{name} {number}")
    ]
    assert len(kept) == 10
