"""Connections to a PostgreSQL server, such that whoever serves never waits long for one.

They are made in the background. After a failure the server is left alone for a moment, in which
every question fails at once; it comes back by itself. A password is in no message.
"""

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Self

import psycopg
from psycopg import errors
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from feedsvc.errors import IndexDamaged, IndexUnusable

__all__ = ["Connection", "Connections"]

CONNECT = 5
"""Seconds for which a connection may take to be made."""

FIRST = 2.0
"""Seconds that who serves waits for its first connection."""

NEXT = 0.25
"""The same for the next ones: it has something to serve meanwhile."""

SILENCE = 5.0
"""Seconds for which the server may leave a question of who serves without any answer."""

REST = 0.1
"""Seconds for which the server isn't asked after it failed."""

LONG_REST = 3.0
"""The same where it took a while to fail: whoever asks waited for it."""

MOST = 10
"""Connections of a process: about as many as a worker has threads."""

AWAY = ("08", "53", "57P")
"""Classes of SQLSTATE that tell of the server, not of the statement."""

# So that a machine that is gone, or out of reach, holds no lock and no thread for hours.
_NETWORK = {
    "connect_timeout": CONNECT,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 40_000,
}
_KEEPALIVE = "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
_BOUNDS = f"-c statement_timeout={int(SILENCE * 1000)} -c lock_timeout=200"
_SEARCH_PATH = "-c search_path=feedsvc"

_log = logging.getLogger("feedsvc")
# The pool tells of each attempt; we tell when the server goes and when it is back.
logging.getLogger("psycopg.pool").addFilter(lambda record: "feedsvc" not in str(record.args))


class _Silent(psycopg.OperationalError):
    """The server is connected, and doesn't answer."""


class _Flag(Dumper):
    """A flag as a number: SQLite has no type for flags, so the tables have numbers."""

    oid = psycopg.adapters.types["int8"].oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection on which the server may keep silent for `patience` seconds."""

    patience = float("inf")
    checked = False
    """Whether its user has seen that the tables are right."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.adapters.register_dumper(bool, _Flag)

    @classmethod
    def connect(  # type: ignore[override]  # of all its options, these are what is given
        cls, address: str, *, note: Callable[[psycopg.Error], None] | None = None
    ) -> Self:
        """Connect; `note` is told why it failed, where nobody waits for it."""
        try:
            return super().connect(address, autocommit=True)
        except psycopg.Error as error:
            if note:
                note(error)
            raise

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Go through an exchange with the server: see psycopg."""
        return super().wait(_limit(gen, self.patience / interval), interval)


def _limit(steps: Generator[Any, Any, Any], most: float) -> Generator[Any, Any, Any]:
    """Go through the steps of an exchange, as long as not `most` in a row bring nothing."""
    ready, silent = None, 0
    while True:
        try:
            state = steps.send(ready)
        except StopIteration as end:
            return end.value
        ready = yield state
        silent = 0 if ready else silent + 1
        if silent >= most:
            raise _Silent("it doesn't answer")


class Connections:
    """The connections of a process to the server at `address`; bounded in time where it serves.

    Raises IndexUnusable where it is no address. `place` is it without what is secret.
    """

    def __init__(self, address: str, *, bounded: bool) -> None:
        self.bounded = bounded
        try:
            given = conninfo_to_dict(address)
        except psycopg.Error:  # its text may show a part of the password
            raise IndexUnusable("database", "not an address of PostgreSQL") from None
        host, port, name = (given.get(key) or "" for key in ("host", "port", "dbname"))
        self.place = f"postgresql://{host}{port and ':'}{port}/{name}"
        options = [str(given.get("options", "")), _KEEPALIVE, _BOUNDS if bounded else ""]
        if "search_path" not in options[0]:
            options.append(_SEARCH_PATH)
        values: dict[str, Any] = {**_NETWORK, **given, "options": " ".join(options)}
        self._conninfo = make_conninfo("", **values)
        self._lock = threading.Lock()
        self._pool: ConnectionPool[Connection] | None = None
        self._rests_until = 0.0
        self._patience = FIRST if bounded else CONNECT + 1.0
        self._away = False
        self._why = ""

    def connect(self) -> Connection:
        """Make a connection of one's own, to be closed by the caller."""
        with self.explaining():
            return Connection.connect(self._conninfo)

    @contextmanager
    def borrow(self) -> Iterator[Connection]:
        """Give a connection; raise IndexUnusable at once where the server has just failed."""
        if monotonic() < self._rests_until:
            raise self._tell_away()
        with self._lock:
            pool = self._pool = self._pool or self._open()
        try:
            connection = pool.getconn(REST / 10 if self._away else self._patience)
        except PoolTimeout:
            self._rest(REST)
            raise self._tell_away() from None
        try:
            yield connection
        finally:
            if connection.closed:
                pool.drain()  # the others are no better
            elif self._away:
                self._away = False
                _log.warning("%s: the database is back", self.place)
            if self.bounded:
                self._patience = NEXT
            pool.putconn(connection)

    def _rest(self, seconds: float) -> None:
        self._rests_until = monotonic() + seconds
        if not self._away:
            self._away = True
            _log.warning("%s", self._tell_away())

    def _note(self, error: psycopg.Error) -> None:
        self._why = _shorten(error)

    def _open(self) -> ConnectionPool[Connection]:
        return ConnectionPool(
            self._conninfo,
            connection_class=Connection,
            kwargs={"note": self._note},
            min_size=0,
            max_size=MOST,
            open=True,
            reconnect_timeout=0,  # whoever asks next tries again
            name="feedsvc",
        )

    def close(self) -> None:
        """Close what nobody holds; the next to borrow opens anew."""
        with self._lock:
            if self._pool:
                self._pool.close()
                self._pool = None

    @contextmanager
    def explaining(self, connection: Connection | None = None) -> Iterator[None]:
        """Raise psycopg's faults as the index's; leave a connection that doesn't answer."""
        try:
            yield
        except psycopg.Error as error:
            if connection and isinstance(error, _Silent):
                self._note(error)
                self._rest(LONG_REST)
                connection.close()
            raise self._explain(error) from error

    def _explain(self, error: psycopg.Error) -> IndexUnusable:
        if isinstance(error, (errors.DataCorrupted, errors.IndexCorrupted)):
            return IndexDamaged(self.place, f"the index is damaged: {_shorten(error)}")
        if error.sqlstate is None or error.sqlstate.startswith(AWAY):
            self._note(error)
            return self._tell_away()
        return IndexUnusable(self.place, f"the index can't be used: {_shorten(error)}")

    def _tell_away(self) -> IndexUnusable:
        return IndexUnusable(self.place, "the database can't be reached", self._why)


def _shorten(error: psycopg.Error) -> str:
    """Return what matters of a fault, on a line."""
    return str(error).partition("\n")[0]
