"""The index in an SQLite file: the embedded default, beside the articles.

One connection a process, serialised by a lock; write-ahead log, so that readers never wait for
the writer (https://sqlite.org/wal.html). Nothing is written but the file, and files beside it.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from feedsvc.errors import FeedsvcError, IndexDamaged, IndexMissing, IndexUnusable
from feedsvc.index import Index
from feedsvc.index.identities import make_tables, read_identities, salvage_identities
from feedsvc.index.schema import SCHEMA
from feedsvc.locks import hold

__all__ = ["SqliteIndex"]

WAIT = 30.0
"""Seconds that an ingest waits for another process that writes; one that serves hardly does."""

MAGIC = b"SQLite format 3\0"

HOME = ".feedsvc"
"""The folder that is made for the index where no setting says where it goes."""

CACHE_KB = 16_384
"""Of the file, while it is written: an ingest comes to the same pages again and again."""

LITTLE_KB = 256
"""The same where it is only read: a worker's memory is short, and the system keeps pages too."""


class SqliteIndex(Index):
    """The index in the file `path`, or in memory where it is `:memory:`.

    With `create`, the file and its tables are made where they aren't there, or are of another
    schema; without, IndexMissing is raised until somebody made them.
    """

    def __init__(self, path: str, *, create: bool = False) -> None:
        self.path, self._create = path, create
        self._connection: sqlite3.Connection | None = None
        self._frozen = False
        self._looks: tuple[int, ...] = ()
        self._lock = threading.RLock()

    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        """Run a statement: see the contract."""
        with self._use() as connection:
            return connection.execute(sql, values or {}).fetchall()

    def execute_many(self, sql: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement many times: see the contract."""
        if values:
            with self._use() as connection:
                connection.executemany(sql, values)

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection or self._connect()
            except sqlite3.DatabaseError as error:
                raise self._explain(error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write: see the contract. Other writers wait, readers go on."""
        with self._lock:
            if not self._create:  # who serves doesn't wait: readers would
                self.execute("PRAGMA busy_timeout = 0")
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                if self._connection and self._connection.in_transaction:
                    self.execute("ROLLBACK")
                raise

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Wait: see the contract. The lock goes with the process, however it ends."""
        with self._lock_file("lock", fcntl.LOCK_EX):
            yield

    @contextmanager
    def lead(self) -> Iterator[bool]:
        """Try to lead: see the contract."""
        with self._lock_file("watch", fcntl.LOCK_EX | fcntl.LOCK_NB) as leads:
            yield leads

    @contextmanager
    def _lock_file(self, suffix: str, how: int) -> Iterator[bool]:
        """Lock a file beside the index; tell whether it is, where others aren't waited for."""
        if self.path == ":memory:":
            yield True
            return
        self._make_room()
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            raise IndexUnusable(self.path, "can't be the index", "it is no file")
        with ExitStack() as stack:
            try:
                lock = hold(f"{self.path}.{suffix}", how, os.O_CREAT | os.O_RDWR)
                locked = stack.enter_context(lock)
            except OSError as error:
                raise self._refuse(error) from error
            yield locked is not None

    def revision(self) -> int:
        """Return the revision: see the contract; of a file made anew, if that took its place.

        Who only reads goes on with what is open until another has an edition.
        """
        with self._lock:
            if self._connection is None or self._looks == self._look():
                return super().revision()
            if self._create:
                self.close()
                return super().revision()
            before = self._connection, self._looks, self._frozen
            self._connection = None
            try:
                number = super().revision()
            except FeedsvcError:
                self.close()
                self._connection, self._looks, self._frozen = before
                return super().revision()
            before[0].close()
            return number

    def _look(self) -> tuple[int, ...]:
        """Return which file it is; and of one that is read as it is, whether it still is so."""
        try:
            status = os.stat(self.path)
        except OSError:
            return (0,) if self.path == ":memory:" else ()
        file = (status.st_dev, status.st_ino)
        if not self._frozen:
            return file
        return (*file, status.st_size, status.st_mtime_ns, self._has_log())

    def _has_log(self) -> bool:
        """Whether there is more than what is in the file itself."""
        with suppress(OSError):
            return os.path.getsize(f"{self.path}-wal") > 0
        return False

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    def _connect(self) -> sqlite3.Connection:
        if self._create:
            self._make_room()
        elif not os.path.exists(self.path):
            raise IndexMissing(self.path, "no index yet", "run feedsvc ingest, or feedsvc serve")
        # SQLite makes a file beside it even to read, but where it is told that nobody writes.
        home = Path(self.path).parent
        self._frozen = not (self._create or os.access(home, os.W_OK) or self._has_log())
        looks = self._look() if self._frozen else ()
        file = f"{Path(self.path).absolute().as_uri()}?immutable=1" if self._frozen else self.path
        connection = sqlite3.connect(
            file,
            timeout=WAIT if self._create else 0.1,
            isolation_level=None,
            check_same_thread=False,
            uri=self._frozen,
        )
        try:
            self._check_schema(connection)
            connection.execute("PRAGMA temp_store = MEMORY")
            if not self._frozen:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KB if self._create else LITTLE_KB}")
        except (sqlite3.Error, FeedsvcError):
            connection.close()
            raise
        self._connection, self._looks = connection, looks or self._look()
        return connection

    def _make_room(self) -> None:
        """Make an empty file where there is none, in a folder that is no business of git's.

        What was beside one that is gone is taken away: it isn't the new one's. The folder is
        locked meanwhile, so that no process takes away what is beside another's new one.
        """
        if self.exists():
            return
        folder = Path(self.path).parent
        try:
            if not folder.is_dir():
                # Not that of the articles, too: it may come back.
                folder.mkdir(parents=folder.name != HOME, exist_ok=True)
                (folder / ".gitignore").write_text("*\n")
            with hold(str(folder), fcntl.LOCK_EX, os.O_DIRECTORY):
                if not self.exists():
                    for suffix in (".suspect", "-wal", "-shm"):
                        Path(self.path + suffix).unlink(missing_ok=True)
                    Path(self.path).touch()
        except OSError as error:
            raise self._refuse(error) from error

    def _refuse(self, error: OSError) -> IndexUnusable:
        return IndexUnusable(
            self.path, f"can't be written: {error.strerror}", "the setting database moves it"
        )

    def _check_schema(self, connection: sqlite3.Connection) -> None:
        if _read_schema(connection) == SCHEMA:
            return
        if not self._create:
            raise IndexMissing(self.path, "of another version", "run feedsvc ingest")
        connection.execute("BEGIN IMMEDIATE")
        if _read_schema(connection) == SCHEMA:  # another process was first
            connection.execute("COMMIT")
            return
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = [name for (name,) in connection.execute(query)]
        if tables and not {"article", "revision"} <= set(tables):
            raise IndexUnusable(self.path, "is no index", "it holds the tables of something else")
        kept = read_identities(connection) if tables else []
        for table in tables:
            connection.execute(f'DROP TABLE "{table}"')
        make_tables(connection, kept)
        connection.execute("COMMIT")

    def _explain(self, error: sqlite3.DatabaseError) -> FeedsvcError:
        if isinstance(error, sqlite3.OperationalError):
            return IndexUnusable(self.path, f"the index can't be used: {error}")
        return self.suspect(str(error))

    def suspect(self, why: str) -> IndexDamaged:
        """Note that the file is damaged: see the contract."""
        with suppress(OSError):
            Path(f"{self.path}.suspect").write_text(why)
        return IndexDamaged(self.path, "the index is damaged", why)

    def exists(self) -> bool:
        """Whether there is a file: see the contract."""
        return self.path == ":memory:" or os.path.exists(self.path)

    def is_suspect(self) -> bool:
        """Whether anybody has found the file to be damaged: see the contract."""
        if not os.path.isfile(self.path):
            return False
        if self._connection and self._looks == self._look():
            self._probe()
        return os.path.exists(f"{self.path}.suspect")

    def _probe(self) -> None:
        """Look at the file's beginning, which who has it open needn't read again for long.

        By SQLite: who opens and closes the file himself takes away this process's locks of it.
        """
        try:
            with closing(sqlite3.connect(self.path, timeout=0)) as connection:
                if _read_schema(connection) == 0:
                    self.suspect("it is empty")
        except sqlite3.DatabaseError as error:
            self._explain(error)

    def _is_ours(self) -> bool:
        """Whether a file is, or was, an index: nothing else is put aside."""
        with open(self.path, "rb") as file:  # while it is closed: see _probe
            begin = file.read(len(MAGIC))
        opened, home = self._looks == self._look(), Path(self.path).parent.name
        return begin in (MAGIC, bytes(len(begin))) or opened or home == HOME

    def set_aside(self) -> None:
        """Make the file anew: see the contract."""
        self.close()
        aside, new = f"{self.path}.damaged", f"{self.path}.new"
        try:
            if not self._is_ours():
                raise IndexUnusable(self.path, "is no index", "it is a file of something else")
            Path(new).unlink(missing_ok=True)
            salvage_identities(self.path, new)
            for suffix in ("-wal", "-shm", ""):
                if os.path.exists(self.path + suffix):
                    os.replace(self.path + suffix, aside + suffix)
            os.replace(new, self.path)
            Path(f"{self.path}.suspect").unlink(missing_ok=True)
        except OSError as error:
            raise self._refuse(error) from error
        self.aside = aside


def _read_schema(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
