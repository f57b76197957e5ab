"""Records: the articles in files that hold many, as if such a file were a folder of them.

In the index a record is at its file's path and its name in it. Its size and a digest stand for its
looks: a file that has changed costs the reading of those records that have. One that hasn't isn't
opened.
"""

from collections.abc import Callable, Collection
from functools import partial
from posixpath import splitext
from typing import Any

from feedsvc.errors import ArticleError
from feedsvc.folder import File, Opened, has_article, look
from feedsvc.index import Glance, Look
from feedsvc.readers import is_collection, part_path
from feedsvc.report import Report
from feedsvc.settings import Settings
from feedsvc.sieve import make_sieve

__all__ = ["EMPTY", "Collections", "find_part", "has_articles", "holds_articles"]

ARTICLES = "articles"
"""What is remembered of a collection that holds any."""

EMPTY = "records"
"""The field of a refusal for having none any more."""


class Collections:
    """The collections of a folder, as one run finds them.

    `stale` are the records that are to be read again, None where all are; `ignored` counts the
    files that hold no articles; what was written before a `moment`, as of then, is settled.
    """

    def __init__(
        self,
        settings: Settings,
        stale: Collection[str] | None,
        ignored: dict[str, int],
        rests: Callable[[str, int, int], bool],
        moment: Callable[[], int],
        *,
        allow_empty: bool,
    ) -> None:
        self._settings, self._ignored, self._rests, self._moment = settings, ignored, rests, moment
        self._stale = None if stale is None else {part_path(path)[0] for path in stale}
        self._allow_empty = allow_empty
        self._read: dict[str, Look] = {}
        self._gone: list[str] = []
        self._restless: list[str] = []

    def enter(self, file: File, known: Glance | None, has_rows: bool) -> Opened | None:
        """Open a collection, None where it is as it is known; `has_rows` where any record is."""
        path = file.path[:-1]
        fresh = self._stale is not None and path not in self._stale
        if known and fresh and (known.size, known.mtime) == (file.size, file.mtime):
            self._count(path, bool(known.source))
            return None
        if not self._rests(path, file.size, file.mtime):
            self._restless.append(path)
            return Opened((), keeps=True)
        settled = file.mtime < self._moment()
        try:
            split = _split(self._settings, path)
            if not (split and (len(split) or split.faults)) and has_rows and not self._allow_empty:
                why = "what it held stays (--allow-empty withdraws it)"
                raise ArticleError(path, 1, EMPTY, "none in it", why)
        except ArticleError as fault:
            self._gone.append(file.path)
            return Opened([File(file.path, fault=fault)], keeps=True)
        self._count(path, split is not None)
        settled = settled and look(self._settings.folder, path, self._settings.outer) == file
        source = ARTICLES if split else ""
        self._read[path] = Look(file.path, file.size, file.mtime if settled else 0, source)
        if split is None:
            return Opened(())
        return Opened(split.parts(), keeps=bool(split.faults))

    def leave(self, glance: Glance) -> bool:
        """Note that no file is there any more; tell whether that needs no more to be done."""
        if glance.path.endswith("/"):
            self._gone.append(glance.path)
            return True
        return glance.withdrawn

    def settle(self, report: Report) -> tuple[list[Look], list[str]]:
        """Return the collections to be remembered as read whole, and those to be forgotten.

        One of which anything is refused, or left for later, is opened again by the next run.
        """
        report.restless += self._restless
        again = {finding.path for finding in report.refused if is_collection(finding.path)}
        again |= {part_path(path)[0] for path in report.restless if "/" in path}
        read = [look for path, look in self._read.items() if path not in again]
        return read, self._gone + [f"{path}/" for path in again]

    def _count(self, path: str, holds: bool) -> None:
        if not holds:
            kind = splitext(path)[1]
            self._ignored[kind] = self._ignored.get(kind, 0) + 1


def find_part(settings: Settings, file: File, path: str) -> File | None:
    """Find the record of a path in its file; None where it is gone. A file is found itself."""
    if not part_path(path)[1]:
        return file
    try:
        split = _split(settings, part_path(path)[0])
    except ArticleError:
        return None
    parts = split.parts() if split else ()
    return next((part for part in parts if part.path == path), None)


def holds_articles(settings: Settings, file: File) -> bool:
    """Whether a file that may be an article holds any, as far as it can be read."""
    if file.fault or not is_collection(file.path.rstrip("/")):
        return file.fault is None
    try:
        return bool(_split(settings, file.path[:-1], first=True))
    except ArticleError:
        return False


def has_articles(settings: Settings, folder: str = "") -> bool:
    """Whether there is any article in the folder, or in one of several that is named.

    Looks no further than to the first.
    """
    holds = partial(holds_articles, settings)
    return has_article(settings.folder, holds, make_sieve(settings), folder)


def _split(settings: Settings, path: str, *, first: bool = False) -> Any:
    """Split a file as `split_file` does: it is imported, with what reads fields, where one is."""
    from feedsvc.splits import split_file

    return split_file(settings, path, first=first)
