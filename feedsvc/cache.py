"""The cache: bytes by key, those used last, within a budget.

What a key stands for never changes, so nothing in it is ever invalid; one cache is all that a
process keeps of documents.
"""

import threading
from collections import OrderedDict

__all__ = ["Cache"]

OVERHEAD = 256
"""Bytes that a key and its place take, about; fragments may be shorter than that."""


class Cache:
    """Keeps up to `budget` bytes, but the last item always. Safe to use from several threads."""

    def __init__(self, budget: int) -> None:
        self.budget, self._size = budget, 0
        self._items: OrderedDict[bytes | str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes | str) -> bytes | None:
        """Return what is kept under a key, None where nothing is."""
        with self._lock:
            item = self._items.get(key)
            if item is not None:
                self._items.move_to_end(key)
            return item

    def put(self, key: bytes | str, item: bytes) -> None:
        """Keep an item; what wasn't used for longest goes."""
        with self._lock:
            if key in self._items:
                return
            self._items[key] = item
            self._size += len(item) + OVERHEAD
            while self._size > self.budget and len(self._items) > 1:
                _, dropped = self._items.popitem(last=False)
                self._size -= len(dropped) + OVERHEAD
