"""The index: what is known of each article, so that a request costs its window and no more.

One contract, and the SQL that both engines have in common. Rows in, rows out: every decision is
ingest's, and no clock is read here. Text is kept by digest, apart from the narrow rows.
"""

import hashlib
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from feedsvc.model import Article, Finding, Stamp

__all__ = ["MAIN", "SCHEMA", "Counts", "Index", "Row", "State", "pack_article"]

State: TypeAlias = Literal["published", "waiting", "withdrawn"]

MAIN = ""
"""The name of the main feed."""

SCHEMA = 1
"""To be raised with any change of the tables: an index of another schema is made anew."""

TABLES = (
    """CREATE TABLE article (
        path TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, size BIGINT NOT NULL,
        mtime BIGINT NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL,
        published BIGINT NOT NULL, updated BIGINT NOT NULL, edited BIGINT NOT NULL,
        seen BIGINT NOT NULL, state TEXT NOT NULL, revision BIGINT NOT NULL)""",
    "CREATE INDEX article_waiting ON article (published) WHERE state = 'waiting'",
    "CREATE TABLE content (digest TEXT PRIMARY KEY, article BYTEA NOT NULL, replaced BIGINT)",
    "CREATE INDEX content_replaced ON content (replaced) WHERE replaced IS NOT NULL",
    """CREATE TABLE membership (
        feed TEXT NOT NULL, id TEXT NOT NULL, published BIGINT NOT NULL, updated BIGINT NOT NULL,
        PRIMARY KEY (feed, id))""",
    "CREATE UNIQUE INDEX membership_updated ON membership (feed, updated)",
    """CREATE TABLE refused (
        path TEXT NOT NULL, line BIGINT NOT NULL, field TEXT NOT NULL, what TEXT NOT NULL,
        why TEXT NOT NULL)""",
    "CREATE TABLE edition (path TEXT PRIMARY KEY, version TEXT NOT NULL, modified BIGINT NOT NULL)",
    "CREATE TABLE revision (number BIGINT NOT NULL, time BIGINT NOT NULL, reading TEXT NOT NULL)",
    "INSERT INTO revision VALUES (0, 0, '')",
)


class Row(Struct, frozen=True):
    """What the index knows of one file: the identity of its entry, and how it was last seen.

    `mtime` is in nanoseconds, the other times in seconds since 1970 UTC. `source` is the digest
    of the file's bytes, `digest` that of the entry made from them; both are empty where the
    file has yet to be read. `edited` is when the entry was last seen to change, 0 where it never
    was; `updated` differs among all published entries.
    """

    path: str
    id: str
    size: int
    mtime: int
    source: str
    digest: str
    published: int
    updated: int
    edited: int
    seen: int
    state: State


COLUMNS = ", ".join(Row.__struct_fields__)


class Counts(Struct, frozen=True):
    """How many articles are in which state, and when the last ingest ended (seconds)."""

    published: int
    waiting: int
    withdrawn: int
    refused: int
    time: int


def pack_article(id: str, article: Article) -> tuple[str, bytes]:
    """Pack an article as it is stored; return the digest of the entry, and the bytes."""
    packed = msgspec.msgpack.encode(article)
    digest = hashlib.blake2b(id.encode() + b"\0" + packed, digest_size=16)
    return digest.hexdigest(), packed


