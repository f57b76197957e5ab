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
from typing import Any

import msgspec

from feedsvc.errors import IndexMissing
from feedsvc.index.schema import COLUMNS, Counts, Row, State
from feedsvc.model import Article, Finding, Stamp

__all__ = ["MAIN", "Counts", "Index", "Row", "State", "pack_article"]

MAIN = ""
"""The name of the main feed."""


def pack_article(id: str, article: Article) -> tuple[str, bytes]:
    """Pack an article as it is stored; return the digest of the entry, and the bytes."""
    packed = msgspec.msgpack.encode(article)
    digest = hashlib.blake2b(id.encode() + b"\0" + packed, digest_size=16)
    return digest.hexdigest(), packed


class Index(ABC):
    """The contract. Writes are made inside `transaction`, by one process at a time."""

    @abstractmethod
    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        """Run one statement with `:name` parameters; return its rows.

        Raises IndexMissing before the first ingest, IndexUnusable and IndexDamaged.
        """

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Begin to write; commit at the end, undo everything on an exception."""

    @abstractmethod
    def exclusive(self) -> AbstractContextManager[None]:
        """Wait to be the only one that ingests, among all processes."""

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

    def next_free(self, updated: int, id: str, latest: int) -> int:
        """Return the first second from `updated` on that no other entry was updated at.

        Where there is none up to `latest`, return the last one before `updated`.
        """
        values = {"feed": MAIN, "updated": updated, "id": id}
        taken = "SELECT 1 FROM membership m WHERE m.feed = :feed AND m.id <> :id AND m.updated ="
        if not self.execute(f"{taken} :updated", values):
            return updated
        for best, compare, step in (("min", ">=", "+ 1"), ("max", "<=", "- 1")):
            gap = self.execute(
                f"SELECT {best}(n.updated) {step} FROM membership n WHERE n.feed = :feed"
                f" AND n.updated {compare} :updated AND NOT EXISTS ({taken} n.updated {step})",
                values,
            )
            if gap[0][0] <= latest:
                break
        return int(gap[0][0])

    def waiting(self) -> int:
        """Count the entries that wait for their time."""
        return int(self.execute("SELECT count(*) FROM article WHERE state = 'waiting'")[0][0])

    # What ingest writes

    def put(self, row: Row, packed: bytes | None = None, replaces: str = "") -> None:
        """Write a row over the one of its id; with `packed`, the text of its digest.

        `replaces` is the digest of the text that it makes obsolete; who plans with it now still
        finds it.
        """
        values = msgspec.structs.asdict(row)
        if replaces and (replaces != row.digest or row.state == "withdrawn"):
            self.execute(
                "UPDATE content SET replaced = (SELECT number + 1 FROM revision)"
                " WHERE digest = :digest",
                {"digest": replaces},
            )
        holders = ", ".join(f":{name}" for name in Row.__struct_fields__)
        updates = ", ".join(f"{name} = excluded.{name}" for name in Row.__struct_fields__[1:])
        self.execute(
            f"INSERT INTO article ({COLUMNS}) VALUES ({holders})"
            f" ON CONFLICT (id) DO UPDATE SET {updates}",
            values,
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

    def touch(self, path: str, size: int, mtime: int, source: str) -> None:
        """Remember how a file looks that makes what it made."""
        self.execute(
            "UPDATE article SET size = :size, mtime = :mtime, source = :source WHERE path = :path",
            {"path": path, "size": size, "mtime": mtime, "source": source},
        )

    def refuse(self, refused: Iterable[Finding]) -> None:
        """Replace the list of what is refused."""
        self.execute("DELETE FROM refused")
        for finding in refused:
            self.execute(
                "INSERT INTO refused VALUES (:path, :line, :field, :what, :why)",
                msgspec.structs.asdict(finding),
            )

    def begin_run(self, *, same_rules: bool) -> None:
        """Note that a run has begun to write: should it never end, the next one ends it.

        Where it reads by other rules, what it has read by then must be read again.
        """
        reading = "reading" if same_rules else "''"
        self.execute(f"UPDATE revision SET pending = 1, reading = {reading}")

    def finish_run(self, now: int, reading: str) -> None:
        """End a run: where it wrote anything, count a revision; the first is the time.

        So an index made anew doesn't count what another has counted. Text replaced before the
        last revision goes: nobody plans with it any more.
        """
        self.execute(
            "DELETE FROM content WHERE replaced <= (SELECT number FROM revision WHERE pending = 1)"
        )
        self.execute(
            "UPDATE revision SET number = CASE number WHEN 0 THEN :now ELSE number + pending END,"
            " pending = 0, time = :now, reading = :reading",
            {"now": now, "reading": reading},
        )

    # What documents are made from

    def revision(self) -> int:
        """Return the number of the last change: what was planned under it is still right.

        Raises IndexMissing until the first ingest has ended.
        """
        number = int(self.execute("SELECT number FROM revision")[0][0])
        if number == 0:
            raise IndexMissing("index", "nothing is ingested yet")
        return number

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
