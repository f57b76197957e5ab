"""The scope of a run: which files it looks at, and the rows that they are matched with.

A run that is told what has changed must leave the index as one that looks at everything would:
so it looks at more than that, but at nothing whose cost is the corpus's.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from feedsvc.folder import File, find, has_article, locate, show_path, walk
from feedsvc.index import Glance, Index
from feedsvc.matching import read_glances
from feedsvc.media import list_stale, list_users
from feedsvc.settings import Settings

__all__ = ["Scope"]


class Scope:
    """What a run looks at: everything, or with `changed` what those paths concern.

    `stale` are the articles to be read again though they are the same, as what they name is
    another file now; `kept` counts the entries that stay though no file is there, `ignored` the
    files that are no articles, by kind. Raises FolderError where the folder can't be read.
    """

    def __init__(self, settings: Settings, index: Index, changed: Collection[str] | None) -> None:
        self._root, self._index = settings.folder, index
        self._targets: list[str] | None = None
        self.kept = 0
        self.ignored: dict[str, int] = {}
        if changed is None:
            self.stale = list_stale(settings, index)
            return
        places = {locate(self._root, path) for path in changed}
        self.stale = set().union(
            *(list_users(settings, index, index.media_at(place)) for place in places)
        )
        # Where an id has become free, an article that was refused for it may have it.
        contested = index.contested() if places else []
        places |= {locate(self._root, path) for path in chain(self.stale, contested)}
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
            files = walk(self._root, self.ignored)
            faulty: list[File] = []
            for file in files:
                faulty.append(file)
                if file.fault is None:
                    break
            else:
                self._keep(allow_empty)
            glances = iter(()) if self.kept else read_glances(self._index, now)
            yield chain(faulty, files), glances
            return
        if self._targets and not has_article(self._root):
            self._keep(allow_empty)
        for path in self._targets:
            glances = iter(() if self.kept else self._index.glances_at(path, now))
            yield find(self._root, path, self.ignored), glances

    def _keep(self, allow_empty: bool) -> None:
        counts = self._index.counts()
        self.kept = 0 if allow_empty else counts.published + counts.waiting


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
