"""The index: what is known of each article, so that a request costs its window and no more.

One contract, and the SQL that both engines have in common. Rows in, rows out: every decision is
ingest's, and no clock is read here. Text is kept by digest, apart from the narrow rows.
"""

from abc import abstractmethod
from contextlib import AbstractContextManager

from feedsvc.errors import IndexUnusable
from feedsvc.index.catalogue import MAIN
from feedsvc.index.hubs import HubTables
from feedsvc.index.naming import NamingTables
from feedsvc.index.schema import Change, Counts, Glance, Hub, Labelled, Look, Medium, Row, State
from feedsvc.index.texts import digest_entry, pack_article

__all__ = [
    "MAIN",
    "Change",
    "Counts",
    "Glance",
    "Hub",
    "Index",
    "Labelled",
    "Look",
    "Medium",
    "Row",
    "State",
    "digest_entry",
    "pack_article",
]


class Index(HubTables, NamingTables):
    """The contract. Writes are made inside `transaction`, by one process at a time.

    `aside` is where a damaged one is kept of which no run has told yet.
    """

    aside = ""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Begin to write; commit at the end, undo everything on an exception."""

    @abstractmethod
    def exclusive(self) -> AbstractContextManager[None]:
        """Wait to be the only one that ingests, among all processes."""

    def exists(self) -> bool:
        """Whether it is there, as far as that can be told without making it."""
        return True

    def is_suspect(self) -> bool:
        """Whether anybody has found that the index is damaged, since it was made."""
        return False

    def set_aside(self) -> None:
        """Keep a damaged index `aside`, and make it anew with what identities can be read of it.

        Raises IndexUnusable where it can't be done.
        """
        raise IndexUnusable("index", "damaged", "it is for its server to mend")

    @abstractmethod
    def lead(self) -> AbstractContextManager[bool]:
        """Try to be the one that watches the folder, among all processes; tell whether it is.

        It is until the end of the context or of the process, however that comes.
        """

    @abstractmethod
    def close(self) -> None:
        """Give the connection back."""

    # What ingest reads

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

    def has_unread(self) -> bool:
        """Whether there are entries of an index made anew whose files are still to be read."""
        return bool(self.execute("SELECT 1 FROM article WHERE state = 'unread' LIMIT 1"))

    def _is_reserved(self, updated: int, id: str) -> bool:
        """Whether an entry of an index made anew was updated then, and is still to be read."""
        return bool(
            self.execute(
                "SELECT 1 FROM article WHERE state = 'unread' AND updated = :updated AND id <> :id",
                {"updated": updated, "id": id},
            )
        )

    def _skip_members(self, updated: int, id: str, step: int) -> int:
        """Return the first second from `updated` on, or back, that no other member has."""
        values = {"updated": updated, "id": id}
        taken = (
            "SELECT 1 FROM membership m JOIN article a ON a.number = m.article"
            " WHERE m.feed = 0 AND a.id <> :id AND m.updated ="
        )
        if not self.execute(f"{taken} :updated", values):
            return updated
        best, compare, beside = ("min", ">=", "+ 1") if step > 0 else ("max", "<=", "- 1")
        gap = self.execute(
            f"SELECT {best}(n.updated) {beside} FROM membership n WHERE n.feed = 0"
            f" AND n.updated {compare} :updated AND NOT EXISTS ({taken} n.updated {beside})",
            values,
        )
        return int(gap[0][0])

    def has_slug(self, slug: str, id: str) -> bool:
        """Whether another entry than `id` has a page of this name."""
        return bool(
            self.execute(
                # Without the second, the index on names isn't used.
                "SELECT 1 FROM article WHERE slug = :slug AND slug <> '' AND id <> :id",
                {"slug": slug, "id": id},
            )
        )

    def begin_run(self, *, same_rules: bool) -> None:
        """Note that a run has begun to write: should it never end, the next one ends it.

        Where it reads by other rules, what it has read by then must be read again.
        """
        reading = "reading" if same_rules else "''"
        self.execute(f"UPDATE revision SET pending = 1, reading = {reading}")

    def finish_run(
        self, now: int, reading: str, settings: str | None = None, first: int = 0, spent: int = 0
    ) -> None:
        """End a run: where it wrote anything, count a revision; the first is `first`, or the time.

        So an index made anew doesn't count what another has counted. Text replaced before the
        last revision goes: nobody plans with it any more. With `settings`, those are what the
        edition is made with from now on: where they are others, that counts too. `spent` is how
        long the run took (milliseconds).
        """
        self.execute(
            "DELETE FROM content WHERE replaced <= (SELECT number FROM revision WHERE pending = 1)"
        )
        self.execute(
            "UPDATE revision SET number = CASE WHEN number = 0 THEN :first"
            " WHEN settings <> :settings THEN number + 1 ELSE number + pending END,"
            " pending = 0, time = :now, reading = :reading, settings = :settings,"
            " runs = runs + 1, spent = spent + :spent",
            {
                "now": now,
                "first": first or now,
                "reading": reading,
                "settings": self.settings() if settings is None else settings,
                "spent": spent,
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
