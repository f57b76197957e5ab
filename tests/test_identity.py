"""Identity: whatever becomes of files and of the index, an entry whose text is known stays it."""

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from feedsvc.index import Row
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.keeping import keep_ids
from tests.conftest import Site, list_rows

PATHS = [f"{folder}{name}.txt" for folder in ("", "n/", "n/o/", "z/") for name in ("a", "b", "c")]
Paths = st.sampled_from(PATHS)


def open_site(folder: Path, **options: Any) -> Site:
    """Open a site whose index is in memory: many are lost."""
    site = Site(folder, **options)
    site.index = SqliteIndex(":memory:", create=True)
    return site


class Histories(RuleBasedStateMachine):
    """A folder that its author works on, a few files between two runs, each once.

    `known` is what each path held at the last run, `gone` the entries withdrawn, by their bytes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.site = open_site(self.home / "articles", url="https://one.example/")
        self.known: dict[str, tuple[bytes, Row]] = {}
        self.gone: dict[bytes, set[str]] = {}
        self.removed: list[tuple[str, bytes]] = []
        self.ids: set[str] = set()
        self.touched: set[str] = set()
        self.number = 0

    @initialize(permalink=st.booleans())
    def begin(self, permalink: bool) -> None:
        if permalink:
            self.site.options |= {"site_url": "https://site.example/", "permalink": "/:path/"}
        self.site.write("always.txt")
        self.site.ingest()
        keep_ids(str(self.site.folder), self.site.index, make=True)
        self.look()

    def teardown(self) -> None:
        self.site.close()
        shutil.rmtree(self.home)

    # What an author does

    def can_take(self, path: str) -> bool:
        """Whether a file may be made at a path that nobody has touched since the last run."""
        return path not in self.touched and not (self.site.folder / path).exists()

    def choose(self, data: st.DataObject) -> str:
        there = sorted(path for path in self.known if path not in self.touched | {"always.txt"})
        return data.draw(st.sampled_from(there))

    def has_some(self) -> bool:
        return bool(self.known.keys() - self.touched - {"always.txt"})

    def write(self, path: str, *, dated: bool, url: str | None) -> None:
        self.number += 1
        date = f"2024-04-{self.number % 28 + 1:02}T10:00:00Z" if dated else None
        self.site.write(path, f"Title {self.number}", date, url, f"Text {self.number}.")
        self.touched.add(path)

    @rule(path=Paths, dated=st.booleans(), says=st.booleans())
    def add(self, path: str, dated: bool, says: bool) -> None:
        if self.can_take(path):
            url = f"https://site.example/said/{self.number}" if says else None
            self.write(path, dated=dated, url=url)

    @precondition(has_some)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        path = self.choose(data)
        file = self.site.folder / path
        self.number += 1
        times = file.stat().st_mtime_ns + 10**9 * self.number
        file.write_text(f"{file.read_text()}\n\nEdit {self.number}.")
        os.utime(file, ns=(times, times))
        self.touched.add(path)

    @precondition(has_some)
    @rule(data=st.data(), other=Paths)
    def move(self, data: st.DataObject, other: str) -> None:
        path = self.choose(data)
        if self.can_take(other):
            (self.site.folder / other).parent.mkdir(parents=True, exist_ok=True)
            (self.site.folder / path).rename(self.site.folder / other)
            self.touched |= {path, other}

    @precondition(has_some)
    @rule(data=st.data(), other=Paths)
    def copy(self, data: st.DataObject, other: str) -> None:
        path = self.choose(data)
        file = self.site.folder / path
        if self.can_take(other) and b"/said/" not in file.read_bytes():
            (self.site.folder / other).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, self.site.folder / other)
            self.touched |= {path, other}

    @precondition(has_some)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        path = self.choose(data)
        file = self.site.folder / path
        self.removed.append((path, file.read_bytes()))
        file.unlink()
        self.touched.add(path)

    @precondition(lambda self: self.removed)
    @rule(data=st.data(), elsewhere=st.none() | Paths)
    def restore(self, data: st.DataObject, elsewhere: str | None) -> None:
        path, content = data.draw(st.sampled_from(self.removed))
        path = elsewhere or path
        if self.can_take(path):
            (self.site.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.site.folder / path).write_bytes(content)
            self.touched.add(path)

    # What becomes of it

    @rule(whole=st.booleans())
    def run(self, whole: bool) -> None:
        before, gone = self.known, self.gone
        self.site.ingest(changed=None if whole else self.touched)
        keep_ids(str(self.site.folder), self.site.index)
        self.look()
        for path in before.keys() - self.known.keys():
            content, row = before[path]
            gone.setdefault(content, set()).add(row.id)
        fresh = Counter(self.known[path][0] for path in self.known.keys() - before.keys())
        for path, (content, row) in self.known.items():
            if path in before:
                assert_same(before[path][1], row, edited=before[path][0] != content)
            elif fresh[content] == 1 and len(known := gone.get(content, set())) == 1:
                assert row.id in known
                moved = [row for _, row in before.values() if row.id in known]
                if moved:
                    assert_same(moved[0], row, edited=False)
            elif row.id in self.ids:
                assert row.id in gone.get(content, set()) or "/said/" in row.id
            for ids in gone.values():
                ids.discard(row.id)
        self.ids |= {row.id for _, row in self.known.values()}

    def look(self) -> None:
        """Look what is there by now."""
        rows = [row for row in list_rows(self.site.index) if row.state != "withdrawn"]
        assert {row.state for row in rows} == {"published"}
        self.known = {
            str(row.path): ((self.site.folder / str(row.path)).read_bytes(), row) for row in rows
        }
        there = {
            str(path.relative_to(self.site.folder)) for path in self.site.folder.rglob("*.txt")
        }
        refused = {finding.path for finding in self.site.index.refused()}
        assert self.known.keys() == there - refused
        self.touched = set()

    @rule()
    def lose_the_index(self) -> None:
        self.site.close()
        self.site = self.open(self.site.folder)
        self.gone, self.ids = {}, {row.id for _, row in self.known.values()}
        self.run(True)

    @rule(address=st.sampled_from(["https://one.example/", "https://two.example/feeds/"]))
    def change_the_url(self, address: str) -> None:
        self.site.options["url"] = address

    @precondition(lambda self: not self.touched)
    @rule()
    def clone(self) -> None:
        clone = self.home / "clone"
        shutil.copytree(self.site.folder, clone)
        other = self.open(clone)
        other.ingest()
        assert list(map(keep, list_rows(other.index))) == [
            keep(row) for row in list_rows(self.site.index) if row.state != "withdrawn"
        ]
        keep_ids(str(clone), other.index)
        ours = self.site.folder / "feedsvc.ids"
        assert (clone / "feedsvc.ids").read_bytes() == ours.read_bytes()
        other.close()
        shutil.rmtree(clone)

    def open(self, folder: Path) -> Site:
        site = open_site(folder, **self.site.options)
        site.now, site.writes = self.site.now, self.site.writes
        return site

    @invariant()
    def no_id_is_given_twice(self) -> None:
        counts = Counter(row.id for _, row in self.known.values())
        assert not [id for id, count in counts.items() if count > 1]


def keep(row: Row) -> tuple[object, ...]:
    """What must be the same on all machines."""
    times = row.published, row.updated, row.edited, row.seen
    return row.path, row.id, row.digest, *times, row.slug, row.source


def assert_same(before: Row, after: Row, *, edited: bool) -> None:
    assert after.id == before.id
    assert after.published == before.published
    assert after.seen == before.seen
    assert after.slug == before.slug or not before.slug
    assert (after.updated > before.updated) == edited


def test_entries_stay_what_they_are() -> None:
    run_state_machine_as_test(
        Histories, settings=hypothesis_settings(max_examples=60, stateful_step_count=30)
    )
