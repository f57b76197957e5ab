"""The entries in the index: a narrow row each, the feeds that each is in, and its text.

They are read in the order of their paths, and written many at once: a statement costs little
more for a thousand.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import count

import msgspec
from msgspec import Struct

from feedsvc.index.catalogue import MAIN
from feedsvc.index.media import MediaTables
from feedsvc.index.schema import COLUMNS, Change, Glance, Look, Row

__all__ = ["EntryTables"]

_FIELDS = [name for name in Row.__struct_fields__ if name != "id"]
_PUT = (
    f"INSERT INTO article (number, {COLUMNS}, feeds) VALUES (:number,"
    f" {', '.join(f':{name}' for name in Row.__struct_fields__)}, :feeds) ON CONFLICT (id)"
    f" DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in [*_FIELDS, 'feeds'])}"
)

_decode = msgspec.msgpack.Decoder(dict[str, str]).decode

# Each has an index of its own.
_DUE = (
    "state = 'waiting' AND published <= :now",
    "expires > 0 AND expires <= :now AND state IN ('published', 'unlisted', 'waiting')",
)


class _Member(Struct, frozen=True):
    """An entry as its memberships have it: its number in them, when, and the feeds."""

    number: int
    published: int
    updated: int
    feeds: dict[str, str]


class EntryTables(MediaTables):
    """The part of the index's contract that is about entries."""

    # What ingest reads

    def glances(self, after: str, limit: int, now: int) -> list[Glance]:
        """Glance at the next entries in the order of their paths, withdrawn ones too.

        And at the collections, each before its records.
        """
        values = {"after": after, "limit": limit, "now": now}
        return self._glance("path > :after", values, "LIMIT :limit")

    def _glance(self, which: str, values: Mapping[str, object], rest: str = "") -> list[Glance]:
        rows = self.execute(
            "SELECT path, size, mtime, CASE state WHEN 'unread' THEN '' ELSE source END,"
            f" state = 'withdrawn', {' OR '.join(_DUE)} FROM article WHERE {which} UNION ALL"
            f" SELECT path, size, mtime, source, 1 = 0, 1 = 0 FROM collection WHERE {which}"
            f" ORDER BY path {rest}",
            values,
        )
        return [Glance(*row) for row in rows]

    def at_paths(self, paths: Sequence[str]) -> dict[str, Row]:
        """Return the rows of the entries that have these files."""
        rows = self._select_all(f"SELECT {COLUMNS} FROM article WHERE path", paths)
        return {row[1]: Row(*row) for row in rows}

    def find(self, id: str) -> Row | None:
        """Return the row that holds an id, if any."""
        rows = self.execute(f"SELECT {COLUMNS} FROM article WHERE id = :id", {"id": id})
        return Row(*rows[0]) if rows else None

    def due(self, now: int) -> list[Row]:
        """Return the rows whose time to be published, or to expire, has come, in path order."""
        waiting, expiring = (f"SELECT {COLUMNS} FROM article WHERE {which}" for which in _DUE)
        rows = self.execute(f"{waiting} UNION {expiring} ORDER BY path", {"now": now})
        return [Row(*row) for row in rows]

    def hidden(self) -> dict[str, int]:
        """Count the entries that have a file and are in no feed, by state."""
        return dict(
            self.execute(
                "SELECT state, count(*) FROM article"
                " WHERE state NOT IN ('published', 'withdrawn', 'unread') GROUP BY state"
            )
        )

    def memberships(self, id: str) -> dict[str, str]:
        """Return the feeds that an entry is in, each with the label that it has there."""
        rows = self.execute("SELECT feeds FROM article WHERE id = :id", {"id": id})
        return _unpack_feeds(rows[0][0]) if rows else {}

    # What ingest asks of many entries at once

    def find_all(self, ids: Sequence[str]) -> dict[str, tuple[Row, dict[str, str]]]:
        """Return the row of each of these ids that is there, and the feeds that its entry is in."""
        rows = self._select_all(f"SELECT feeds, {COLUMNS} FROM article WHERE id", ids)
        return {row[1]: (Row(*row[1:]), _unpack_feeds(row[0])) for row in rows}

    def updated_at(self, seconds: Sequence[int]) -> set[int]:
        """Return those of these seconds at which an entry was updated, that is in a feed."""
        rows = self._select_all(
            "SELECT updated FROM membership WHERE feed = 0 AND updated", seconds
        )
        return {second for (second,) in rows}

    # What ingest writes

    def put(self, changes: Sequence[Change]) -> None:
        """Write entries, each of which is there once."""
        before = self._read_memberships([change.row.id for change in changes])
        last = self.execute("SELECT coalesce(max(number), 0) FROM article")[0][0]
        numbers = {id: member.number for id, member in before.items()}
        for change in changes:
            if change.row.id not in numbers:
                numbers[change.row.id] = last = last + 1
        self.execute_many(
            "UPDATE content SET replaced = (SELECT number + 1 FROM revision)"
            " WHERE digest = :digest",
            [
                {"digest": change.replaces}
                for change in changes
                if change.replaces
                and (change.replaces != change.row.digest or change.row.state == "withdrawn")
            ],
        )
        self.execute_many(
            _PUT,
            [
                msgspec.structs.asdict(change.row)
                | {"number": numbers[change.row.id], "feeds": _pack_feeds(change.feeds)}
                for change in changes
            ],
        )
        self.execute_many(
            "INSERT INTO content (digest, article) VALUES (:digest, :article)"
            " ON CONFLICT (digest) DO UPDATE SET replaced = NULL",
            [
                {"digest": change.row.digest, "article": change.text}
                for change in changes
                if change.text is not None
            ],
        )
        self._enter(changes, before, numbers)

    def _read_memberships(self, ids: Sequence[str]) -> dict[str, _Member]:
        rows = self._select_all(
            "SELECT id, number, published, updated, feeds FROM article WHERE id", ids
        )
        return {
            id: _Member(number, published, updated, _unpack_feeds(feeds))
            for id, number, published, updated, feeds in rows
        }

    def _enter(
        self, changes: Sequence[Change], before: Mapping[str, _Member], numbers: Mapping[str, int]
    ) -> None:
        """Bring memberships, the entries of each label, and which feeds changed up to date."""
        gone: list[tuple[str, int]] = []
        come: list[tuple[str, int, int, int]] = []
        labels: Counter[tuple[str, str]] = Counter()
        touched: set[str] = set()
        for change in changes:
            row, old = change.row, before.get(change.row.id)
            touched.update(change.feeds)
            if old is not None:
                touched.update(old.feeds)
                same = (old.published, old.updated) == (row.published, row.updated)
                if same and old.feeds == change.feeds:
                    continue
                gone += [(feed, old.updated) for feed in old.feeds]
                labels.subtract(old.feeds.items())
            number = numbers[row.id]
            come += [(feed, row.updated, row.published, number) for feed in change.feeds]
            labels.update(change.feeds.items())
        feeds = self._number_feeds(touched)
        self.execute_many(
            "UPDATE feed SET changed = (SELECT number + 1 FROM revision) WHERE number = :feed"
            " AND changed <= (SELECT number FROM revision)",
            [{"feed": number} for number in feeds.values()],
        )
        self.execute_many(
            "DELETE FROM membership WHERE feed = :feed AND updated = :updated",
            [{"feed": feeds[feed], "updated": updated} for feed, updated in gone],
        )
        self.execute_many(
            "INSERT INTO membership VALUES (:feed, :updated, :published, :article)",
            [
                {"feed": feed, "updated": updated, "published": published, "article": number}
                for feed, updated, published, number in sorted(
                    (feeds[feed], *rest) for feed, *rest in come
                )
            ],
        )
        self._count_labels(
            {(feeds[feed], label): n for (feed, label), n in labels.items() if n and feed != MAIN}
        )

    def _number_feeds(self, paths: Collection[str]) -> dict[str, int]:
        """Return the numbers of feeds; one that is new gets the next."""
        numbers = dict(self._select_all("SELECT path, number FROM feed WHERE path", list(paths)))
        new = sorted(set(paths) - numbers.keys())
        if new:
            first = self.execute("SELECT max(number) + 1 FROM feed")[0][0]
            added = dict(zip(new, count(first)))
            self.execute_many(
                "INSERT INTO feed VALUES (:number, :path, 0)",
                [{"number": number, "path": path} for path, number in added.items()],
            )
            numbers |= added
        return numbers

    def _count_labels(self, changes: Mapping[tuple[int, str], int]) -> None:
        values = [
            {"feed": feed, "label": label, "change": change}
            for (feed, label), change in changes.items()
        ]
        self.execute_many(
            "INSERT INTO label VALUES (:feed, :label, :change) ON CONFLICT (feed, label)"
            " DO UPDATE SET entries = label.entries + excluded.entries",
            values,
        )
        self.execute_many(
            "DELETE FROM label WHERE feed = :feed AND label = :label AND entries = 0",
            [{"feed": value["feed"], "label": value["label"]} for value in values],
        )

    def touch(self, looks: Sequence[Look]) -> None:
        """Remember how files look that make what they made."""
        self.execute_many(
            "UPDATE article SET size = :size, mtime = :mtime, source = :source WHERE path = :path",
            [msgspec.structs.asdict(look) for look in looks],
        )

    def remember(self, read: Sequence[Look], gone: Sequence[str] = ()) -> None:
        """Remember how collections look that were read whole; forget others."""
        paths = [*gone, *(look.path for look in read)]
        self.execute_many(
            "DELETE FROM collection WHERE path = :path", [{"path": path} for path in paths]
        )
        self.execute_many(
            "INSERT INTO collection VALUES (:path, :size, :mtime, :source)",
            [msgspec.structs.asdict(look) for look in read],
        )


def _pack_feeds(feeds: Mapping[str, str]) -> bytes | None:
    return msgspec.msgpack.encode(feeds) if feeds else None


def _unpack_feeds(packed: bytes | None) -> dict[str, str]:
    return _decode(packed) if packed else {}
