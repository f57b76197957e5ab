"""The tally: what was asked for and what it cost, in numbers that add up."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct

__all__ = ["Tally", "read_tally"]

K = TypeVar("K")

MOST_READERS = 200
"""Readers' feeds whose subscribers are told: those heard of last."""

DAY = 86_400
"""Seconds that what a reader tells of its subscribers holds: readers ask more often than that."""


class Tally(Struct):
    """Requests by document and status, and bytes by document.

    `saved` are those that a 304 did without. `subscribers` are by path, reader and the number
    that the feed has there: how many, and when that was told (seconds).
    """

    requests: dict[tuple[str, str], int] = {}
    sent: dict[str, int] = {}
    saved: dict[str, int] = {}
    subscribers: dict[tuple[str, str, str], tuple[int, float]] = {}

    def add(self, other: "Tally") -> None:
        """Add what another has counted; of what readers told, the later holds."""
        _add(self.requests, other.requests)
        _add(self.sent, other.sent)
        _add(self.saved, other.saved)
        for key, told in other.subscribers.items():
            if told[1] > self.subscribers.get(key, (0, 0))[1]:
                self.subscribers[key] = told

    def count(self, document: str, status: str, *, sent: int = 0, saved: int = 0) -> None:
        """Count a request."""
        _add(self.requests, {(document, status): 1})
        if sent:
            _add(self.sent, {document: sent})
        if saved:
            _add(self.saved, {document: saved})

    def note(self, path: str, reader: str, feed_id: str, subscribers: int, now: float) -> None:
        """Note how many subscribers a reader has to what is at a path, by its own words."""
        self.subscribers.pop((path, reader, feed_id), None)
        self.subscribers[path, reader, feed_id] = subscribers, now
        if len(self.subscribers) > MOST_READERS:
            del self.subscribers[next(iter(self.subscribers))]

    def sum_subscribers(self, now: int) -> dict[tuple[str, str], int]:
        """Return by path and reader what was told of late."""
        sums: dict[tuple[str, str], int] = {}
        for (path, reader, _), (subscribers, told) in self.subscribers.items():
            if told > now - DAY:
                _add(sums, {(path, reader): subscribers})
        return sums

    def pack(self) -> bytes:
        """Pack it, for `read_tally`."""
        return msgspec.msgpack.encode(self)


read_tally = msgspec.msgpack.Decoder(Tally).decode


def _add(sums: dict[K, int], counts: Mapping[K, int]) -> None:
    for key, count in counts.items():
        sums[key] = sums.get(key, 0) + count
