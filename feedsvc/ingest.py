"""Ingest: the folder into the index, changed files only.

A walk over the files and one over the index's rows, both in the order of paths, merged: memory
stays flat. One bad article costs that article only; nothing is dropped in silence, and nothing
is withdrawn because a folder can't be seen.
"""

import time
from collections.abc import Callable, Collection
from datetime import datetime
from itertools import chain

from msgspec.structs import replace

from feedsvc import readers
from feedsvc.chunks import cut, make_wish
from feedsvc.errors import ArticleError, IndexDamaged
from feedsvc.files import SETTLED
from feedsvc.folder import File
from feedsvc.identity import Registry
from feedsvc.ids import IDS
from feedsvc.index import Glance, Index, Look, Row
from feedsvc.index.batch import Batch
from feedsvc.matching import Step, match
from feedsvc.media import Finder, Library, Rests
from feedsvc.model import Finding
from feedsvc.parsers import parse_many
from feedsvc.parsing import Answers, Parsed, Wanted, describe, list_feeds, parse
from feedsvc.records import EMPTY, Collections
from feedsvc.report import Report
from feedsvc.scope import Scope
from feedsvc.selection import decide_state, explain_state, is_due
from feedsvc.settings import Settings
from feedsvc.takeover import Taken, take_over
from feedsvc.terms import pack_terms

__all__ = ["Report", "ingest"]


def ingest(
    settings: Settings,
    index: Index,
    now: datetime,
    *,
    changed: Collection[str] | None = None,
    allow_empty: bool = False,
    lead: bool = False,
    rests: Rests = lambda path, size, mtime: True,
    listen: Callable[[Finding], None] = lambda finding: None,
    advance: Callable[[int], None] = lambda done: None,
    jobs: int | None = None,
) -> Report:
    """Bring `index` up to date with the folder of `settings`, and its `feedsvc.ids`, as of `now`.

    With the paths that have `changed`, looks at no others, unless all are to be read by other
    settings. A folder without a readable article withdraws nothing unless `allow_empty`. Who is
    to `lead` leaves the settings to whoever serves. A file that doesn't rest, by its path, size
    and mtime, is left for later. `listen` is told what was found in the files that were read,
    but for refusals; `advance` how many are dealt with, now and then. Many files are read by as
    many processes as `jobs`, or as there are processors. A damaged index is made anew.
    Raises FolderError where the folder can't be read, and the index's errors.
    """

    def attempt() -> Report:
        taken = take_over(settings.folder, index, time.time_ns() - SETTLED)
        run = _Run(settings, index, int(now.timestamp()), listen, rests, taken)
        terms = pack_terms(settings) if lead else index.settings()
        same = run.same_rules and terms == index.settings() and not taken.changed
        scope = Scope(settings, index, changed if same else None)
        run.begin(scope, allow_empty)
        for files, glances in scope.parts(run.now, allow_empty):
            steps = match(files, glances, run.collections.enter)
            chunks = cut(steps, run.collections, run.may_stay, rests, run.report)
            for (chunk, wanted), answers in parse_many(settings, chunks, jobs):
                run.deal(chunk, wanted, answers)
                advance(run.report.seen)
        run.finish(scope, terms)
        run.report.aside, index.aside = index.aside, ""
        return run.report

    with index.exclusive():
        try:
            if index.is_suspect():
                index.set_aside()
            return attempt()
        except IndexDamaged:
            index.set_aside()
            return attempt()


