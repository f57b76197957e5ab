"""Windows: the slices of a feed, the newest entries and the archives (RFC 5005, section 4).

The archives partition a feed by `published`, which doesn't move, into calendar periods that split
themselves: a period of more entries than an archive should hold is split into its parts. What is
published later is in no archive but the last, the open one. A period that was split keeps its
address: it is the cover of its parts, with the entries of its newest part.

An archive names its neighbours by the longest periods that don't hold it too: whatever is split
or merged beside it, its links stay, and lead to every entry in both directions.
"""

from collections.abc import Iterator

from feedsvc.index import Index
from feedsvc.model import Feed, Stamp, Window
from feedsvc.periods import FINEST, Period, find_period, read_period
from feedsvc.timeline import Asked, Timeline

__all__ = ["Windows"]

BEFORE_ALL, AFTER_ALL = -(1 << 62), 1 << 62


class Windows:
    """The windows of one feed. Archives hold up to `size` entries, but those of a minute more.

    `timeline` is the feed's, where it was read already.
    """

    def __init__(
        self, index: Index, feed: Feed, size: int, timeline: Timeline | None = None
    ) -> None:
        self._index, self._feed, self._size = index, feed, size
        self._timeline = timeline or Asked(index, feed.path)

    def newest(self, entries: int, *, archived: bool) -> Window:
        """Return the `entries` that were updated last; with archives, the open one's too.

        So the newest window and the archives before it hold every entry. Where the open one is a
        minute of too many, it is the first of those archives instead.
        """
        stamps = self._index.newest(self._feed.path, entries)
        last = self._timeline.last_before(AFTER_ALL)
        prev = ""
        if archived and last is not None:
            leaf = self._find_leaf(last)
            if self._is_large(leaf):
                prev = leaf.name
            else:
                stamps = _merge(stamps, self._read(leaf))
                prev = self._name_before(leaf)
        complete = self._count(BEFORE_ALL, AFTER_ALL, len(stamps) + 1) <= len(stamps)
        return Window(self._feed, stamps, prev="" if complete else prev, complete=complete)

    def archive(self, name: str) -> Window | None:
        """Return the archive of a period; None where there can be none of this name.

        Periods come and go as articles do, and a client may be on its way: one that is part of
        an archive now is answered by that, an empty one by the archive before it.
        """
        asked = read_period(name, self._feed.timezone)
        last = self._timeline.last_before(AFTER_ALL)
        if asked is None or last is None:
            return None
        moment = self._timeline.last_before(asked.end)
        if moment is None:
            moment = self._timeline.first_from(asked.end)
            assert moment is not None
        leaf = self._find_leaf(moment)
        node = asked if moment in asked and asked.level < leaf.level else leaf
        return Window(
            self._feed,
            self._read(leaf),
            period=node.name,
            prev=self._name_before(leaf),
            next=self._name_after(node, leaf),
            closed=last not in node,
        )

    def archives(self) -> Iterator[tuple[int, str]]:
        """Yield all archives, the oldest first, a cover after its parts.

        Each is the time at which the entries that it holds begin, and its name.
        """
        return self._walk(0, BEFORE_ALL, AFTER_ALL)

    def _walk(self, level: int, start: int, end: int) -> Iterator[tuple[int, str]]:
        for period in self._parts(level, start, end):
            begin = period.start
            if self._is_split(period):
                for begin, name in self._walk(level + 1, period.start, period.end):
                    yield begin, name
            yield begin, period.name

    def parts(self, name: str = "") -> tuple[str, ...]:
        """Name the periods with entries that a period was split into, newest first.

        Of the feed, its years; none where the period wasn't split.
        """
        period = read_period(name, self._feed.timezone)
        if period is None:
            found = self._parts(0, BEFORE_ALL, AFTER_ALL)
        elif self._is_split(period):
            found = self._parts(period.level + 1, period.start, period.end)
        else:
            return ()
        return tuple(part.name for part in found)[::-1]

    def _parts(self, level: int, start: int, end: int) -> Iterator[Period]:
        moment = self._timeline.first_from(start)
        while moment is not None and moment < end:
            period = find_period(moment, level, self._feed.timezone)
            yield period
            moment = self._timeline.first_from(period.end)

    def _find_leaf(self, moment: int) -> Period:
        """Return the period that isn't split and holds the entries of a moment."""
        level = 0
        while self._is_split(period := find_period(moment, level, self._feed.timezone)):
            level += 1
        return period

    def _is_split(self, period: Period) -> bool:
        return period.level < FINEST and self._is_large(period)

    def _is_large(self, period: Period) -> bool:
        return self._count(period.start, period.end, self._size + 1) > self._size

    def _name_before(self, leaf: Period) -> str:
        return self._name_beside(leaf, self._timeline.last_before(leaf.start))

    def _name_after(self, node: Period, leaf: Period) -> str:
        """Name what is read after an archive; from a cover that is the first of its parts."""
        if node == leaf:
            return self._name_beside(leaf, self._timeline.first_from(leaf.end))
        first = self._timeline.first_from(node.start)
        assert first is not None
        return find_period(first, node.level + 1, self._feed.timezone).name

    def _name_beside(self, leaf: Period, moment: int | None) -> str:
        """Name the longest period that holds a moment and not `leaf`."""
        if moment is None:
            return ""
        periods = (find_period(moment, level, self._feed.timezone) for level in range(FINEST + 1))
        return next(period.name for period in periods if leaf.start not in period)

    def _read(self, period: Period) -> tuple[Stamp, ...]:
        return self._index.between(self._feed.path, period.start, period.end)

    def _count(self, start: int, end: int, most: int) -> int:
        return self._timeline.count(start, end, most)


def _merge(stamps: tuple[Stamp, ...], others: tuple[Stamp, ...]) -> tuple[Stamp, ...]:
    """Return all of them once, in the order of a newest window."""
    found = {stamp.id: stamp for stamp in (*stamps, *others)}
    return tuple(sorted(found.values(), key=lambda stamp: (-stamp.updated.timestamp(), stamp.id)))
