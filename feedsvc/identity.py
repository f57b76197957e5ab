"""Identity: which entry a file holds, and the dates that the entry keeps.

An entry that is published keeps its id and its dates, whatever happens to its file or to other
entries. No decision here writes anything.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from feedsvc.clean import make_iri
from feedsvc.errors import ArticleError
from feedsvc.facets import make_slug
from feedsvc.grounds import find_base
from feedsvc.index import Look, Row, digest_entry
from feedsvc.index.batch import Batch
from feedsvc.moves import Moves
from feedsvc.parsing import Parsed
from feedsvc.readers import ALONE_NAME, part_path
from feedsvc.selection import decide_state
from feedsvc.settings import Settings

__all__ = ["Registry"]


class Registry:
    """What one ingest, as of `now` (seconds), knows of the entries in the index."""

    def __init__(self, settings: Settings, batch: Batch, now: int) -> None:
        self._settings, self._batch, self._now = settings, batch, now
        self._next_free: dict[int, int] = {}
        self.moves = Moves(settings.folder, batch)
        self.lost: set[str] = set()
        """Paths whose entries were found at another path."""
        self.robbed: set[str] = set()
        """Those of them that still have a file."""
        self.refused: set[str] = set()
        """Ids of entries whose files are refused by now."""

    def recognize(self, path: str, article: Parsed, row: Row | None) -> tuple[str, Row | None]:
        """Return the id of the entry that a file holds, and its row, None where it is a new one.

        That is `row`, the one of its path, also where the file says another id than it did; but
        not where that id is another entry's whose file is gone or later in order: then that
        entry is here now. So is one that has moved here. A new entry's id is what it says, its
        URL, or a tag URI (RFC 4151). Raises ArticleError where the id is that of an earlier file.
        """
        if row and row.source == article.source:
            return row.id, row
        fresh = row is None or row.state == "withdrawn"
        if fresh and (moved := self.moves.find(path, article.source)):
            self._move(moved)
            return moved.id, moved
        said = self.say(article)
        if said is None or (row and row.id == said):
            return (row.id if row else self._make_tag(path, article)), row
        other = self._batch.find(said)
        # A file in the place of one that was withdrawn is another article.
        if other is None and fresh:
            return said, None
        if other is None or not self._is_free(path, said, other):
            return (row.id if row else self._make_tag(path, article)), row
        return other.id, other

    def must_wait(self, path: str, article: Parsed, row: Row | None) -> bool:
        """Whether it can't be told before all files have been looked at; see `recognize`."""
        if row and (row.state != "withdrawn" or row.source == article.source):
            return False
        if article.placed and not self.moves.ended and (said := self.say(article)):
            # By its bytes, the entry of that address may be another file's.
            other = self._batch.find(said)
            if other and other.path != path and self.moves.is_gone(other):
                return True
        return self.moves.must_wait(path, article.source)

    def expect(self, path: str, article: Parsed) -> str | None:
        """Return the id that is likely for what was read of a file, if that was more than bytes."""
        return (self.say(article) or self._name(path, article)) if article.digest else None

    def say(self, article: Parsed) -> str | None:
        """Return the id that an article says: its own, else its URL."""
        return make_iri(article.id) if article.id else article.url

    def _move(self, row: Row) -> None:
        """Note that an entry is elsewhere by now."""
        if row.path:
            self.lost.add(row.path)

    def _is_free(self, path: str, said: str, other: Row) -> bool:
        """Whether the file at `path` may have the entry `other`, whose id it says.

        Not where the file that has it says another id by now, or can't be read: that keeps it.
        A file that is there but left out, so that its entry is withdrawn, has none.
        """
        place = os.path.join(self._settings.folder, part_path(other.path or "")[0])
        if other.path and other.state != "withdrawn" and os.path.lexists(place):
            # One that is refused by now keeps only its last entry.
            refused = other.size < 0 and other.state != "unread"
            if not other.own or refused or other.id in self.refused:
                return False
            if other.path < path:
                what = f"the same as that of {part_path(other.path)[0]}"
                raise ArticleError(path, 1, "id", what, f"{said}; the first by path stays")
            self.robbed.add(other.path)
        self._move(other)
        return True

    def _make_tag(self, path: str, article: Parsed) -> str:
        """Make the id of an entry that says none: another one than that of any that was there."""
        tag = self._name(path, article)
        if self._settings.outer and self._batch.find(tag):
            tag += f"-{hashlib.blake2b(os.fsencode(path), digest_size=6).hexdigest()}"
        tags = chain([tag], (f"{tag}-{number}" for number in count(2)))
        return next(each for each in tags if self._batch.find(each) is None)

    def _name(self, path: str, article: Parsed) -> str:
        moment = self._now if article.published is None else article.published
        specific = path.removesuffix(f"/{ALONE_NAME}")
        day = datetime.fromtimestamp(moment, UTC)
        host = urlsplit(self._settings.url).hostname or ""
        authority = "localhost" if ":" in host else host
        start = f"tag:{authority},{day:%Y-%m-%d}:"
        outer = self._settings.outer
        if not outer:
            return start + quote(specific)
        # Where a folder out of the settings' lies is nobody's business.
        base = find_base(path, outer)
        home = PurePosixPath(base).name.replace("..", "")
        return start + quote(str(PurePosixPath(home, specific[len(base) :])))

    def describe(
        self, look: Look, id: str, article: Parsed, old: Row | None, differs: Callable[[], bool]
    ) -> Row:
        """Describe an entry as it is now, by its file and what it was before.

        `differs` tells whether other files are beside it.
        """
        published = self._date(article, old)
        digest = digest_entry(id, article.digest)
        edited = self._date_edit(look, digest, old, differs)
        chosen = article.selection
        own = id == self.say(article)
        new = Row(
            id=id,
            path=look.path,
            own=own,
            size=look.size,
            mtime=look.mtime,
            source=look.source,
            digest=digest,
            published=published,
            updated=max(edited if article.updated is None else article.updated, published),
            edited=edited,
            seen=old.seen if old else 0,
            state="draft",
            slug=self._name_page(look.path, id, article, old),
            paged=article.url is None,
            listed=not chosen.unlisted,
            expires=int(chosen.expires.timestamp()) if chosen.expires else 0,
            tied=not own or (article.id is None and article.placed),
        )
        if not chosen.draft:
            new = self.place(replace(new, state=decide_state(new, self._now, old)), old)
        if article.published is None:
            new = replace(new, published=min(new.published, new.updated))
        if not new.seen and new.state in ("published", "unlisted"):
            new = replace(new, seen=self._now)
        return new

    def _date_edit(
        self, look: Look, digest: str, old: Row | None, differs: Callable[[], bool]
    ) -> int:
        """When an entry was last seen to change, 0 where it never was.

        Elsewhere, or in an index made anew, its file alone tells whether it is the same.
        """
        if old is None:
            return 0
        if not old.source or old.digest == digest:
            return old.edited
        same = old.path == look.path and old.state != "unread"
        if old.source == look.source and not (same and differs()):
            return old.edited
        # Where the clock was set back, readers must still see that it is a later one.
        return self._now if self._now >= old.edited else old.edited + 1

    def _date(self, article: Parsed, old: Row | None) -> int:
        """When an entry was published: as its article says, else when it was first public.

        One that had been updated before it was seen was published by then.
        """
        if article.published is not None:
            return article.published
        if old and old.seen:
            return min(old.published, self._now)
        return self._now if article.updated is None else min(article.updated, self._now)

    def _name_page(self, path: str, id: str, article: Parsed, old: Row | None) -> str:
        """Name the page of an entry whose article has no URL, after what it says or after its file.

        For good, also while it has one: nobody else gets the name.
        """
        if (old and old.slug) or article.url:
            return old.slug if old else ""
        slug = make_slug(article.slug or PurePosixPath(part_path(path)[0]).stem)
        if not self._batch.has_slug(slug, id):
            return slug
        return f"{slug}-{hashlib.blake2b(id.encode(), digest_size=6).hexdigest()}"

    def place(self, row: Row, old: Row | None) -> Row:
        """Give an entry a second of its own to be updated at, not in the future.

        Validators warn of entries updated at once. A later one gives way; one that is published
        never moves because of another.
        """
        if row.state != "published":
            return row
        start = row.updated
        if old and (old.edited, old.published) == (row.edited, row.published):
            # Where it was given one before its own, that stays, too.
            made = start == max(row.edited, row.published)
            start = old.updated if made and old.updated else max(start, old.updated)
            if old.state == "published" and start == old.updated:
                return replace(row, updated=start)  # it has its second
        # A folder of a thousand articles of one day must not look for each second from the first.
        own = old is not None and start == old.updated  # kept for it in an index made anew
        tried = start if own else self._next_free.get(start, start)
        free = self._batch.next_free(tried, row.id, self._now)
        if free != start:
            self._next_free[start] = free + (1 if free > start else -1)
        return replace(row, updated=free)
