"""Ingest: the folder into the index, changed files only.

A walk over the files and one over the index's rows, both in the order of paths, merged: memory
stays flat. One bad article costs that article only; nothing is dropped in silence, and nothing
is withdrawn because a folder can't be seen.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from datetime import datetime

from msgspec.structs import replace

from feedsvc import readers
from feedsvc.errors import ArticleError
from feedsvc.facets import list_facets
from feedsvc.folder import File, read_file
from feedsvc.identity import Registry
from feedsvc.index import MAIN, Index, Row, pack_article
from feedsvc.media import Finder, Library
from feedsvc.model import Article, Finding, Reading
from feedsvc.report import Report
from feedsvc.scope import Scope
from feedsvc.selection import decide_state, explain_state, is_due
from feedsvc.settings import Settings
from feedsvc.terms import pack_terms

__all__ = ["Report", "ingest"]

BATCH = 1000
"""Writes in one transaction."""

SETTLED = 2 * 10**9
"""Nanoseconds after which every later change shows in a file's mtime, on any file system."""


def ingest(
    settings: Settings,
    index: Index,
    now: datetime,
    *,
    changed: Collection[str] | None = None,
    allow_empty: bool = False,
    lead: bool = False,
    rests: Callable[[str, int, int], bool] = lambda path, size, mtime: True,
    listen: Callable[[Reading], None] = lambda reading: None,
) -> Report:
    """Bring `index` up to date with the folder of `settings`, as of `now`.

    With the paths that have `changed`, looks at no others, unless all are to be read by other
    settings. A folder without a readable article withdraws nothing unless `allow_empty`. Who is
    to `lead` leaves the settings to whoever serves. A file that doesn't rest, by its path, size
    and mtime, is left for later; `listen` is told of each that was read. Raises FolderError
    where the folder can't be read, and the index's errors.
    """
    with index.exclusive(), ExitStack() as batch:
        run = _Run(settings, index, int(now.timestamp()), batch, listen, rests)
        terms = pack_terms(settings) if lead else index.settings()
        if not run.same_rules or terms != index.settings():
            changed = None
        scope = Scope(settings, index, changed)
        run.look(scope, allow_empty)
        run.finish(scope, terms)
    return run.report


