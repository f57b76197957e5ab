"""Matching: the files of the folder with the rows of the index, by their paths.

Both come in the order of paths: of a million, no more than a few are in memory.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeAlias

from feedsvc.folder import File, Opened
from feedsvc.index import Glance, Index

__all__ = ["Enter", "Step", "match", "read_glances"]

ROWS = 10_000
"""Rows that are read at once."""

Step: TypeAlias = tuple[File | None, Glance | None]
"""A file and what is known of its path, or one without the other."""


Enter: TypeAlias = Callable[[File, Glance | None, bool], Opened | None]
"""Open a collection, that is known or not, and has rows or not; None where it is as it was."""


def read_glances(index: Index, now: int) -> Iterator[Glance]:
    """Glance at the entries that have a file, in the order of their paths."""
    after = ""
    while glances := index.glances(after, ROWS, now):
        yield from glances
        after = glances[-1].path


class _Rows:
    """Glances in the order of their paths; `next` is None after the last."""

    def __init__(self, glances: Iterator[Glance]) -> None:
        self._glances = glances
        self.next = next(glances, None)

    def move(self) -> Glance | None:
        """Go on to the next."""
        self.next = next(self._glances, None)
        return self.next

    def below(self, path: str) -> Iterator[Glance]:
        """Take all whose paths begin with this one."""
        while (glance := self.next) and glance.path.startswith(path):
            self.move()
            yield glance


def match(files: Iterable[File], glances: Iterator[Glance], enter: Enter) -> Iterator[Step]:
    """Match files with rows by path: yield each pair, and each that has no match.

    But for rows of files that are only out of sight: in a folder, or a collection, that can't be
    read. `enter` opens a collection.
    """
    rows = _Rows(glances)
    for file in files:
        glance: Glance | None = rows.next
        while glance and glance.path < file.path:
            yield None, glance
            glance = rows.move()
        if glance and glance.path == file.path:
            rows.move()
        else:
            glance = None
        if not file.path.endswith("/"):
            yield file, glance
            continue
        below = rows.below(file.path)
        if file.fault:
            yield file, None
        else:
            yield from _match_records(file, glance, below, enter)
        for _ in below:  # what is out of sight stays
            pass
    while last := rows.next:
        yield None, last
        rows.move()


def _match_records(
    file: File, known: Glance | None, below: Iterator[Glance], enter: Enter
) -> Iterator[Step]:
    """Match what is in a collection; where that isn't opened, all is there as it was."""
    begin = []
    for row in below:
        begin.append(row)
        if not row.withdrawn:
            break
    opened = enter(file, known, any(not row.withdrawn for row in begin[-1:]))
    rows = chain(begin, below)
    if opened is None:
        for row in rows:
            if not row.withdrawn:
                yield File(row.path, row.size, row.mtime), row
        return
    for part, glance in match(opened.parts, rows, enter):
        if part or not opened.keeps:
            yield part, glance
