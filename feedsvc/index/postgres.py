"""The index in PostgreSQL: one machine ingests, any number serve.

Who ingests writes by the very connection that holds the lock: where that is lost, so is what it
was writing, and it can't write on.
"""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import Any, TypeAlias

from psycopg.sql import SQL, Identifier

from feedsvc.errors import IndexMissing, IndexUnusable
from feedsvc.index import Index
from feedsvc.index.catalogue import REVISION
from feedsvc.index.connections import SILENCE, Connection, Connections
from feedsvc.index.schema import SCHEMA, TABLES

__all__ = ["PostgresIndex"]

REVISION_SILENCE = 0.5
"""Seconds for which the server may leave the question before every answer without one."""

MARK = f"feedsvc {SCHEMA}"
"""The comment on each table: that it is ours, and of which version."""

_OURS = (
    "SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()"
    " AND c.relkind = 'r' AND obj_description(c.oid, 'pg_class') LIKE 'feedsvc %'"
)

# Of an index of another version stays what no build from the folder gives back.
_KEEP = (
    "CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT id, path, own, source, published, updated,"
    " edited, seen, CASE state WHEN 'withdrawn' THEN state ELSE 'unread' END AS state, slug"
    " FROM article"
)
_RESTORE = (
    "INSERT INTO article SELECT row_number() OVER (ORDER BY id), id, path, own, -1, 0, source, '',"
    " published, updated, edited, seen, state, slug, 0, 1, 0, 1, NULL FROM kept"
)

Values: TypeAlias = Mapping[str, Any]


