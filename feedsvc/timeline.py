"""Timelines: when the entries of a feed were published, asked one by one or read all at once.

Who looks at one window asks the index, at the cost of the answer; who looks at all reads the
times first, and asks no more.
"""

from array import array
from bisect import bisect_left
from typing import Protocol

from feedsvc.index import Index

__all__ = ["Asked", "Read", "Timeline"]

BATCH = 10_000
"""Times that are read at once."""


class Timeline(Protocol):
    """The contract; times are seconds since 1970 UTC."""

    def count(self, start: int, end: int, most: int) -> int:
        """Count the entries published from `start` and before `end`, up to `most` at least."""

    def last_before(self, moment: int) -> int | None:
        """Return when the last entry before a moment was published."""

    def first_from(self, moment: int) -> int | None:
        """Return when the first entry from a moment on was published."""


class Asked:
    """The timeline of the feed at `path` as it is at each question."""

    def __init__(self, index: Index, path: str) -> None:
        self._index, self._path = index, path

    def count(self, start: int, end: int, most: int) -> int:
        return self._index.count(self._path, start, end, most)

    def last_before(self, moment: int) -> int | None:
        return self._index.last_before(self._path, moment)

    def first_from(self, moment: int) -> int | None:
        return self._index.first_from(self._path, moment)


class Read:
    """The timeline of the feed at `path` as it was when this was made: eight bytes an entry."""

    def __init__(self, index: Index, path: str) -> None:
        self._moments = array("q")
        after = -(1 << 62)
        while found := index.moments(path, after, BATCH):
            for after, entries in found:
                self._moments.extend([after] * entries)

    def count(self, start: int, end: int, most: int) -> int:
        return bisect_left(self._moments, end) - bisect_left(self._moments, start)

    def last_before(self, moment: int) -> int | None:
        place = bisect_left(self._moments, moment)
        return self._moments[place - 1] if place else None

    def first_from(self, moment: int) -> int | None:
        place = bisect_left(self._moments, moment)
        return self._moments[place] if place < len(self._moments) else None