class _Run:
    """One run: what it has done so far, and the batch that it writes."""

    def __init__(
        self,
        settings: Settings,
        index: Index,
        now: int,
        batch: ExitStack,
        listen: Callable[[Reading], None],
        rests: Callable[[str, int, int], bool],
    ) -> None:
        self.settings, self.index, self.now = settings, index, now
        self.batch, self.listen, self.rests = batch, listen, rests
        self.report = Report()
        self.rules = readers.digest_rules(settings)
        self.same_rules = index.reading() == self.rules
        self.begun = False
        self.written = 0
        self.registry = Registry(settings, index, self.now)
        self.displaced: set[str] = set()
        self.library = Library(settings, index.medium, rests)
        self.stale: set[str] = set()

    def look(self, scope: Scope, allow_empty: bool) -> None:
        """Deal with the files that are in the scope, and with their rows."""
        self.stale = scope.stale
        for files, rows in scope.parts(allow_empty, self.registry.lost):
            self.merge(files, rows)
        self.report.kept, self.report.ignored = scope.kept, scope.ignored

    def merge(self, files: Iterator[File], known: Iterator[Row]) -> None:
        """Match files with rows by path; deal with each pair, and with those without a match."""
        hidden = None
        row = next(known, None)
        for file in files:
            while row and str(row.path) < file.path:
                self.miss(row, hidden)
                row = next(known, None)
            if file.path.endswith("/"):
                hidden = file.path
            matched = row if row and row.path == file.path else None
            self.meet(file, None if file.path in self.registry.lost else matched)
            row = next(known, None) if matched else row
        while row:
            self.miss(row, hidden)
            row = next(known, None)

    def miss(self, row: Row, hidden: str | None) -> None:
        """Withdraw the entry of a file that is gone, unless its folder only can't be read."""
        out_of_sight = hidden is not None and str(row.path).startswith(hidden)
        if row.state == "withdrawn" or out_of_sight or row.path in self.registry.lost:
            return
        self.write(replace(row, state="withdrawn"), {}, replaces=row.digest)
        self.report.withdrawn += 1

    def meet(self, file: File, row: Row | None) -> None:
        """Deal with a file, and the row of its path if there is one."""
        settled = row and row.state != "withdrawn" and self.is_current(file)
        if row and settled and (row.size, row.mtime) == (file.size, file.mtime):
            self.report.unchanged += not is_due(row, self.now)
            return
        if file.fault is None and not self.rests(file.path, file.size, file.mtime):
            self.report.restless.append(file.path)
            return
        try:
            if file.fault:
                raise file.fault
            data = read_file(self.settings.folder, file.path, self.settings.max_article_bytes)
            self.take(file, data, row)
        except ArticleError as error:
            # An article that was good keeps its last good entry, and is looked at again.
            if row:
                self.keep(row)
            self.report.refused.append(
                Finding(error.path, error.line, error.field, error.what, error.why)
            )

    def is_current(self, file: File) -> bool:
        """Whether a file that is the same would be read to the same article."""
        return self.same_rules and file.path not in self.stale

    def keep(self, row: Row) -> None:
        """Let an entry whose file can't be read be what it was, and look again the next time."""
        if row.state == "published" and not self.same_rules:
            article = self.index.articles([row.digest])[row.digest]
            self.write(replace(row, size=-1, mtime=0), self.list_feeds(row, article))
        elif row.size >= 0:
            self.begin()
            self.index.touch(str(row.path), -1, 0, row.source)

    def take(self, file: File, data: bytes, row: Row | None) -> None:
        """Read a file and write what became of it."""
        source = hashlib.blake2b(data, digest_size=16).hexdigest()
        mtime = file.mtime if time.time_ns() - file.mtime > SETTLED else 0
        same = row is not None and row.source == source and self.is_current(file)
        if row and same and row.state != "withdrawn":
            self.begin()
            self.index.touch(file.path, file.size, mtime, source)
            self.report.unchanged += not is_due(row, self.now)
            return
        finder = Finder(self.library, file.path)
        self.library.restless = []
        reading = readers.read(file.path, data, self.settings, finder)
        if self.library.restless:
            self.report.restless += [file.path, *self.library.restless]
            return
        article = reading.article
        id, old = self.registry.recognize(file.path, article, row)
        digest, packed = pack_article(id, article)
        published = self.registry.date(article, old)
        edited = old.edited if old else 0
        if old and old.source and old.digest != digest:
            other = old.source != source or finder.differs(self.index.used(id))
            edited = self.now if other else edited
        chosen = reading.selection
        new = Row(
            id=id,
            path=file.path,
            own=id == (article.id or article.url),
            size=file.size,
            mtime=mtime,
            source=source,
            digest=digest,
            published=published,
            updated=_update(article, published, edited),
            edited=edited,
            seen=old.seen if old else 0,
            state="draft",
            slug=self.registry.name_page(file.path, id, article, old),
            paged=article.url is None,
            listed=not chosen.unlisted,
            expires=int(chosen.expires.timestamp()) if chosen.expires else 0,
        )
        if not chosen.draft:
            new = self.registry.place(replace(new, state=decide_state(new, self.now)), old)
        if article.published is None:
            new = replace(new, published=min(new.published, new.updated))
        if not new.seen and new.state in ("published", "unlisted"):
            new = replace(new, seen=self.now)
        feeds = self.list_feeds(new, article)
        self.count(new, old, row)
        looks = {"size": file.size, "mtime": mtime, "source": source}
        kept = old is not None and new == replace(old, **looks)
        if kept and feeds == self.index.memberships(id):
            self.begin()
            self.index.touch(file.path, file.size, mtime, source)
        else:
            if row and row.id != id:
                gone = replace(row, path=None, state="withdrawn")
                self.write(gone, {}, replaces=row.digest)
            self.write(new, feeds, packed, replaces=old.digest if old else "")
        finder.record(self.index, id, time.time_ns() - SETTLED)
        self.tell(new, reading)

    def list_feeds(self, row: Row, article: Article) -> dict[str, str]:
        """Return the feeds that an entry is in by its state, with its label in each."""
        if row.state != "published":
            return {}
        return {MAIN: ""} | list_facets(article, self.settings.language)

    def count(self, new: Row, old: Row | None, row: Row | None) -> None:
        """Count what became of a file; `row` is what its path had."""
        if row and row.id != new.id and row.state != "withdrawn":
            self.displaced.add(row.id)
        self.displaced.discard(new.id)
        if old is None:
            self.report.new += 1
        elif (old.digest, old.path, old.state) != (new.digest, new.path, new.state):
            self.report.changed += 1
        else:
            self.report.unchanged += 1

    def tell(self, row: Row, reading: Reading) -> None:
        """Let the listener know of a reading, and of a state that hides it."""
        if hidden := explain_state(row):
            reading = replace(reading, findings=(*reading.findings, hidden))
        self.listen(reading)

    def begin(self) -> None:
        """Begin a batch where none is open, or the last one is full."""
        if self.written >= BATCH:
            self.batch.close()
            self.written = 0
        if self.written == 0:
            self.batch.enter_context(self.index.transaction())
        self.written += 1

    def write(
        self, row: Row, feeds: dict[str, str], packed: bytes | None = None, replaces: str = ""
    ) -> None:
        self.begin()
        if not self.begun:
            self.index.begin_run(same_rules=self.same_rules)
            self.begun = True
        self.index.put(row, feeds, packed, replaces)
        if row.state == "withdrawn":
            self.index.use(row.id, {})

    def finish(self, scope: Scope, terms: str) -> None:
        """Publish or hide what is due, and end the run in one transaction with its last batch."""
        for row in self.index.due(self.now):
            now = replace(row, state=decide_state(row, self.now), seen=row.seen or self.now)
            now = self.registry.place(now, row)
            self.write(now, self.list_feeds(now, self.index.articles([row.digest])[row.digest]))
            self.report.changed += 1
        self.begin()
        self.index.refuse(sorted(self.report.refused), scope.places)
        self.index.finish_run(self.now, self.rules, terms)
        self.report.withdrawn += len(self.displaced)
        if scope.whole:
            self.index.drop_unused()
            hidden = self.index.hidden()
            self.report.waiting = hidden.pop("waiting", 0)
            self.report.hidden = sum(hidden.values())


def _update(article: Article, published: int, edited: int) -> int:
    """When an entry was updated: as it says, else when it was seen to change, else published."""
    said = int(article.updated.timestamp()) if article.updated else edited
    return max(said, published)