class PostgresIndex(Index):
    """The index in the database at `address`, in the first schema of its search_path.

    That is `feedsvc` where the address doesn't say another by `options`. With `create`, tables
    are made where they aren't there, or are of another version, and a statement takes its time;
    without, IndexMissing is raised until somebody made them.
    """

    def __init__(self, address: str, *, create: bool = False) -> None:
        self._create = create
        self._connections = Connections(address, bounded=not create)
        self._own = threading.local()
        self._writing = threading.RLock()
        self._leading: Connection | None = None

    # Statements

    def execute(self, sql: str, values: Values | None = None) -> list[Any]:
        """Run a statement: see the contract. Within `transaction` only questions are waited for."""
        if connection := self._held():
            return self._run(connection, sql, values)
        try:
            with self._borrow() as connection:
                return self._run(connection, sql, values)
        except IndexUnusable:
            # One that broke while nobody used it says nothing of the database as it is now.
            if not connection or not connection.broken:
                raise
        with self._borrow() as connection:
            return self._run(connection, sql, values)

    def execute_many(self, sql: str, values: Sequence[Values]) -> None:
        """Run a statement once for each: see the contract."""
        with self._hold() as connection, self._connections.explaining(connection):
            connection.cursor().executemany(_convert(sql), values)

    def _run(self, connection: Connection, sql: str, values: Values | None = None) -> list[Any]:
        if not self._create:
            connection.patience = REVISION_SILENCE if sql == REVISION else SILENCE
        with self._connections.explaining(connection):
            cursor = connection.execute(_convert(sql), values or {})
            return cursor.fetchall() if sql.startswith("SELECT") else []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write: see the contract. What isn't a question goes without waiting for its answer."""
        if not self._held():
            self.execute("SELECT 1")  # which replaces connections that were cut meanwhile
        with (
            self._writing,
            self._hold() as connection,
            self._connections.explaining(connection),
            connection.transaction(),
            connection.pipeline(),
        ):
            yield

    # Locks

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Wait: see the contract. The lock goes with its connection, and so do the writes."""
        if self._leading:
            self._lead_on(self._leading)
        with closing(self._connect()) as connection, self._holding(connection):
            self._run(connection, f"SELECT pg_advisory_lock({_name_lock('ingest')})")
            yield

    @contextmanager
    def lead(self) -> Iterator[bool]:
        """Try to be the one that watches the folder, among all processes; tell whether it is.

        Where that is lost with its connection, it is taken again by the next `exclusive`, which
        raises IndexUnusable while another process has it.
        """
        self._leading = self._try_to_lead()
        try:
            yield self._leading is not None
        finally:
            if self._leading:
                self._leading.close()
            self._leading = None

    def _lead_on(self, connection: Connection) -> None:
        try:
            self._run(connection, "SELECT 1")
        except IndexUnusable:
            connection.close()
            again = self._try_to_lead()
            if again is None:
                what = "another process watches the folder by now"
                raise IndexUnusable(self._connections.place, what) from None
            self._leading = again

    def _try_to_lead(self) -> Connection | None:
        connection = self._connect()
        lock = f"SELECT pg_try_advisory_lock({_name_lock('lead')})"
        if self._run(connection, lock)[0][0]:
            return connection
        connection.close()
        return None

    # Connections

    def _held(self) -> Connection | None:
        """Return the connection that this thread holds for a while, if it does."""
        held: Connection | None = getattr(self._own, "connection", None)
        return held

    @contextmanager
    def _hold(self) -> Iterator[Connection]:
        """Give the connection that this thread holds, or one to hold meanwhile."""
        if connection := self._held():
            yield connection
            return
        with self._borrow() as connection, self._holding(connection):
            yield connection

    @contextmanager
    def _holding(self, connection: Connection) -> Iterator[None]:
        self._own.connection = connection
        try:
            yield
        finally:
            self._own.connection = None

    def _connect(self) -> Connection:
        """Make a connection that no other thread uses."""
        connection = self._connections.connect()
        try:
            self._check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _borrow(self) -> Iterator[Connection]:
        with self._connections.borrow() as connection:
            if not connection.checked:
                self._check(connection)
            yield connection

    def close(self) -> None:
        """Close the connections."""
        if connection := self._held():
            connection.close()
        self._connections.close()

    # Tables

    def _check(self, connection: Connection) -> None:
        """See that the tables are there; make them where that is ours to do."""
        with self._connections.explaining(connection):
            found = dict(connection.execute(_OURS).fetchall()).get("revision")
            if found != MARK:
                if not self._create:
                    what = "of another version" if found else "no index yet"
                    raise IndexMissing(self._connections.place, what, "run feedsvc ingest")
                with connection.transaction():
                    self._make_tables(connection)
        connection.checked = True

    def _make_tables(self, connection: Connection) -> None:
        lock = _name_lock("schema", "current_setting('search_path')")  # it may not be there yet
        connection.execute(f"SELECT pg_advisory_xact_lock({lock})")
        path, current, encoding = connection.execute(
            "SELECT current_setting('search_path'), current_schema(),"
            " current_setting('server_encoding')"
        ).fetchall()[0]
        if encoding != "UTF8":
            place = self._connections.place
            raise IndexUnusable(place, f"the database's encoding is {encoding}", "it must be UTF8")
        schema = path.partition(",")[0].strip().strip('"')
        if current != schema:
            create = SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema))
            connection.execute(create)
        before = dict(connection.execute(_OURS).fetchall())
        if before.get("revision") == MARK:  # another process was first
            return
        if before:
            connection.execute(_KEEP)
        for table in before:
            connection.execute(SQL("DROP TABLE {}").format(Identifier(table)))
        for statement in TABLES:
            # In the order of code points, as in SQLite.
            connection.execute(statement.replace("TEXT", 'TEXT COLLATE "C"'))
        for table in re.findall(r"CREATE TABLE (\w+)", "\n".join(TABLES)):
            connection.execute(f"COMMENT ON TABLE {table} IS '{MARK}'")
        if before:
            connection.execute(_RESTORE)


def _name_lock(purpose: str, schema: str = "current_schema()") -> str:
    """Return the SQL of the number of a lock: locks are a database's, an index is a schema's."""
    return f"hashtextextended('feedsvc {purpose} ' || {schema}, 0)"


@lru_cache(1024)
def _convert(statement: str) -> str:
    """Write the parameters of a statement, `:name`, as psycopg has them."""
    return re.sub(r":(\w+)", r"%(\1)s", statement.replace("%", "%%"))
