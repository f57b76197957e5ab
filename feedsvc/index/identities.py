"""The identities in an SQLite file: what no build from the folder gives back.

That are ids, the names of pages, and when things were seen. They are read of a file of any
schema, and of a damaged one as far as it can be read.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from feedsvc.index.schema import SCHEMA, TABLES

__all__ = ["make_tables", "read_identities", "salvage_identities"]

CLUSTERED = ("CREATE TABLE membership",)
"""Tables that are kept in the order of their keys: half as large as with an index beside them."""

LEAST_ROW = 64
"""Bytes of a file that a row takes at least."""


def make_tables(connection: sqlite3.Connection, identities: Iterable[Any]) -> None:
    """Make the tables, with entries whose files are yet to be read."""
    for statement in TABLES:
        clustered = statement.startswith(CLUSTERED)
        connection.execute(f"{statement} WITHOUT ROWID" if clustered else statement)
    connection.executemany(
        "INSERT OR IGNORE INTO article VALUES"
        " (NULL, ?, ?, ?, -1, 0, ?, '', ?, ?, ?, ?, ?, ?, 0, 1, 0, 1, NULL)",
        identities,
    )
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def read_identities(connection: sqlite3.Connection) -> list[Any]:
    """Return the identities of a file of any schema. Raises sqlite3.DatabaseError."""
    [(last,)] = connection.execute("SELECT coalesce(max(rowid), 0) FROM article")
    return _select(connection, 0, last)


def salvage_identities(damaged: str, new: str) -> None:
    """Make the file `new` with the identities that can be read of a damaged one."""
    with closing(sqlite3.connect(new)) as connection:
        make_tables(connection, _salvage(damaged))
        connection.commit()


def _salvage(path: str) -> Iterator[Any]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            [(pages,)] = connection.execute("PRAGMA page_count")
            [(size,)] = connection.execute("PRAGMA page_size")
            connection.execute("SELECT 1 FROM article LIMIT 0")
        except sqlite3.DatabaseError:
            return
        yield from _read_around(connection, 0, pages * size // LEAST_ROW)


def _read_around(connection: sqlite3.Connection, first: int, last: int) -> Iterator[Any]:
    """Yield the rows that can be read: where a part of them can't, the halves of it are tried."""
    try:
        yield from _select(connection, first, last)
    except sqlite3.DatabaseError:
        if first < last:
            middle = (first + last) // 2
            yield from _read_around(connection, first, middle)
            yield from _read_around(connection, middle + 1, last)


def _select(connection: sqlite3.Connection, first: int, last: int) -> list[Any]:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(article)")}
    slug = "slug" if "slug" in columns else "''"
    return connection.execute(
        "SELECT id, path, own, source, published, updated, edited, seen,"
        f" CASE state WHEN 'withdrawn' THEN state ELSE 'unread' END, {slug}"
        " FROM article WHERE rowid BETWEEN ? AND ?",
        (first, last),
    ).fetchall()