class Index(ABC):
    """The contract. Writes are made inside `transaction`; each read is one snapshot."""

    @abstractmethod
    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        """Run one statement with `:name` parameters; return its rows.

        Raises IndexMissing before the first ingest, IndexUnusable and IndexDamaged.
        """

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Begin to write; commit at the end, undo everything on an exception."""

    @abstractmethod
    def close(self) -> None:
        """Give the connection back."""

    # What ingest reads

    def rows(self, after: str, limit: int) -> list[Row]:
        """Return the next rows in the order of their paths, withdrawn ones too."""
        rows = self.execute(
            f"SELECT {COLUMNS} FROM article WHERE path > :after ORDER BY path LIMIT :limit",
            {"after": after, "limit": limit},
        )
        return [Row(*row) for row in rows]

    def find(self, id: str) -> Row | None:
        """Return the row that holds an id, if any."""
        rows = self.execute(f"SELECT {COLUMNS} FROM article WHERE id = :id", {"id": id})
        return Row(*rows[0]) if rows else None

    def due(self, now: int) -> list[Row]:
        """Return the rows that wait for a time that has come, in the order of their paths."""
        rows = self.execute(
            f"SELECT {COLUMNS} FROM article WHERE state = 'waiting' AND published <= :now"
            " ORDER BY path",
            {"now": now},
        )
        return [Row(*row) for row in rows]

    def reading(self) -> str:
        """Return the digest of the rules that the articles were last read by."""
        return str(self.execute("SELECT reading FROM revision")[0][0])

    def next_free(self, updated: int, id: str) -> int:
        """Return the first second from `updated` on that no other entry was updated at."""
        values = {"feed": MAIN, "updated": updated, "id": id}
        taken = "SELECT 1 FROM membership m WHERE m.feed = :feed AND m.id <> :id AND m.updated ="
        if not self.execute(f"{taken} :updated", values):
            return updated
        gap = self.execute(
            "SELECT min(n.updated) + 1 FROM membership n WHERE n.feed = :feed"
            f" AND n.updated >= :updated AND NOT EXISTS ({taken} n.updated + 1)",
            values,
        )
        return int(gap[0][0])

    # What ingest writes

    def put(self, row: Row, packed: bytes | None = None) -> None:
        """Write a row over the one of its path or id; with `packed`, the text of its digest."""
        values = msgspec.structs.asdict(row)
        old = self.execute("SELECT digest FROM article WHERE id = :id", values)
        # A file that takes an id over from another path takes its row.
        self.execute("DELETE FROM article WHERE id = :id AND path <> :path", values)
        updates = ", ".join(f"{name} = excluded.{name}" for name in Row.__struct_fields__[1:])
        self.execute(
            f"INSERT INTO article ({COLUMNS}, revision)"
            f" SELECT {', '.join(':' + name for name in Row.__struct_fields__)}, number + 1"
            f" FROM revision WHERE true"
            f" ON CONFLICT (path) DO UPDATE SET {updates}, revision = excluded.revision",
            values,
        )
        self.execute(
            "UPDATE content SET replaced = (SELECT number + 1 FROM revision)"
            " WHERE digest = :old AND (digest <> :digest OR :state = 'withdrawn')",
            {"old": old[0][0] if old else "", "digest": row.digest, "state": row.state},
        )
        if packed is not None:
            self.execute(
                "INSERT INTO content (digest, article) VALUES (:digest, :article)"
                " ON CONFLICT (digest) DO UPDATE SET replaced = NULL",
                {"digest": row.digest, "article": zlib.compress(packed, 1)},
            )
        self._enter(row)

    def _enter(self, row: Row) -> None:
        """Bring the feeds that a row's entry is in up to date with its state."""
        if row.state != "published":
            self.execute("DELETE FROM membership WHERE id = :id", {"id": row.id})
            return
        self.execute(
            "INSERT INTO membership VALUES (:feed, :id, :published, :updated)"
            " ON CONFLICT (feed, id) DO UPDATE"
            " SET published = excluded.published, updated = excluded.updated",
            {"feed": MAIN, "id": row.id, "published": row.published, "updated": row.updated},
        )

    def touch(self, path: str, size: int, mtime: int) -> None:
        """Remember how a file looks that holds what it held."""
        self.execute(
            "UPDATE article SET size = :size, mtime = :mtime WHERE path = :path",
            {"path": path, "size": size, "mtime": mtime},
        )

    def refuse(self, refused: Iterable[Finding]) -> None:
        """Replace the list of what is refused."""
        self.execute("DELETE FROM refused")
        for finding in refused:
            self.execute(
                "INSERT INTO refused VALUES (:path, :line, :field, :what, :why)",
                msgspec.structs.asdict(finding),
            )

    def finish(self, now: int, reading: str, *, changed: bool) -> None:
        """End a run: where it changed something, count a revision.

        Text replaced before the last revision goes: nobody plans with it any more.
        """
        if changed:
            self.execute("DELETE FROM content WHERE replaced <= (SELECT number FROM revision)")
        self.execute(
            "UPDATE revision SET number = number + :step, time = :now, reading = :reading",
            {"step": int(changed), "now": now, "reading": reading},
        )

    # What documents are made from

    def revision(self) -> int:
        """Return the number of the last change: what was planned under it is still right."""
        return int(self.execute("SELECT number FROM revision")[0][0])

    def newest(self, feed: str, limit: int) -> tuple[Stamp, ...]:
        """Return the entries of a feed that were updated last, newest first."""
        rows = self.execute(
            "SELECT m.id, a.digest, m.published, m.updated"
            " FROM membership m JOIN article a ON a.id = m.id"
            " WHERE m.feed = :feed ORDER BY m.updated DESC, m.id LIMIT :limit",
            {"feed": feed, "limit": limit},
        )
        return tuple(
            Stamp(id, digest, _to_datetime(published), _to_datetime(updated))
            for id, digest, published, updated in rows
        )

    def articles(self, digests: Sequence[str]) -> dict[str, Article]:
        """Return the articles of these digests; those no longer kept are missing."""
        names = {f"d{number}": digest for number, digest in enumerate(digests)}
        holders = ", ".join(f":{name}" for name in names)
        rows = self.execute(
            f"SELECT digest, article FROM content WHERE digest IN ({holders})", names
        )
        decode = msgspec.msgpack.Decoder(Article).decode
        return {digest: decode(zlib.decompress(packed)) for digest, packed in rows}

    def edition(self, path: str) -> tuple[str, datetime] | None:
        """Return the last version recorded of a document, and when it was first seen."""
        rows = self.execute(
            "SELECT version, modified FROM edition WHERE path = :path", {"path": path}
        )
        return (rows[0][0], _to_datetime(rows[0][1])) if rows else None

    def record(self, path: str, version: str, now: int) -> None:
        """Record a document's version, first seen `now`; a later one always has a later time.

        Two changes in one second, or a clock set back, would else give two versions one
        Last-Modified, and who holds the first would never get the second (RFC 9110, 8.8.2.2).
        """
        self.execute(
            "INSERT INTO edition VALUES (:path, :version, :now) ON CONFLICT (path) DO UPDATE SET"
            " version = excluded.version, modified = CASE"
            " WHEN edition.version = excluded.version THEN edition.modified"
            " WHEN edition.modified < excluded.modified THEN excluded.modified"
            " ELSE edition.modified + 1 END",
            {"path": path, "version": version, "now": now},
        )

    # What an operator asks

    def refused(self) -> list[Finding]:
        """Return what the last ingest refused, in order."""
        rows = self.execute("SELECT path, line, field, what, why FROM refused ORDER BY path, line")
        return [Finding(*row) for row in rows]

    def counts(self) -> Counts:
        """Count the articles by state."""
        states = dict(self.execute("SELECT state, count(*) FROM article GROUP BY state"))
        refused = self.execute("SELECT count(*) FROM refused")[0][0]
        time = self.execute("SELECT time FROM revision")[0][0]
        names: tuple[State, ...] = ("published", "waiting", "withdrawn")
        published, waiting, withdrawn = (states.get(name, 0) for name in names)
        return Counts(published, waiting, withdrawn, refused, time)


def _to_datetime(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
