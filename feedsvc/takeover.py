"""The takeover: what the file of identities says, into the index.

Whoever wrote it, the entry of a path has the id that its line says. What the index doesn't know
is as in an index made anew: an entry whose file is yet to be read.
"""

from collections.abc import Mapping
from itertools import islice
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.clean import make_iri
from feedsvc.ids import IDS, Identity, digest_ids, look_at_ids, read_ids
from feedsvc.index import Change, Index, Row, digest_entry, pack_article
from feedsvc.model import Finding
from feedsvc.readers import part_path

__all__ = ["Taken", "take_over"]

BATCH = 1000
"""Lines that are taken at once."""

LAST = 1 << 40
"""A second after all others."""

Known: TypeAlias = Mapping[str, tuple[Row, Mapping[str, str]]]
"""Rows by their ids, each with the feeds that its entry is in."""


class Taken(Struct):
    """What was taken over: whether anything has changed by it, and what is wrong with the file."""

    changed: bool = False
    refused: list[Finding] = []


def take_over(folder: str, index: Index, settled: int) -> Taken:
    """Take over the file of a folder, where it isn't as it was taken over or written last.

    What is written after it `settled` (nanoseconds) may be changed once more, and look the same.
    """
    looks, before = look_at_ids(folder, settled), index.taken_ids()
    looked, _, digest = before.rpartition(" ")
    known = Taken(refused=[finding for finding in index.refused() if finding.path == IDS])
    if looks == looked and not looks.endswith(" 0"):
        return known
    found = f"{looks} {digest_ids(folder)}" if looks else ""
    if found.endswith(f" {digest}") or not found:
        with index.transaction():
            index.keep_ids(found, kept=bool(found) and index.has_kept())
        return known if found else Taken()
    taken = Taken()
    with index.transaction():
        lines = read_ids(folder, taken.refused.append)
        while some := list(islice(lines, BATCH)):
            taken.changed |= _take(index, some)
        for row in index.displaced():
            # It isn't to be found by its bytes: they are another entry's now.
            gone = replace(row, state="withdrawn", source="")
            index.put([Change(gone, {}, replaces=row.digest)])
            index.use(row.id, {})
        index.keep_ids(found, kept=False)
    return taken


def _take(index: Index, lines: list[Identity]) -> bool:
    """Take over some lines; return whether the index didn't hold them."""
    wanted = {make_iri(line.id): line for line in lines}
    known = index.find_all(list(wanted))
    new = {
        id: line
        for id, line in wanted.items()
        if id not in known or known[id][0].path != line.path or known[id][0].state == "withdrawn"
    }
    if not new:
        return False
    here = index.at_paths([line.path for line in new.values()])
    known |= index.find_all([row.id for row in here.values()])
    slugs = index.slugs_of([line.slug for line in new.values() if line.slug])
    intake = _Intake(index, known, here)
    for id, line in new.items():
        free = slugs.setdefault(line.slug, id) == id
        intake.take(id, line if free else replace(line, slug=""))
    intake.write()
    return True


class _Intake:
    """What becomes of entries by some lines: of those that are `known`, and have files `here`."""

    def __init__(self, index: Index, known: Known, here: Mapping[str, Row]) -> None:
        self._index, self._known, self._here = index, dict(known), here
        self._changes: dict[str, Change] = {}
        self._renamed: list[tuple[str, str]] = []
        self._again = False
        self._seconds: set[int] = set()

    def take(self, id: str, line: Identity) -> None:
        """Take over a line; `id` is that of its entry as the index has it."""
        here = self._here.get(line.path)
        if here and (here.id in self._changes or here.id not in self._known):
            here = None  # it is elsewhere by now, or has another id
        if id not in self._known and here and here.state != "withdrawn":
            self._rename(here, id, line)
            return
        if here and here.id != id:
            self._change(replace(here, path=None))
        row = self._changes[id].row if id in self._changes else self._known.get(id, (None,))[0]
        if row and row.state != "withdrawn":
            self._change(replace(row, path=line.path, size=-1, mtime=0))
            self._again = True  # its address may be made of its path
        else:
            self._change(_make_row(id, line))
            self._again |= part_path(line.path)[1] != ""  # its file may be as it was

    def write(self) -> None:
        """Write all of it."""
        self._index.begin_run(same_rules=not self._again)
        self._index.rename(self._renamed)
        self._index.leave_paths(self._changes)
        self._index.put(list(self._changes.values()))

    def _rename(self, row: Row, id: str, line: Identity) -> None:
        """Give an entry another id, and the dates that it had by that one.

        It stays where it is, in all of its feeds.
        """
        self._renamed.append((row.id, id))
        self._known[id] = self._known.pop(row.id)
        named = self._date(replace(row, id=id, own=False, tied=True), row, line)
        if article := self._index.articles([row.digest]).get(row.digest):
            digest, text = pack_article(article)
            self._change(replace(named, digest=digest_entry(id, digest)), text, row.digest)
        else:
            self._change(named)

    def _date(self, named: Row, row: Row, line: Identity) -> Row:
        """Give an entry the dates of a line: until its file is read again, which may say others."""
        published, edited = line.published or row.published, line.edited or row.edited
        if (published, edited) == (row.published, row.edited):
            return named
        self._again = True
        updated = max(published, edited)
        while (updated := self._index.next_free(updated, row.id, LAST)) in self._seconds:
            updated += 1
        self._seconds.add(updated)
        dates = {"published": published, "updated": updated, "edited": edited}
        return replace(named, size=-1, mtime=0, seen=line.seen or row.seen, **dates)

    def _change(self, row: Row, text: bytes | None = None, replaces: str = "") -> None:
        feeds = self._known[row.id][1] if row.id in self._known else {}
        self._changes[row.id] = Change(row, feeds, text, replaces)


def _make_row(id: str, line: Identity) -> Row:
    """Make the row of an entry whose file is yet to be read."""
    return Row(
        id=id,
        path=line.path,
        own=False,
        size=-1,
        mtime=0,
        source=line.source,
        digest="",
        published=line.published,
        updated=line.updated,
        edited=line.edited,
        seen=line.seen,
        state="unread",
        slug=line.slug,
        tied=True,
    )
