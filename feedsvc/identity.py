"""Identity: which entry a file holds, and the dates that the entry keeps.

An entry that is published keeps its id and its dates, whatever happens to its file or to other
entries. No decision here writes anything.
"""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from feedsvc.clean import is_iri
from feedsvc.errors import ArticleError
from feedsvc.facets import make_slug
from feedsvc.grounds import find_base
from feedsvc.index import Row
from feedsvc.index.batch import Batch
from feedsvc.parsing import Parsed
from feedsvc.readers import ALONE_NAME, part_path
from feedsvc.settings import Settings

__all__ = ["Registry"]


class Registry:
    """What one ingest, as of `now` (seconds), knows of the entries in the index."""

    def __init__(self, settings: Settings, batch: Batch, now: int) -> None:
        self._settings, self._batch, self._now = settings, batch, now
        self._next_free: dict[int, int] = {}
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
        entry is here now. A new entry's id is what it says, its URL, or a tag URI (RFC 4151).
        Raises ArticleError where the id is that of an earlier file.
        """
        said = self.say(article)
        if said is None or (row and row.id == said):
            return (row.id if row else self._make_tag(path, article)), row
        other = self._batch.find(said)
        # A file in the place of one that was withdrawn is another article.
        if other is None and (row is None or (row.state == "withdrawn" and row.source)):
            return said, None
        if other is None or not self._is_free(path, said, other):
            return (row.id if row else self._make_tag(path, article)), row
        return other.id, other

    def say(self, article: Parsed) -> str | None:
        """Return the id that an article says: its own, else its URL.

        Of an id that is no IRI, as in Atom it must be, one is made; RSS and JSON Feed have it as
        it is.
        """
        if article.id and not is_iri(article.id):
            return f"{self._settings.url}#{quote(article.id, safe='')}"
        return article.id or article.url

    def _is_free(self, path: str, said: str, other: Row) -> bool:
        """Whether the file at `path` may have the entry `other`, whose id it says.

        Not where the file that has it says another id by now, or can't be read: that keeps it.
        A file that is there but left out, so that its entry is withdrawn, has none.
        """
        place = os.path.join(self._settings.folder, part_path(other.path or "")[0])
        if other.path and other.state != "withdrawn" and os.path.lexists(place):
            # One that is refused by now keeps only its last entry.
            if not other.own or other.size < 0 or other.id in self.refused:
                return False
            if other.path < path:
                what = f"the same as that of {part_path(other.path)[0]}"
                raise ArticleError(path, 1, "id", what, f"{said}; the first by path stays")
            self.robbed.add(other.path)
        if other.path:
            self.lost.add(other.path)
        return True

    def _make_tag(self, path: str, article: Parsed) -> str:
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
        tag = start + quote(str(PurePosixPath(home, specific[len(base) :])))
        if self._batch.find(tag) is None:
            return tag
        return f"{tag}-{hashlib.blake2b(os.fsencode(path), digest_size=6).hexdigest()}"

    def date(self, article: Parsed, old: Row | None) -> int:
        """When an entry was published: as its article says, else when it was first public.

        One that had been updated before it was seen was published by then.
        """
        if article.published is not None:
            return article.published
        if old and old.seen:
            return min(old.published, self._now)
        return self._now if article.updated is None else min(article.updated, self._now)

    def name_page(self, path: str, id: str, article: Parsed, old: Row | None) -> str:
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
            start = max(start, old.updated)
            if old.state == "published" and start == old.updated:
                return replace(row, updated=start)  # it has its second
        # A folder of a thousand articles of one day must not look for each second from the first.
        own = old is not None and start == old.updated  # kept for it in an index made anew
        tried = start if own else self._next_free.get(start, start)
        free = self._batch.next_free(tried, row.id, self._now)
        if free != start:
            self._next_free[start] = free + (1 if free > start else -1)
        return replace(row, updated=free)
