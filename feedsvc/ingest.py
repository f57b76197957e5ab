"""Ingest: the folder into the index, changed files only.

A walk over the files and one over the index's rows, both in the order of paths, merged: memory
stays flat. One bad article costs that article only; nothing is dropped in silence, and nothing
is withdrawn because a folder can't be seen.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import quote, urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from feedsvc import readers
from feedsvc.errors import ArticleError
from feedsvc.folder import File, read_file, walk
from feedsvc.index import Index, Row, pack_article
from feedsvc.model import Article, Finding, Reading
from feedsvc.settings import Settings

__all__ = ["Report", "ingest"]

BATCH = 1000
"""Writes in one transaction."""

SETTLED = 2 * 10**9
"""Nanoseconds after which every later change shows in a file's mtime, on any file system."""


class Report(Struct):
    """What a run did: how many articles, and what was refused, or is no article (by kind).

    `kept` counts the entries that an empty folder would have withdrawn.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    kept: int = 0
    refused: list[Finding] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)


def ingest(
    settings: Settings,
    index: Index,
    now: datetime,
    *,
    allow_empty: bool = False,
    listen: Callable[[Reading], None] = lambda reading: None,
) -> Report:
    """Bring `index` up to date with the folder of `settings`, as of `now`.

    A folder without a readable article withdraws nothing unless `allow_empty`. `listen` is told
    of each file that was read. Raises FolderError where the folder can't be read, and the
    index's errors.
    """
    run = _Run(settings, index, int(now.timestamp()), listen)
    files = walk(settings.folder, run.report.ignored)
    faulty: list[File] = []
    for file in files:
        faulty.append(file)
        if file.fault is None:
            break
    else:
        run.report.kept = 0 if allow_empty else index.counts().published
    with ExitStack() as run.batch:
        known = iter(()) if run.report.kept else _rows(index)
        run.merge(chain(faulty, files), known)
        run.finish()
    return run.report


def _rows(index: Index) -> Iterator[Row]:
    after = ""
    while rows := index.rows(after, 10 * BATCH):
        yield from rows
        after = rows[-1].path


class _Run:
    """One run: what it has done so far, and the batch that it writes."""

    batch: ExitStack

    def __init__(
        self, settings: Settings, index: Index, now: int, listen: Callable[[Reading], None]
    ) -> None:
        self.settings, self.index, self.now, self.listen = settings, index, now, listen
        self.report = Report()
        self.rules = _digest_rules(settings)
        self.same_rules = index.reading() == self.rules
        self.written = 0
        self.lost: set[str] = set()

    def merge(self, files: Iterator[File], known: Iterator[Row]) -> None:
        """Match files with rows by path; deal with each pair, and with those that have no match."""
        hidden = None
        row = next(known, None)
        for file in files:
            while row and row.path < file.path:
                self.miss(row, hidden)
                row = next(known, None)
            if file.path.endswith("/"):
                hidden = file.path
            matched = row if row and row.path == file.path else None
            self.meet(file, None if file.path in self.lost else matched)
            row = next(known, None) if matched else row
        while row:
            self.miss(row, hidden)
            row = next(known, None)

    def miss(self, row: Row, hidden: str | None) -> None:
        """Withdraw the entry of a file that is gone, unless its folder only can't be read."""
        out_of_sight = hidden is not None and row.path.startswith(hidden)
        # The row may be older than this run: its article was met under another path.
        if row.state == "withdrawn" or out_of_sight or row.path in self.lost:
            return
        self.write(replace(row, state="withdrawn"))
        self.report.withdrawn += 1

    def meet(self, file: File, row: Row | None) -> None:
        """Deal with a file, and the row of its path if there is one."""
        settled = row and row.state != "withdrawn" and self.same_rules
        if row and settled and (row.size, row.mtime) == (file.size, file.mtime):
            self.report.unchanged += 1
            return
        try:
            if file.fault:
                raise file.fault
            data = read_file(self.settings.folder, file.path, self.settings.max_article_bytes)
            self.take(file, data, row)
        except ArticleError as error:
            # An article that was good keeps its last good entry.
            self.report.refused.append(
                Finding(error.path, error.line, error.field, error.what, error.why)
            )

    def take(self, file: File, data: bytes, row: Row | None) -> None:
        """Read a file and write what became of it."""
        source = hashlib.blake2b(data, digest_size=16).hexdigest()
        mtime = file.mtime if time.time_ns() - file.mtime > SETTLED else 0
        same_source = row is not None and row.source == source
        if row and same_source and self.same_rules and row.state != "withdrawn":
            self.begin()
            self.index.touch(file.path, file.size, mtime)
            self.report.unchanged += 1
            return
        reading = readers.read(file.path, data, self.settings)
        article = reading.article
        row = row or self.claim(file.path, article)
        id = row.id if row else self.identify(file.path, article)
        digest, packed = pack_article(id, article)
        published = row.published if row else self.now
        if article.published:
            published = int(article.published.timestamp())
        edited = row.edited if row else 0
        if row and row.source not in ("", source) and row.digest != digest:
            edited = self.now
        new = Row(
            path=file.path,
            id=id,
            size=file.size,
            mtime=mtime,
            source=source,
            digest=digest,
            published=published,
            updated=_update(article, published, edited),
            edited=edited,
            seen=row.seen if row else self.now,
            state="waiting" if published > self.now else "published",
        )
        self.listen(reading)
        self.count(new, row)
        self.write(self.place(new, row), packed)

    def claim(self, path: str, article: Article) -> Row | None:
        """Return the row that a new file continues: that of a file which moved here, or is later.

        Raises ArticleError where the id is an earlier file's.
        """
        other = self.index.find(article.id or article.url or "")
        if other is None or other.path == path:
            return other
        there = os.path.lexists(os.path.join(self.settings.folder, other.path))
        if there and other.path < path:
            what = f"the same as that of {other.path}"
            raise ArticleError(path, 1, "id", what, f"both are {other.id}; the first by path stays")
        self.lost.add(other.path)
        return other

    def identify(self, path: str, article: Article) -> str:
        """Make the id of a new entry: its own, its URL, or a tag URI (RFC 4151)."""
        if article.id or article.url:
            return article.id or article.url or ""
        day = article.published or datetime.fromtimestamp(self.now, UTC)
        host = urlsplit(self.settings.url).hostname
        return f"tag:{host},{day:%Y-%m-%d}:{quote(path)}"

    def place(self, new: Row, old: Row | None) -> Row:
        """Give an entry a second of its own to be updated at.

        Validators warn of entries updated at once. A later one gives way; one that is published
        never moves because of another.
        """
        if new.state != "published":
            return new
        same = old and old.state == "published" and old.edited == new.edited
        if old and same and old.published == new.published and old.updated >= new.updated:
            return replace(new, updated=old.updated)
        return replace(new, updated=self.index.next_free(new.updated, new.id))

    def count(self, new: Row, old: Row | None) -> None:
        if old is None:
            self.report.new += 1
        elif old.state == "withdrawn" or old.digest != new.digest or old.path != new.path:
            self.report.changed += 1
        else:
            self.report.unchanged += 1

    def begin(self) -> None:
        """Begin a batch where none is open."""
        if self.written == 0:
            self.batch.enter_context(self.index.transaction())
        self.written += 1

    def write(self, row: Row, packed: bytes | None = None) -> None:
        if self.written >= BATCH:
            self.batch.close()
            self.written = 0
        self.begin()
        self.index.put(row, packed)

    def finish(self) -> None:
        """Publish what has become due, and end the run in one transaction with its last batch."""
        for row in self.index.due(self.now):
            due = replace(row, state="published")
            self.write(self.place(due, row))
            self.report.changed += 1
        self.begin()
        self.index.refuse(sorted(self.report.refused))
        changed = self.report.new + self.report.changed + self.report.withdrawn > 0
        self.index.finish(self.now, self.rules, changed=changed)


def _update(article: Article, published: int, edited: int) -> int:
    """When an entry was updated: as it says, else when it was seen to change, else published."""
    said = int(article.updated.timestamp()) if article.updated else edited
    return max(said, published)


def _digest_rules(settings: Settings) -> str:
    """Digest all that decides what is made of a file: where it differs, all are read again."""
    rules = (
        readers.VERSION,
        settings.timezone,
        settings.default_time,
        settings.boilerplate,
        settings.labels,
        settings.max_article_bytes,
    )
    return hashlib.blake2b(repr(rules).encode(), digest_size=16).hexdigest()
