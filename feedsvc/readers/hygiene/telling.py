"""Telling: what was decided about the HTML of an article, each once, with its line.

A page may have a hundred thousand faults of a kind; who reads of the first knows of all.
"""

from collections.abc import Callable

from feedsvc.readers.lines import Notes

__all__ = ["MOST_TOLD", "Teller"]

MOST_TOLD = 100
"""Of a kind; the rest are counted."""


class Teller:
    """Tells the notes of an article; `where` finds the line of what stands in its HTML."""

    def __init__(self, notes: Notes, where: Callable[[str], int]) -> None:
        self._notes, self._where = notes, where
        self._told: set[tuple[str, str]] = set()
        self._times: dict[str, int] = {}
        self._counted: dict[tuple[str, str], tuple[int, str]] = {}

    def find(self, written: str, what: str, why: str) -> None:
        """Say what everybody should know of something that is written in the HTML."""
        if self._is_new(written, what):
            self._notes.find(self._where(written), "text", what, why)

    def tell(self, written: str, what: str, why: str) -> None:
        """Say which rule fired, for who asks."""
        if self._is_new(written, what):
            self._notes.tell(self._where(written), "text", what, why)

    def count(self, what: str, why: str, written: str) -> None:
        """Count how often a rule fired, and remember the first."""
        times, first = self._counted.get((what, why), (0, written))
        self._counted[what, why] = times + 1, first

    def close(self) -> None:
        """Say what was counted."""
        for (what, why), (times, first) in self._counted.items():
            self._notes.tell(self._where(first), "text", f"{what} ({times})", why)
        for what, times in self._times.items():
            if times > MOST_TOLD:
                self._notes.find(1, "text", what, f"{times - MOST_TOLD} more like these")

    def _is_new(self, written: str, what: str) -> bool:
        if (written, what) in self._told:
            return False
        self._told.add((written, what))
        self._times[what] = self._times.get(what, 0) + 1
        return self._times[what] <= MOST_TOLD
