"""Batches: what an ingest writes, many entries at once, and reads as if it were written.

What the index knows of the entries that are next is asked for at once too: a question for each
would cost more than all else that is done for it.
"""

from collections.abc import Iterable, Mapping, Sequence

from feedsvc.index import Index
from feedsvc.index.schema import Change, Look, Medium, Row

__all__ = ["BATCH", "Batch"]

BATCH = 1000
"""Entries that are written in one transaction."""


class Batch:
    """The writes of one run, which reads by other rules than the last one unless `same_rules`."""

    def __init__(self, index: Index, *, same_rules: bool) -> None:
        self._index, self._same_rules = index, same_rules
        self._begun = self._noted = False
        self._wary = index.has_unread()
        self._has_tied = index.has_tied()
        self._changes: dict[str, Change] = {}
        self._looks: list[Look] = []
        self._files: dict[str, Mapping[str, str]] = {}
        self._media: dict[str, Medium] = {}
        self._slugs: dict[str, str] = {}
        self._seconds: dict[int, str] = {}
        self._left: set[int] = set()
        self._known: dict[str, tuple[Row, Mapping[str, str]] | None] = {}
        self._users: set[str] = set()
        self._free: set[int] = set()

    def expect(self, ids: Iterable[str], seconds: Iterable[int]) -> None:
        """Ask what is known of entries by their ids, and which seconds are free, for who asks."""
        asked, free = list(dict.fromkeys(ids)), set(seconds)
        known = self._index.find_all(asked)
        self._users = self._index.users_of_media(list(known))
        self._known = dict.fromkeys(asked) | known
        self._known |= {id: (one.row, one.feeds) for id, one in self._changes.items()}
        self._free = free - self._index.updated_at(list(free)) - self._seconds.keys()

    # What the index would say

    def find(self, id: str) -> Row | None:
        """Return the row that holds an id, if any."""
        if id not in self._known:
            return self._index.find(id)
        known = self._known[id]
        return known[0] if known else None

    def tied_to(self, sources: Sequence[str]) -> list[Row]:
        """Return the rows that were tied to these bytes before, in the order of paths."""
        return self._index.tied_to(sources) if self._has_tied else []

    def memberships(self, id: str) -> Mapping[str, str]:
        """Return the feeds that an entry is in, each with the label that it has there."""
        known = self._known.get(id)
        return known[1] if known else self._index.memberships(id)

    def used(self, id: str) -> dict[str, str]:
        """Return the files that an entry names, each with its address."""
        if id in self._files:
            self.flush()
        return self._index.used(id)

    def has_slug(self, slug: str, id: str) -> bool:
        """Whether another entry than `id` has a page of this name."""
        return self._slugs.get(slug, id) != id or self._index.has_slug(slug, id)

    def next_free(self, updated: int, id: str, latest: int) -> int:
        """Return the first second from `updated` on that no other entry was updated at.

        Where there is none up to `latest`, return the last one before `updated`.
        """
        if updated in self._free and updated <= latest and not self._wary:
            return updated
        if updated in self._left:
            self.flush()
        free = self._index.next_free(updated, id, latest)
        while self._seconds.get(free, id) != id and updated <= free < latest:
            free = self._index.next_free(free + 1, id, latest)
        if self._seconds.get(free, id) != id:
            self.flush()
            free = self._index.next_free(updated, id, latest)
        return free

    # What is to be written

    def put(
        self, row: Row, feeds: Mapping[str, str], text: bytes | None = None, replaces: str = ""
    ) -> None:
        """Write an entry: see Change."""
        if row.id in self._changes or len(self._changes) >= BATCH:
            self.flush()
        if before := self.find(row.id):
            self._left.add(before.updated)
        self._changes[row.id] = Change(row, feeds, text, replaces)
        self._known[row.id] = row, feeds
        if row.slug:
            self._slugs[row.slug] = row.id
        if feeds:
            self._seconds[row.updated] = row.id
            self._free.discard(row.updated)
        if row.state == "withdrawn":
            self._files[row.id] = {}

    def touch(self, look: Look) -> None:
        """Remember how a file looks that makes what it made."""
        if len(self._looks) >= BATCH:
            self.flush()
        self._looks.append(look)

    def use(self, id: str, files: Mapping[str, str], media: Iterable[Medium]) -> None:
        """Replace the files that an entry names, and write what is known of them."""
        if files or id in self._users:
            self._files[id] = files
            self._media |= {medium.path: medium for medium in media}

    def flush(self) -> None:
        """Write all of it in a transaction."""
        if self._changes or self._looks or self._files:
            with self._index.transaction():
                self.write()

    def write(self) -> None:
        """Write all of it in the transaction that there is."""
        if self._changes and not self._begun:
            self._index.begin_run(same_rules=self._same_rules)
            self._begun = True
        if (self._changes or self._looks) and not self._noted:
            self._index.note_change()
            self._noted = True
        self._index.put(list(self._changes.values()))
        self._index.touch(self._looks)
        for medium in self._media.values():
            self._index.keep(medium)
        for id, files in self._files.items():
            self._index.use(id, files)
        for written in (self._changes, self._looks, self._files, self._media):
            written.clear()
        for taken in (self._slugs, self._seconds, self._left):
            taken.clear()
