"""Keeping: the identities in the index, into the file of them that lies beside the articles.

It is written where somebody has made it, and never over what could not be read of it.
"""

import time
from collections.abc import Iterator

from feedsvc.clean import show_id
from feedsvc.files import SETTLED
from feedsvc.ids import IDS, Identity, digest_ids, look_at_ids, write_ids
from feedsvc.index import Index

__all__ = ["Keeper", "keep_ids", "list_identities"]

PAUSE = 1.0
"""Seconds between two times that the file is written while the folder is watched, at least."""

SHARE = 50
"""Times as long as it took to be written, at least: a large one is written seldom."""

ROWS = 10_000
"""Rows that are read at once."""


def list_identities(index: Index) -> Iterator[Identity]:
    """List the identities of all entries that have a file, in the order of their paths."""
    after = ""
    while rows := index.identified(after, ROWS):
        for row in rows:
            times = row.published, row.updated, row.edited, row.seen
            yield Identity(str(row.path), show_id(row.id), row.source, *times, row.slug)
        after = str(rows[-1].path)


class Keeper:
    """Who keeps the file up to date while a folder is watched, when there is nothing else to do."""

    def __init__(self) -> None:
        self._next, self._told = 0.0, ""

    def keep(self, folder: str, index: Index, *, now: bool = False) -> str:
        """Bring it up to date, `now` or if its time has come; return what is wrong with it."""
        begun = time.monotonic()
        if now or begun >= self._next:
            self._told = keep_ids(folder, index)
            self._next = begun + max(PAUSE, SHARE * (time.monotonic() - begun))
        return self._told


def keep_ids(folder: str, index: Index, *, make: bool = False) -> str:
    """Bring the file of a folder up to date, if it is there; with `make`, also if it isn't.

    Return why that can't be done, "" where all is well. A file that was changed meanwhile is left
    for the next ingest to take over.
    """
    looks = look_at_ids(folder, time.time_ns() - SETTLED)
    if not (make or looks) or (looks and index.has_kept()):
        return ""
    with index.exclusive():
        if looks and not index.taken_ids().endswith(f" {digest_ids(folder)}"):
            return ""
        if not make and any(finding.path == IDS for finding in index.refused()):
            return f"{IDS}: not kept up to date until its faults are mended"
        try:
            write_ids(folder, list_identities(index))
        except OSError as error:
            return f"{IDS}: can't be written: {error.strerror}"
        looks = look_at_ids(folder, time.time_ns() - SETTLED)
        with index.transaction():
            index.refuse((), [IDS])
            index.keep_ids(f"{looks} {digest_ids(folder)}", kept=True)
    return ""
