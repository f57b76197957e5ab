"""Moves: entries whose files lie elsewhere by now, known by their bytes.

Most move with the id that their file says. Of those whose ids hang on where the file is, the bytes
are known; where several are the same, names tell them apart, then their order.
"""

import os
from collections.abc import Iterable

from feedsvc.index import Row
from feedsvc.index.batch import Batch
from feedsvc.readers import ALONE_NAME, part_path

__all__ = ["Moves"]


class Moves:
    """The entries in the index that may have moved in the folder `root`, as one run finds them.

    What it has written by then is in the `batch`.
    """

    def __init__(self, root: str, batch: Batch) -> None:
        self._root, self._batch = root, batch
        self._known: dict[str, list[Row]] = {}
        self.ended = False
        """Whether all files have been looked at: what wasn't found by now is gone."""

    def expect(self, sources: Iterable[str]) -> None:
        """Ask which entries were made of these bytes, for who looks for them next."""
        self._known = {}
        for row in self._batch.tied_to(list(dict.fromkeys(sources))):
            self._known.setdefault(row.source, []).append(row)

    def find(self, path: str, source: str) -> Row | None:
        """Find the entry that has moved to `path`: the one whose path is the most alike."""
        if source not in self._known:
            return None
        gone = [row for row in self._list(path, source) if self.is_gone(row)]
        return max(gone, key=lambda row: _count_alike(path, row.path), default=None)

    def must_wait(self, path: str, source: str) -> bool:
        """Whether it can't be told yet which one has moved there.

        So it is where none is the most alike by its name, as another file may be more like it;
        and where a record may be gone from a file that is still there.
        """
        if self.ended or source not in self._known:
            return False
        if not (found := self._list(path, source)):
            return False
        alike = sorted(_count_alike(path, row.path) for row in found if self.is_gone(row))
        return not alike or not alike[-1] or alike[-2:-1] == alike[-1:]

    def _list(self, path: str, source: str) -> list[Row]:
        """List the entries of these bytes that may have moved, as they are by now."""
        rows = (self._batch.find(row.id) for row in self._known[source])
        return [
            row
            for row in rows
            if row
            and (row.source, row.path != path) == (source, True)
            and (self.is_gone(row) or part_path(row.path or "")[1])
        ]

    def is_gone(self, row: Row) -> bool:
        """Whether no file has an entry any more."""
        if row.path is None or row.state == "withdrawn":
            return True
        return not os.path.lexists(os.path.join(self._root, part_path(row.path)[0]))


def _count_alike(path: str, other: str | None) -> int:
    """Count the names at the end of two paths that are the same."""
    ours, theirs = (_part(each) for each in (path, other or ""))
    return next(
        (number for number, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
        min(len(ours), len(theirs)),
    )


def _part(path: str) -> list[str]:
    return path.removesuffix(f"/{ALONE_NAME}").split("/")[::-1]