class _Run:
    """One run: what it has done so far, and the batch that it writes."""

    def __init__(
        self,
        settings: Settings,
        index: Index,
        now: int,
        listen: Callable[[Finding], None],
        rests: Rests,
        taken: Taken,
    ) -> None:
        self.settings, self.index, self.now, self.taken = settings, index, now, taken
        self.listen, self.rests, self.begun = listen, rests, time.monotonic()
        self.report = Report()
        self.rules = readers.digest_rules(settings)
        self.same_rules = index.reading() == self.rules
        self.batch = Batch(index, same_rules=self.same_rules)
        self.registry = Registry(settings, self.batch, self.now)
        self.displaced: set[str] = set()
        self.late: list[tuple[File, str]] = []
        self.library = Library(settings, index.medium, rests)
        self.stale: set[str] = set()

    def begin(self, scope: Scope, allow_empty: bool) -> None:
        """Begin to look at what is in the scope."""
        self.stale = scope.stale
        self.collections = Collections(
            self.settings,
            scope.stale if self.same_rules else None,
            scope.ignored,
            self.rests,
            lambda: time.time_ns() - SETTLED,
            allow_empty=allow_empty,
        )

    def may_stay(self, glance: Glance) -> bool:
        """Whether a file of the same bytes would be read to the same article."""
        return self.same_rules and not glance.withdrawn and glance.path not in self.stale

    def deal(self, chunk: list[Step], wanted: Wanted, answers: Answers) -> None:
        """Deal with each step of a chunk; `answers` are those files that others have parsed."""
        finders: dict[str, Finder] = {}
        for path in wanted.keys() - answers.keys():
            finders[path] = Finder(self.library, path)
            self.library.restless = []
            answers[path] = parse(self.settings, path, finders[path], wanted[path])
            if self.library.restless:
                self.report.restless += [path, *self.library.restless]
        rows = self.index.at_paths([glance.path for _, glance in chunk if glance])
        said = (self.registry.expect(path, answer) for path, answer in answers.items())
        had = (row.id for row in rows.values())
        times = (max(answer.published or 0, answer.updated or 0) for answer in answers.values())
        self.batch.expect(filter(None, chain(said, had)), times)
        fresh = (
            file.path for file, glance in chunk if file and not (glance and not glance.withdrawn)
        )
        self.registry.moves.expect(answers[path].source for path in fresh if path in answers)
        restless = set(self.report.restless)
        for file, glance in chunk:
            row = rows.get(glance.path) if glance else None
            if row and row.path in self.registry.lost:
                row = None
            if file is None and row:
                self.batch.put(replace(row, state="withdrawn"), {}, replaces=row.digest)
                self.displaced.add(row.id)
            elif file and file.path not in restless:
                self.registry.robbed.discard(file.path)
                self.meet(file, row, answers.get(file.path), finders.get(file.path))

    def meet(
        self,
        file: File,
        row: Row | None,
        parsed: Parsed | None = None,
        finder: Finder | None = None,
    ) -> None:
        """Deal with a file, and the row of its path if there is one."""
        try:
            if file.fault:
                raise file.fault
            finder = finder or Finder(self.library, file.path)
            # Its entry is elsewhere by now: that its bytes are the same tells nothing.
            if parsed is None or not (parsed.digest or parsed.refused or row):
                parsed = parse(self.settings, file.path, finder, make_wish(file))
            self.take(file, parsed, finder, row)
        except ArticleError as error:
            self.refuse(file.place(describe(error)), row)

    def refuse(self, refused: Finding, row: Row | None) -> None:
        """Refuse a file. One that was good keeps its last good entry, and is looked at again."""
        self.report.refused.append(refused)
        if row is None:
            return
        self.registry.refused.add(row.id)
        if row.state == "published" and not self.same_rules:
            # Its feeds may be others by now.
            article = self.index.articles([row.digest])[row.digest]
            feeds = list_feeds(article, self.settings)
            self.batch.put(replace(row, size=-1, mtime=0), feeds)
        elif row.size >= 0:
            self.batch.touch(Look(str(row.path), -1, 0, row.source))

    def take(self, file: File, parsed: Parsed, finder: Finder, row: Row | None) -> None:
        """Write what became of a file. Raises ArticleError where it is another's by its id."""
        if parsed.refused:
            return self.refuse(parsed.refused, row)
        mtime = file.mtime if time.time_ns() - file.mtime > SETTLED else 0
        look = Look(file.path, file.size, mtime, parsed.source)
        if row and not parsed.digest:  # the same bytes
            self.batch.touch(look)
            self.report.unchanged += not is_due(row, self.now)
            return None
        if self.registry.must_wait(file.path, parsed, row):
            self.late.append((file, parsed.source))
            return None
        id, old = self.registry.recognize(file.path, parsed, row)
        new = self.registry.describe(
            look, id, parsed, old, lambda: finder.differs(self.batch.used(id))
        )
        feeds = parsed.feeds if new.state == "published" else {}
        self.count(new, old, row)
        looks = {"size": file.size, "mtime": mtime, "source": parsed.source}
        if old and new == replace(old, **looks) and feeds == self.batch.memberships(id):
            self.batch.touch(look)
        else:
            if row and row.id != id:
                gone = replace(row, path=None, state="withdrawn")
                self.batch.put(gone, {}, replaces=row.digest)
            self.batch.put(new, feeds, parsed.text, replaces=old.digest if old else "")
        self.batch.use(id, finder.used, finder.settle(time.time_ns() - SETTLED))
        state = explain_state(new)
        for finding in (*parsed.findings, *((file.place(state),) if state else ())):
            self.listen(finding)
        return None

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

    def meet_late(self) -> None:
        """Deal with the files that may hold what was elsewhere, now that all have been seen."""
        self.batch.flush()
        self.registry.moves.ended = True
        rest = []
        for file, source in self.late:
            self.registry.moves.expect([source])
            if self.registry.moves.find(file.path, source):
                self.meet(file, self.row_at(file.path))
            else:
                rest.append(file)
        for file in rest:
            self.meet(file, self.row_at(file.path))

    def row_at(self, path: str) -> Row | None:
        """Return the row of a path, None where its entry was found elsewhere."""
        lost = path in self.registry.lost
        return None if lost else self.index.at_paths([path]).get(path)

    def holds(self, path: str) -> bool:
        """Whether any entry still is a record of a file."""
        return any(not row.withdrawn for row in self.index.glances_at(path, self.now))

    def finish(self, scope: Scope, terms: str) -> None:
        """Publish or hide what is due, and end the run in one transaction with its last batch."""
        self.meet_late()
        while self.registry.robbed:
            path = self.registry.robbed.pop()
            if file := next(scope.find(path), None):
                self.report.unchanged -= scope.whole
                self.meet(file, None)
        self.batch.flush()
        if scope.whole or IDS in (scope.places or ()):
            self.report.refused += self.taken.refused
        self.report.refused = [
            each for each in self.report.refused if each.field != EMPTY or self.holds(each.path)
        ]
        for row in self.index.due(self.now):
            new = replace(row, state=decide_state(row, self.now), seen=row.seen or self.now)
            new = self.registry.place(new, row)
            article = self.index.articles([row.digest])[row.digest]
            shown = new.state == "published"
            self.batch.put(new, list_feeds(article, self.settings) if shown else {})
            self.report.changed += 1
        with self.index.transaction():
            self.batch.write()
            self.index.refuse(sorted(self.report.refused), scope.places)
            if not scope.kept:
                self.index.remember(*self.collections.settle(self.report))
            if scope.whole:
                self.index.drop_unused()
            # No runs of the index before were as many as that.
            first = time.time_ns() // 10**6
            spent = round(1000 * (time.monotonic() - self.begun))
            self.index.finish_run(self.now, self.rules, terms, first, spent)
        self.report.kept = scope.kept
        self.report.ignored, self.report.left_out = scope.ignored, scope.left_out
        self.report.withdrawn += len(self.displaced)
        if scope.whole:
            hidden = self.index.hidden()
            self.report.waiting = hidden.pop("waiting", 0)
            self.report.hidden = sum(hidden.values())
