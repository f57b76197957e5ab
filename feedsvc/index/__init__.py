"""The index: what is known of each article, so that a request costs its window and no more.

One contract, and the SQL that both engines have in common. Rows in, rows out: every decision is
ingest's, and no clock is read here. Text is kept by digest, apart from the narrow rows.
"""

import hashlib
import zlib
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager

import msgspec

from feedsvc.index.catalogue import MAIN
from feedsvc.index.changes import ChangeTables
from feedsvc.index.schema import COLUMNS, Counts, Labelled, Medium, Row, State
from feedsvc.model import Article

__all__ = ["MAIN", "Counts", "Index", "Labelled", "Medium", "Row", "State", "pack_article"]


def pack_article(id: str, article: Article) -> tuple[str, bytes]:
    """Pack an article as it is stored; return the digest of the entry, and the bytes."""
    packed = msgspec.msgpack.encode(article)
    digest = hashlib.blake2b(id.encode() + b"\0" + packed, digest_size=16)
    return digest.hexdigest(), packed


class Index(ChangeTables):
    """The contract. Writes are made inside `transaction`, by one process at a time."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Begin to write; commit at the end, undo everything on an exception."""

    @abstractmethod
    def exclusive(self) -> AbstractContextManager[None]:
        """Wait to be the only one that ingests, among all processes."""

    @abstractmethod
    def lead(self) -> AbstractContextManager[bool]:
        """Try to be the one that watches the folder, among all processes; tell whether it is.

        It is until the end of the context or of the process, however that comes.
        """

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
        """Return the rows whose time to be published, or to expire, has come, in path order."""
        rows = self.execute(
            f"SELECT {COLUMNS} FROM article WHERE state = 'waiting' AND published <= :now"
            f" UNION SELECT {COLUMNS} FROM article WHERE expires > 0 AND expires <= :now"
            " AND state IN ('published', 'unlisted', 'waiting') ORDER BY path",
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
        for step in (1, -1):
            free = self._skip_members(updated, id, step)
            while self._is_reserved(free, id):
                free = self._skip_members(free + step, id, step)
            if free <= latest:
                break
        return free

    def _is_reserved(self, updated: int, id: str) -> bool:
        """Whether an entry of an index made anew was updated then, and is still to be read."""
        return bool(
            self.execute(
                "SELECT 1 FROM article WHERE source = '' AND updated = :updated AND id <> :id",
                {"updated": updated, "id": id},
            )
        )

    def _skip_members(self, updated: int, id: str, step: int) -> int:
        """Return the first second from `updated` on, or back, that no other member has."""
        values = {"feed": MAIN, "updated": updated, "id": id}
        taken = "SELECT 1 FROM membership m WHERE m.feed = :feed AND m.id <> :id AND m.updated ="
        if not self.execute(f"{taken} :updated", values):
            return updated
        best, compare, beside = ("min", ">=", "+ 1") if step > 0 else ("max", "<=", "- 1")
        gap = self.execute(
            f"SELECT {best}(n.updated) {beside} FROM membership n WHERE n.feed = :feed"
            f" AND n.updated {compare} :updated AND NOT EXISTS ({taken} n.updated {beside})",
            values,
        )
        return int(gap[0][0])

    def hidden(self) -> dict[str, int]:
        """Count the entries that have a file and are in no feed, by state."""
        return dict(
            self.execute(
                "SELECT state, count(*) FROM article WHERE state NOT IN ('published', 'withdrawn')"
                " GROUP BY state"
            )
        )

    def has_slug(self, slug: str, id: str) -> bool:
        """Whether another entry than `id` has a page of this name."""
        return bool(
            self.execute(
                "SELECT 1 FROM article WHERE slug = :slug AND id <> :id", {"slug": slug, "id": id}
            )
        )

    def memberships(self, id: str) -> dict[str, str]:
        """Return the feeds that an entry is in, each with the label that it has there."""
        return dict(self.execute("SELECT feed, label FROM membership WHERE id = :id", {"id": id}))

    # What ingest writes

    def put(
        self,
        row: Row,
        feeds: Mapping[str, str],
        packed: bytes | None = None,
        replaces: str = "",
    ) -> None:
        """Write a row over the one of its id, and the feeds that its entry is in, with its labels.

        With `packed`, the text of its digest too. `replaces` is the digest of the text that it
        makes obsolete; who plans with it now still finds it.
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
        self._enter(row, feeds)

    def _enter(self, row: Row, feeds: Mapping[str, str]) -> None:
        """Bring an entry's memberships up to date, and how many entries each label has."""
        before = self.memberships(row.id)
        for feed, label in before.items() - feeds.items():
            self._count_label(feed, label, -1)
        for feed in before.keys() - feeds.keys():
            self.execute(
                "DELETE FROM membership WHERE id = :id AND feed = :feed",
                {"id": row.id, "feed": feed},
            )
        for feed, label in feeds.items():
            if before.get(feed) != label:
                self._count_label(feed, label, 1)
            self.execute(
                "INSERT INTO membership VALUES (:id, :feed, :published, :updated, :label)"
                " ON CONFLICT (id, feed) DO UPDATE SET published = excluded.published,"
                " updated = excluded.updated, label = excluded.label",
                {
                    "id": row.id,
                    "feed": feed,
                    "published": row.published,
                    "updated": row.updated,
                    "label": label,
                },
            )

    def _count_label(self, feed: str, label: str, change: int) -> None:
        if feed == MAIN:
            return
        self.execute(
            "INSERT INTO label VALUES (:feed, :label, :change) ON CONFLICT (feed, label)"
            " DO UPDATE SET entries = label.entries + excluded.entries",
            {"feed": feed, "label": label, "change": change},
        )
        if change < 0:
            self.execute(
                "DELETE FROM label WHERE feed = :feed AND label = :label AND entries = 0",
                {"feed": feed, "label": label},
            )

    def touch(self, path: str, size: int, mtime: int, source: str) -> None:
        """Remember how a file looks that makes what it made."""
        self.execute(
            "UPDATE article SET size = :size, mtime = :mtime, source = :source WHERE path = :path",
            {"path": path, "size": size, "mtime": mtime, "source": source},
        )

    def begin_run(self, *, same_rules: bool) -> None:
        """Note that a run has begun to write: should it never end, the next one ends it.

        Where it reads by other rules, what it has read by then must be read again.
        """
        reading = "reading" if same_rules else "''"
        self.execute(f"UPDATE revision SET pending = 1, reading = {reading}")

    def finish_run(self, now: int, reading: str, settings: str | None = None) -> None:
        """End a run: where it wrote anything, count a revision; the first is the time.

        So an index made anew doesn't count what another has counted. Text replaced before the
        last revision goes: nobody plans with it any more. With `settings`, those are what the
        edition is made with from now on: where they are others, that counts too.
        """
        self.execute(
            "DELETE FROM content WHERE replaced <= (SELECT number FROM revision WHERE pending = 1)"
        )
        self.execute(
            "UPDATE revision SET number = CASE WHEN number = 0 THEN :now"
            " WHEN settings <> :settings THEN number + 1 ELSE number + pending END,"
            " pending = 0, time = :now, reading = :reading, settings = :settings",
            {
                "now": now,
                "reading": reading,
                "settings": self.settings() if settings is None else settings,
            },
        )

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
