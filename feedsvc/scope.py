"""The scope of a run: which files it looks at, and the rows that they are matched with.

A run that is told what has changed must leave the index as one that looks at everything would:
so it looks at more than that, but at nothing whose cost is the corpus's.
"""

import heapq
import os
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from feedsvc.errors import ArticleError
from feedsvc.folder import File, count, find, is_open, locate, show_path, walk
from feedsvc.index import Glance, Index
from feedsvc.matching import read_glances
from feedsvc.media import list_stale, list_users
from feedsvc.places import widen
from feedsvc.records import find_part, has_articles, holds_articles
from feedsvc.settings import Settings
from feedsvc.sieve import make_sieve

__all__ = ["Scope", "count_articles"]


class Scope:
    """What a run looks at: everything, or with `changed` what those paths concern.

    `stale` are the articles to be read again though they are the same, as what they name is
    another file now; `kept` counts the entries that stay though no file is there, `ignored` the
    files that are no articles, by kind, `left_out` what is none by the sieve's rules. Where one
    of several folders holds nothing, it is everything. Raises FolderError where the folder can't
    be read.
    """

    def __init__(self, settings: Settings, index: Index, changed: Collection[str] | None) -> None:
        self._settings, self._root, self._index = settings, settings.folder, index
        self._sieve = make_sieve(settings)
        self._targets: list[str] | None = None
        self.kept = 0
        self.ignored: dict[str, int] = {}
        self.left_out = self._sieve.counts
        self._empty = [name for name in settings.folders if not has_articles(settings, name)]
        paths = None
        if changed is not None and not self._empty and not self._was_empty():
            paths = widen(self._root, changed, self._sieve)
        if paths is None:
            self.stale = list_stale(settings, index)
            return
        places = {self._locate(path) for path in paths}
        self.stale = set().union(
            *(list_users(settings, index, index.media_at(place)) for place in places)
        )
        # Where an id has become free, an article that was refused for it may have it.
        contested = index.contested() if places else []
        places |= {self._locate(path) for path in chain(self.stale, contested)}
        self._targets = _leave_out_nested(places)

    @property
    def whole(self) -> bool:
        """Whether it is everything."""
        return self._targets is None

    @property
    def places(self) -> list[str] | None:
        """What it is, as findings name it; None where it is everything."""
        return None if self._targets is None else [show_path(path) for path in self._targets]

    def parts(
        self, now: int, allow_empty: bool
    ) -> Iterator[tuple[Iterator[File], Iterator[Glance]]]:
        """Yield the files of each part, and what is known of them, in the order of their paths.

        Nothing is known where no article is, unless `allow_empty`: the folder may not be mounted.
        """
        if self._targets is None:
            files = walk(self._root, self.ignored, self._sieve)
            faulty: list[File] = []
            for file in files:
                faulty.append(file)
                if holds_articles(self._settings, file):
                    break
            else:
                self._keep(allow_empty)
            glances = iter(()) if self.kept else read_glances(self._index, now)
            files = chain(faulty, files)
            if self._empty and not allow_empty:
                files = heapq.merge(files, self._tell_empty(), key=lambda file: file.path)
                glances = filter(self._is_in_sight, glances)
            yield files, glances
            return
        if self._targets and not has_articles(self._settings):
            self._keep(allow_empty)
        for path in self._targets:
            glances = iter(() if self.kept else self._index.glances_at(path, now))
            yield find(self._root, path, self.ignored, self._sieve), glances

    def find(self, path: str) -> Iterator[File]:
        """Find a file or a record once more, if it is still one of those that could be articles."""
        sieve = make_sieve(self._settings)  # it is counted already
        for file in find(self._root, locate(self._root, path, sieve), {}, sieve):
            if part := find_part(self._settings, file, path):
                yield part

    def _locate(self, path: str) -> str:
        return locate(self._root, path, self._sieve)

    def _was_empty(self) -> bool:
        """Whether one of the folders held no article when they were last looked at."""
        refused = {finding.path for finding in self._index.refused()}
        return any(f"{name}/" in refused for name in self._sieve.folders)

    def _is_in_sight(self, glance: Glance) -> bool:
        """Whether an entry's file is in none of the folders that hold no article now."""
        area = self._sieve.begin_at(glance.path)
        return area is None or (area.path[:-1] or ".") not in self._empty

    def _tell_empty(self) -> Iterator[File]:
        """Yield those of the folders that can be read, and hold no article."""
        why = "what was published from it stays (--allow-empty withdraws it)"
        for name in sorted(self._empty):
            if is_open(os.path.join(self._root, name)):
                path = f"{name}/"
                fault = ArticleError(show_path(path), 1, "file", "has no articles", why)
                yield File(path, fault=fault)

    def _keep(self, allow_empty: bool) -> None:
        counts = self._index.counts()
        self.kept = 0 if allow_empty else counts.published + counts.waiting + counts.unread


def count_articles(settings: Settings) -> int:
    """Count what a run that looks at everything looks at, or hardly less."""
    return count(settings.folder, make_sieve(settings))


def _order(path: str) -> str:
    """Order a path as all that is in it is ordered, where it is a folder."""
    return f"{path}/"


def _leave_out_nested(places: Iterable[str]) -> list[str]:
    """Put paths into order, and leave out those within others."""
    chosen: list[str] = []
    for place in sorted(places, key=_order):
        if not chosen or not place.startswith(f"{chosen[-1]}/"):
            chosen.append(place)
    return chosen
