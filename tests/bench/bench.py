"""The bench: how many articles, how long, and the folder of articles that most works share."""

from contextlib import closing
from functools import cached_property
from pathlib import Path

from feedsvc.index.sqlite import SqliteIndex
from feedsvc.ingest import ingest
from feedsvc.publication import Publication
from feedsvc.settings import Settings
from tests.bench.corpus import NOW, load, write_corpus
from tests.bench.measure import Pace

__all__ = ["Bench", "run_ingest"]


class Bench:
    """A folder `home` to work in; what several works need is made by the first of them."""

    def __init__(self, home: Path, count: int, pace: Pace) -> None:
        self.home, self.count, self.pace = home, count, pace
        self._added = 0

    @cached_property
    def folder(self) -> Path:
        """The articles, one in ten of them with a page; nothing is ingested yet."""
        folder = self.home / "articles"
        folder.mkdir()
        write_corpus(folder, self.count)
        return folder

    @cached_property
    def settings(self) -> Settings:
        """The settings of the articles, which are in the index then: the defaults."""
        settings = load(self.folder)
        run_ingest(settings)
        return settings

    def next_number(self) -> int:
        """Return the number of an article that isn't there yet."""
        self._added += 1
        return self._added


def run_ingest(settings: Settings) -> None:
    """Do what the command does: ingest, and record what changed."""
    with closing(SqliteIndex(settings.database, create=True)) as index:
        ingest(settings, index, NOW)
        Publication(settings, index).settle(NOW)
