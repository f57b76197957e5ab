"""The folder into the index, against the least that an index takes."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from feedsvc.index.sqlite import SqliteIndex
from feedsvc.ingest import ingest
from feedsvc.publication import Publication
from feedsvc.settings import Settings
from tests.bench.corpus import NOW, walk
from tests.bench.measure import compare

__all__ = ["bench_ingest", "run_ingest"]


def bench_ingest(settings: Settings, count: int) -> None:
    """Measure the ingest of all articles, and one that finds them all as they were."""
    folder = Path(settings.folder)

    def build() -> None:
        shutil.rmtree(folder / ".feedsvc", ignore_errors=True)
        run_ingest(settings)

    compare(
        f"ingest of {count} articles from nothing, s (sketch)",
        1,
        build,
        lambda: sketch_ingest(folder, folder / ".sketch"),
    )
    compare(
        f"ingest of {count} articles, nothing changed, s (walk)",
        1,
        lambda: run_ingest(settings),
        lambda: [entry.stat() for entry in walk(folder)],
    )


def run_ingest(settings: Settings) -> None:
    """Do what the command does: ingest, and record what changed."""
    with closing(SqliteIndex(settings.database, create=True)) as index:
        ingest(settings, index, NOW)
        Publication(settings, index).settle(NOW)


def sketch_ingest(folder: Path, database: Path) -> None:
    """Do the least an index takes: walk, read, split off the head, one row and its text."""
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE a (path PRIMARY KEY, size, mtime, published, title, url)")
        connection.execute("CREATE TABLE c (path PRIMARY KEY, text)")
        connection.execute("BEGIN")
        for entry in walk(folder):
            status = entry.stat()
            text = Path(entry.path).read_text(encoding="utf-8")
            title, date, url, body = text.split("\n", 3)
            published = datetime.fromisoformat(date).timestamp()
            row = (entry.path, status.st_size, status.st_mtime_ns, published, title, url)
            connection.execute("INSERT INTO a VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO c VALUES (?, ?)", (entry.path, body))
        connection.execute("COMMIT")
