"""The index in an SQLite file: the embedded default, beside the articles.

One connection a process, serialised by a lock; write-ahead log, so that readers never wait for
the writer (https://sqlite.org/wal.html).
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from feedsvc.errors import FeedsvcError, IndexDamaged, IndexMissing, IndexUnusable
from feedsvc.index import SCHEMA, TABLES, Index

__all__ = ["SqliteIndex"]

WAIT = 30.0
"""Seconds to wait for another process that writes."""


class SqliteIndex(Index):
    """The index in the file `path`, or in memory where it is `:memory:`.

    With `create`, the file and its tables are made where they aren't there, or are of another
    schema; without, IndexMissing is raised until somebody made them.
    """

    def __init__(self, path: str, *, create: bool = False) -> None:
        self.path, self._create = path, create
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        """Run a statement: see the contract."""
        with self._lock:
            try:
                connection = self._connection or self._connect()
                return connection.execute(sql, values or {}).fetchall()
            except sqlite3.DatabaseError as error:
                raise self._explain(error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write: see the contract. Other writers wait, readers go on."""
        with self._lock:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                if self._connection and self._connection.in_transaction:
                    self.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    def _connect(self) -> sqlite3.Connection:
        if self._create:
            self._make_room()
        elif not Path(self.path).exists():
            raise IndexMissing(self.path, "no index yet", "run feedsvc ingest, or feedsvc serve")
        connection = sqlite3.connect(
            self.path, timeout=WAIT, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._check_schema(connection)
        except (sqlite3.Error, FeedsvcError):
            connection.close()
            raise
        self._connection = connection
        return connection

    def _make_room(self) -> None:
        """Make the folder that the file goes into; what is in it is no business of git's."""
        folder = Path(self.path).parent
        if self.path == ":memory:" or folder.is_dir():
            return
        try:
            folder.mkdir(parents=True)
            (folder / ".gitignore").write_text("*\n")
        except OSError as error:
            raise IndexUnusable(
                str(folder), f"can't be made: {error.strerror}", "the setting database moves it"
            ) from error

    def _check_schema(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == SCHEMA:
            return
        if not self._create:
            raise IndexMissing(self.path, "of another version", "run feedsvc ingest")
        connection.execute("BEGIN IMMEDIATE")
        kept = _keep_identities(connection) if found else []
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall():
            connection.execute(f'DROP TABLE "{table}"')
        for statement in TABLES:
            connection.execute(statement)
        connection.executemany(
            "INSERT INTO article VALUES (?, ?, -1, 0, '', '', ?, ?, ?, ?, 'withdrawn', 0)", kept
        )
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")

    def _explain(self, error: sqlite3.DatabaseError) -> FeedsvcError:
        kind = IndexUnusable if isinstance(error, sqlite3.OperationalError) else IndexDamaged
        return kind(self.path, f"the index can't be used: {error}")


def _keep_identities(connection: sqlite3.Connection) -> list[Any]:
    """Return what no build from the folder gives back: ids, and the times things were seen."""
    return connection.execute(
        "SELECT path, id, published, updated, edited, seen FROM article"
    ).fetchall()
