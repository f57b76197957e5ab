"""Ingest: what a run makes of a folder, and what it leaves as it was."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import readers
from feedsvc.index import MAIN, Row
from feedsvc.index.batch import BATCH
from feedsvc.index.engines import open_index
from feedsvc.ingest import Report, ingest
from feedsvc.model import Finding, Reading
from feedsvc.readers.assembly import assemble
from feedsvc.readers.fields import Field
from feedsvc.readers.lines import Notes
from feedsvc.readers.media import Find
from feedsvc.settings import Settings
from tests.conftest import BOTH, NOW, Site, list_rows, mark_schema
from tests.test_folder import open_folder, unprivileged

ENGINES = BOTH
MakeSite = Callable[..., Site]
OTHER = "Another paragraph that ends as one."


def count(report: Report) -> tuple[int, int, int, int, int]:
    """New, changed, unchanged, withdrawn, refused."""
    refused = len(report.refused)
    return report.new, report.changed, report.unchanged, report.withdrawn, refused


def rows(site: Site) -> dict[str, Row]:
    return {str(row.path): row for row in list_rows(site.index)}


def published(site: Site) -> dict[str, str]:
    """The id of each path that is public."""
    public = {stamp.id for stamp in site.index.newest(MAIN, 10_000)}
    return {path: row.id for path, row in rows(site).items() if row.id in public}


def updated(site: Site) -> dict[str, datetime]:
    return {stamp.id: stamp.updated for stamp in site.index.newest(MAIN, 10_000)}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def disguise(site: Site, name: str, old: str, new: str) -> None:
    """Change a file without its size or time telling."""
    path = site.folder / name
    stamp = path.stat().st_mtime_ns
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(stamp, stamp))


def test_run_counts_what_it_did(site: Site) -> None:
    for name in ("a", "b", "c", "d"):
        site.write(f"{name}.txt")
    assert count(site.ingest()) == (4, 0, 0, 0, 0)
    assert count(site.ingest()) == (0, 0, 4, 0, 0)
    site.write("b.txt", text=OTHER)
    site.write("c.txt", date="not a date at all")
    (site.folder / "d.txt").unlink()
    site.write("e.txt")
    site.write("picture.png")
    report = site.ingest()
    assert count(report) == (1, 1, 1, 1, 1)
    assert (report.kept, report.ignored) == (0, {".png": 1})


def test_refusals_name_file_and_line_and_are_kept_for_the_operator(site: Site) -> None:
    site.write("a.txt", date="01/02/2023")
    site.write("sub/b.txt", url="javascript:alert(1)")
    site.write("good.txt")
    report = site.ingest()
    assert count(report) == (1, 0, 0, 0, 2)
    assert [(f.path, f.line, f.field) for f in report.refused] == [
        ("a.txt", 2, "published"),
        ("sub/b.txt", 3, "url"),
    ]
    assert site.index.refused() == report.refused
    assert site.index.counts().refused == 2


def test_file_of_known_size_and_time_is_not_opened(site: Site) -> None:
    site.write("a.txt", title="One title")
    site.ingest()
    disguise(site, "a.txt", "One", "Two")
    assert count(site.ingest()) == (0, 0, 1, 0, 0)
    assert b"One title" in site.body("/atom.xml")


def test_file_written_a_moment_ago_is_read_once_more(site: Site) -> None:
    path = site.write("a.txt", title="One title")
    # As far in the future as the test could ever take: not settled.
    stamp = time.time() + 3600
    os.utime(path, (stamp, stamp))
    site.ingest()
    assert rows(site)["a.txt"].mtime == 0
    disguise(site, "a.txt", "One", "Two")
    assert count(site.ingest()) == (0, 1, 0, 0, 0)


def test_touched_file_with_the_same_bytes_is_unchanged_and_then_settled(site: Site) -> None:
    path = site.write("a.txt", title="One title")
    site.ingest()
    before = rows(site)["a.txt"]
    os.utime(path, ns=(1, before.mtime + 10**9))
    revision = site.index.revision()
    assert count(site.ingest()) == (0, 0, 1, 0, 0)
    assert site.index.revision() == revision
    assert rows(site)["a.txt"].mtime == before.mtime + 10**9
    disguise(site, "a.txt", "One", "Two")
    assert count(site.ingest()) == (0, 0, 1, 0, 0)


def test_edit_moves_updated_of_that_entry_only(site: Site) -> None:
    for name in ("a", "b", "c"):
        site.write(f"{name}.txt", date=f"2024-05-0{ord(name) - 96}")
    site.ingest()
    before = rows(site)
    site.write("b.txt", date="2024-05-02", text=OTHER)
    assert count(site.ingest()) == (0, 1, 2, 0, 0)
    after = rows(site)
    assert (after["a.txt"], after["c.txt"]) == (before["a.txt"], before["c.txt"])
    old, new = before["b.txt"], after["b.txt"]
    assert (new.id, new.published, new.seen) == (old.id, old.published, old.seen)
    assert (old.updated, new.updated) == (old.published, int(site.now.timestamp()))


def test_change_of_white_space_only_is_no_edit(site: Site) -> None:
    path = site.write("a.txt")
    site.ingest()
    before, revision = updated(site), site.index.revision()
    path.write_text("\n\n" + path.read_text().replace("\n", "   \r\n") + "\n\n\n")
    assert count(site.ingest()) == (0, 0, 1, 0, 0)
    assert (updated(site), site.index.revision()) == (before, revision)


def test_article_without_a_date_has_the_time_it_was_first_seen(site: Site) -> None:
    site.write("a.txt", date=None)
    site.ingest()
    seen = site.now
    assert updated(site) == {"https://example.org/a.txt": seen}
    site.ingest()
    site.write("a.txt", date=None, text=OTHER)
    site.ingest()
    [stamp] = site.index.newest(MAIN, 9)
    assert (stamp.published, stamp.updated) == (seen, site.now)
    site.write("a.txt", date="2024-05-01T08:00:00Z", text=OTHER)
    site.ingest()
    [stamp] = site.index.newest(MAIN, 9)
    assert (stamp.published, stamp.updated) == (at("2024-05-01T08:00:00"), site.now)


def test_entry_without_an_address_gets_a_tag_of_its_host_day_and_path(make_site: MakeSite) -> None:
    site = make_site(url="https://feeds.example.org/news/")
    site.write("a b/ö.txt", url=None, date="2024-05-01T23:30:00-0200")
    site.write("c.txt", url=None, date=None)
    site.ingest()
    assert published(site) == {
        "a b/ö.txt": "tag:feeds.example.org,2024-05-02:a%20b/%C3%B6.txt",
        "c.txt": "tag:feeds.example.org,2024-06-01:c.txt",
    }
    site.write("c.txt", url=None, date="2023-01-01")
    site.ingest()
    assert published(site)["c.txt"] == "tag:feeds.example.org,2024-06-01:c.txt"


def test_article_of_the_future_waits_until_it_is_due(site: Site) -> None:
    site.write("a.txt")
    site.write("b.txt", date=f"{NOW + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}")
    site.ingest()
    assert (list(published(site)), site.index.counts().waiting) == (["a.txt"], 1)
    site.ingest()
    assert list(published(site)) == ["a.txt"]
    revision = site.index.revision()
    assert site.ingest().changed == 1
    assert site.index.revision() == revision + 1
    assert updated(site)["https://example.org/b.txt"] == NOW + timedelta(hours=3)
    assert count(site.ingest()) == (0, 0, 2, 0, 0)


def test_article_whose_date_is_moved_to_the_future_leaves_until_then(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    site.write("a.txt", date="2024-06-09")
    site.ingest()
    assert (published(site), site.index.counts().waiting) == ({}, 1)
    site.now = at("2024-06-09T13:00:00")
    site.ingest()
    assert updated(site) == {"https://example.org/a.txt": at("2024-06-09T12:00:00")}


def test_each_file_counts_once_also_when_it_becomes_due(site: Site) -> None:
    site.write("a.txt", date=f"{NOW + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}")
    site.ingest()
    assert count(site.ingest()) == (0, 1, 0, 0, 0)


def test_id_stays_when_the_address_in_the_file_changes(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    site.write("a.txt", url="https://example.org/moved")
    assert count(site.ingest()) == (0, 1, 0, 0, 0)
    assert published(site) == {"a.txt": "https://example.org/a.txt"}
    assert b"https://example.org/moved" in site.body("/atom.xml")


def test_of_two_files_with_one_id_the_first_by_path_stays(site: Site) -> None:
    for name in ("b", "a"):
        site.write(f"{name}.txt", title=f"In {name}", url="https://example.org/x")
    report = site.ingest()
    assert count(report) == (1, 0, 0, 0, 1)
    assert str(report.refused[0]) == (
        "b.txt:1: id: the same as that of a.txt: https://example.org/x; the first by path stays"
    )
    assert published(site) == {"a.txt": "https://example.org/x"}
    assert count(site.ingest()) == (0, 0, 1, 0, 1)


def test_first_by_path_takes_the_entry_also_when_it_comes_later(site: Site) -> None:
    site.write("b.txt", url="https://example.org/x")
    site.ingest()
    seen = rows(site)["b.txt"].seen
    site.write("a.txt", title="In a", url="https://example.org/x")
    report = site.ingest()
    assert count(report) == (0, 1, 0, 0, 1)
    assert report.refused[0].path == "b.txt"
    assert published(site) == {"a.txt": "https://example.org/x"}
    assert rows(site)["a.txt"].seen == seen
    assert b"In a" in site.body("/atom.xml")


def test_first_by_path_takes_the_entry_of_a_later_file_that_is_gone_too(site: Site) -> None:
    site.write("b.txt", url="https://example.org/x")
    site.write("c.txt")
    site.ingest()
    site.write("a.txt", url="https://example.org/x")
    (site.folder / "b.txt").unlink()
    assert count(site.ingest()) == (0, 1, 1, 0, 0)
    assert published(site)["a.txt"] == "https://example.org/x"


def test_second_file_takes_over_when_the_first_is_deleted(site: Site) -> None:
    for name in ("a", "b"):
        site.write(f"{name}.txt", title=f"In {name}", url="https://example.org/x")
    site.ingest()
    (site.folder / "a.txt").unlink()
    assert site.ingest().refused == []
    assert published(site) == {"b.txt": "https://example.org/x"}
    assert b"In b" in site.body("/rss.xml")


@pytest.mark.parametrize("names", [("a.txt", "z/b.txt"), ("z/b.txt", "a.txt")])
def test_moved_file_keeps_its_entry(site: Site, names: tuple[str, str]) -> None:
    old, new = names
    site.write("m.txt")
    site.write(old, url="https://example.org/x", date=None)
    site.ingest()
    before = updated(site)
    (site.folder / new).parent.mkdir(exist_ok=True)
    (site.folder / old).rename(site.folder / new)
    report = site.ingest()
    assert (report.new, report.refused) == (0, [])
    assert published(site) == {"m.txt": "https://example.org/m.txt", new: "https://example.org/x"}
    assert updated(site) == before


def test_good_article_turned_bad_keeps_its_last_good_entry(site: Site) -> None:
    site.write("a.txt", title="Good title")
    site.write("b.txt")
    site.ingest()
    body = site.body("/atom.xml")
    site.write("a.txt", date="2024-02-30")
    for _ in range(2):
        assert count(site.ingest()) == (0, 0, 1, 0, 1)
        assert site.body("/atom.xml") == body
    site.write("a.txt", title="Good title")
    assert count(site.ingest()) == (0, 0, 2, 0, 0)
    assert site.body("/atom.xml") == body


def test_article_turned_folder_keeps_its_entry_beside_longer_names(site: Site) -> None:
    site.write("a.txt")
    site.write("a.txt.txt")
    site.ingest()
    before = published(site)
    (site.folder / "a.txt").unlink()
    (site.folder / "a.txt").mkdir()
    assert count(site.ingest()) == (0, 0, 1, 0, 1)
    assert published(site) == before


def test_deleted_article_is_withdrawn_and_comes_back_with_its_id(site: Site) -> None:
    site.write("a.txt")
    path = site.write("b.txt", url=None, date=None)
    site.ingest()
    before = published(site), updated(site)
    content = path.read_bytes()
    path.unlink()
    assert count(site.ingest()) == (0, 0, 1, 1, 0)
    assert list(published(site)) == ["a.txt"]
    assert count(site.ingest()) == (0, 0, 1, 0, 0)
    path.write_bytes(content)
    assert count(site.ingest()) == (0, 1, 1, 0, 0)
    assert (published(site), updated(site)) == before


def test_empty_folder_withdraws_nothing_unless_told_so(site: Site) -> None:
    paths = [site.write("a.txt"), site.write("b.txt")]
    site.ingest()
    body = site.body("/atom.xml")
    for path in paths:
        path.unlink()
    report = site.ingest()
    assert (count(report), report.kept) == ((0, 0, 0, 0, 0), 2)
    assert site.body("/atom.xml") == body
    report = site.ingest(allow_empty=True)
    assert (count(report), report.kept) == ((0, 0, 0, 2, 0), 0)
    assert published(site) == {}


def test_empty_folder_withdraws_nothing_that_waits(site: Site) -> None:
    site.write("a.txt", date="2024-06-09")
    site.ingest()
    (site.folder / "a.txt").unlink()
    assert site.ingest().withdrawn == 0
    assert site.index.counts().waiting == 1


def test_folder_with_nothing_readable_left_withdraws_nothing(site: Site) -> None:
    site.write("a.txt")
    site.write("b.txt")
    site.ingest()
    (site.folder / "a.txt").unlink()
    (site.folder / "b.txt").unlink()
    (site.folder / "b.txt").symlink_to("nowhere")
    report = site.ingest()
    assert (count(report), report.kept) == ((0, 0, 0, 0, 1), 2)
    assert list(published(site)) == ["a.txt", "b.txt"]
    report = site.ingest(allow_empty=True)
    assert (count(report), report.kept) == ((0, 0, 0, 1, 1), 0)
    assert list(published(site)) == ["b.txt"]


@contextmanager
def open_site(tmp: Path) -> Iterator[Site]:
    """A site that nobody may use, the index elsewhere."""
    with open_folder() as folder:
        site = Site(tmp / "x", database=f"{folder}/.feedsvc/index.sqlite")
        site.folder = Path(folder) / "articles"
        site.folder.mkdir()
        os.chmod(site.folder, 0o777)
        with unprivileged():
            try:
                yield site
            finally:
                site.close()


def test_folder_that_cant_be_read_hides_nothing_of_what_it_held(tmp_path: Path) -> None:
    with open_site(tmp_path) as site:
        for name in ("a.txt", "b/c.txt", "b/d/e.txt", "b!.txt", "b0.txt"):
            site.write(name)
        site.ingest()
        before = published(site)
        (site.folder / "b").chmod(0o000)
        (site.folder / "b0.txt").unlink()
        report = site.ingest()
        assert count(report) == (0, 0, 2, 1, 1)
        assert str(report.refused[0]) == "b/:1: file: can't be read: Permission denied"
        del before["b0.txt"]
        assert published(site) == before
        (site.folder / "b").chmod(0o755)
        assert count(site.ingest()) == (0, 0, 4, 0, 0)


def test_file_that_cant_be_read_keeps_its_entry(tmp_path: Path) -> None:
    with open_site(tmp_path) as site:
        site.write("a.txt")
        site.write("b.txt")
        site.ingest()
        site.write("b.txt", text=OTHER).chmod(0o000)
        assert count(site.ingest()) == (0, 0, 1, 0, 1)
        assert list(published(site)) == ["a.txt", "b.txt"]


def test_entries_of_one_second_are_told_apart_and_nobody_else_moves(site: Site) -> None:
    site.write("b.txt")
    site.write("d.txt", date="2024-05-01T10:00:02Z")
    site.ingest()
    before = updated(site)
    site.write("a.txt")
    site.write("c.txt")
    site.ingest()
    after = updated(site)
    assert {id: after[id] for id in before} == before
    assert after["https://example.org/a.txt"] == at("2024-05-01T10:00:01")
    assert after["https://example.org/c.txt"] == at("2024-05-01T10:00:03")
    assert {row.published for row in rows(site).values()} == {
        int(at("2024-05-01T10:00:00").timestamp()),
        int(at("2024-05-01T10:00:02").timestamp()),
    }


def test_entry_keeps_its_second_when_an_earlier_one_becomes_free(site: Site) -> None:
    first = site.write("a.txt")
    second = site.write("b.txt")
    site.ingest()
    before = updated(site)["https://example.org/b.txt"]
    assert before == at("2024-05-01T10:00:01")
    first.unlink()
    second.write_text(second.read_text() + "\n\n")
    site.ingest()
    assert updated(site) == {"https://example.org/b.txt": before}


def test_entry_that_comes_back_gives_way_to_who_took_its_second(site: Site) -> None:
    site.write("a.txt")
    site.write("b.txt", date="2024-05-09")
    site.ingest()
    (site.folder / "a.txt").unlink()
    site.write("c.txt")
    site.ingest()
    site.write("a.txt")
    site.ingest()
    after = updated(site)
    assert after["https://example.org/c.txt"] == at("2024-05-01T10:00:00")
    assert after["https://example.org/a.txt"] == at("2024-05-01T10:00:01")


def test_many_edits_of_one_run_are_told_apart(site: Site) -> None:
    for text in ("One.", "Two."):
        for number in range(5):
            site.write(f"{number}.txt", text=text)
        site.ingest()
    assert sorted(updated(site).values()) == [
        site.now - timedelta(seconds=at) for at in (4, 3, 2, 1, 0)
    ]


def test_other_reading_rules_read_all_anew_and_move_no_updated(site: Site) -> None:
    text = "A paragraph that ends as one.\nSay it on!"
    site.write("a.txt", text=text)
    site.write("b.txt", date="2024-05-02T09:00:00")
    site.ingest()
    site.write("a.txt", text=text + "\nSay it on!")
    site.ingest()
    before, revision = updated(site), site.index.revision()
    site.options["boilerplate"] = ["Say it on!"]
    assert count(site.ingest()) == (0, 1, 1, 0, 0)
    assert updated(site) == before
    assert site.index.revision() == revision + 1
    assert b"Say it on" not in site.body("/atom.xml")
    assert count(site.ingest()) == (0, 0, 2, 0, 0)


def test_other_time_zone_moves_what_named_none_and_is_no_edit(site: Site) -> None:
    site.write("a.txt", date="2024-05-01T09:00:00")
    site.write("b.txt", date="2024-05-01T10:00:00Z")
    site.ingest()
    site.options["timezone"] = "Europe/Amsterdam"
    assert count(site.ingest()) == (0, 1, 1, 0, 0)
    assert updated(site) == {
        "https://example.org/a.txt": at("2024-05-01T07:00:00"),
        "https://example.org/b.txt": at("2024-05-01T10:00:00"),
    }


def test_file_that_new_rules_refuse_stays_refused(site: Site) -> None:
    site.write("a.txt", text="x" * 999 + ".")
    site.write("b.txt")
    site.ingest()
    site.options["max_article_bytes"] = 500
    for _ in range(3):
        assert count(site.ingest()) == (0, 0, 1, 0, 1)
        assert list(published(site)) == ["a.txt", "b.txt"]


def test_run_of_many_batches_is_whole(site: Site) -> None:
    for number in range(2 * BATCH + 5):
        site.write(f"{number:05}.txt", text="Short.")
    assert count(site.ingest()) == (2 * BATCH + 5, 0, 0, 0, 0)
    assert len(updated(site)) == 2 * BATCH + 5 == len(set(updated(site).values()))


class Listener:
    """Hears of every finding, and fails at one of them."""

    def __init__(self, fails_at: int) -> None:
        self.left = fails_at

    def __call__(self, finding: Finding) -> None:
        self.left -= 1
        if self.left == 0:
            raise ZeroDivisionError


@pytest.mark.parametrize("fails_at", [3, BATCH + 3])
def test_run_cut_short_leaves_a_usable_index_and_the_next_completes(
    site: Site, fails_at: int
) -> None:
    site.write("0.txt", title="First")
    site.ingest()
    served = site.publication  # as a server keeps it
    before = served.document("/atom.xml")
    for number in range(BATCH + 5):
        site.write(f"{number:05}.txt", text="Short.\nNo prompt below")
    with pytest.raises(ZeroDivisionError):
        site.ingest(listen=Listener(fails_at))
    assert len(rows(site)) == 1 + (BATCH if fails_at > BATCH else 0), "whole batches stay"
    assert served.document("/atom.xml") == before
    assert served.body(before) if before else False
    report = site.ingest()
    assert report.new + report.unchanged == BATCH + 6
    assert len(published(site)) == BATCH + 6
    after = served.document("/atom.xml")
    assert after
    assert after == site.publication.document("/atom.xml"), "a server sees what came of both runs"


def test_server_sees_what_a_run_cut_short_left_when_its_rest_is_gone(site: Site) -> None:
    served = site.publication
    site.write("0.txt", title="First")
    site.ingest()
    served.document("/atom.xml")
    for number in range(BATCH + 5):
        site.write(f"{number:05}.txt", text="Short.\nNo prompt below")
    with pytest.raises(ZeroDivisionError):
        site.ingest(listen=Listener(BATCH + 3))
    for number in range(BATCH, BATCH + 5):
        (site.folder / f"{number:05}.txt").unlink()
    site.ingest()
    document, fresh = served.document("/atom.xml"), site.publication.document("/atom.xml")
    assert document
    assert fresh
    assert document.window == fresh.window


def test_builds_from_nothing_agree_whatever_the_files_came_in_order(make_site: MakeSite) -> None:
    names = ["b.txt", "a/c.txt", "a.txt", "z.txt", "a-1.txt", "ß.txt"]
    first, second = make_site("first", title="Both"), make_site("second", title="Both")
    for site, order in ((first, names), (second, sorted(names))):
        for name in order:
            site.write(name, url="https://example.org/x" if name in ("z.txt", "b.txt") else None)
        for name in order:
            os.utime(site.folder / name, (10**9, 10**9))
        site.ingest()
    assert rows(first) == rows(second)
    assert first.body("/atom.xml") == second.body("/atom.xml")


def test_index_of_another_schema_is_filled_anew_with_the_same_identities(site: Site) -> None:
    site.write("a.txt", url=None, date=None)
    site.write("b.txt", date="2024-05-02")
    site.ingest()
    site.write("b.txt", date="2024-05-02", text=OTHER)
    site.ingest()
    before = rows(site), published(site), updated(site)
    mark_schema(site.index, 999)
    site.index.close()
    assert site.ingest().refused == []
    assert (rows(site), published(site), updated(site)) == before


def test_listener_hears_what_was_found_in_each_file(site: Site) -> None:
    site.write("a.txt", title="One", date=None)
    site.write("b.txt", title="Two")
    site.write("c.txt", date="never/ever/1")
    told: list[str] = []
    ingest(site.settings, site.index, site.now, listen=lambda found: told.append(found.path))
    assert told == ["a.txt"], "what is refused is in the report"


def test_ingests_at_the_same_time_wait_for_each_other(site: Site) -> None:
    for number in range(50):
        site.write(f"{number}.txt", date="2024-05-01")

    def run(_: int) -> int:
        with closing(open_index(site.settings.database, create=True)) as index:
            return ingest(site.settings, index, site.now).new

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(4))) == [0, 0, 0, 50]
    assert count(site.ingest()) == (0, 0, 50, 0, 0)


def test_new_entry_never_moves_one_that_is_read_again(site: Site) -> None:
    site.write("b.txt", date="2024-05-02")
    site.ingest()
    before = updated(site)
    site.write("a.txt", date="2024-05-02")
    site.write("b.txt", date="2024-05-02", text="A paragraph that ends as one.\n\n")
    site.ingest()
    (id,) = before
    assert updated(site)[id] == before[id]


def test_file_in_the_place_of_a_withdrawn_one_is_another_article(site: Site) -> None:
    """The id of what was published there is never given again."""
    site.write("today.txt", title="Monday", url="https://example.org/monday")
    site.ingest()
    os.remove(site.folder / "today.txt")
    site.write("other.txt")
    site.ingest()
    site.write("today.txt", title="Tuesday", url="https://example.org/tuesday")
    site.ingest()
    assert "https://example.org/tuesday" in updated(site)
    assert "https://example.org/monday" not in updated(site)
    # And where Monday's file comes back elsewhere, so does its entry.
    site.write("archive/monday.txt", title="Monday", url="https://example.org/monday")
    assert site.ingest().changed == 1
    assert len(updated(site)) == 3


def test_files_that_change_places_keep_their_entries(site: Site) -> None:
    for name in ("a", "b"):
        site.write(f"{name}.txt", title=name.upper(), url=f"https://example.org/{name}")
    site.ingest()
    before = updated(site)
    site.write("a.txt", title="B", url="https://example.org/b")
    site.write("b.txt", title="A", url="https://example.org/a")
    report = site.ingest()
    assert (report.changed, report.withdrawn, report.refused) == (2, 0, [])
    assert updated(site) == before
    assert {path: id[-1] for path, id in published(site).items()} == {"a.txt": "b", "b.txt": "a"}


def test_entry_whose_file_another_took_and_that_never_comes_back_is_withdrawn(site: Site) -> None:
    for name in ("a", "b"):
        site.write(f"{name}.txt", title=name.upper(), url=f"https://example.org/{name}")
    site.ingest()
    os.remove(site.folder / "b.txt")
    site.write("a.txt", title="B", url="https://example.org/b")
    report = site.ingest()
    assert (report.changed, report.withdrawn, report.refused) == (1, 1, [])
    assert list(updated(site)) == ["https://example.org/b"]


def test_files_that_were_renumbered_are_all_published(site: Site) -> None:
    for number in (1, 2):
        site.write(f"{number}.txt", title=f"Old {number}", url=f"https://example.org/{number}")
    site.ingest()
    for number in (1, 2, 3):
        url = f"https://example.org/{number - 1}"
        site.write(f"{number}.txt", title=f"Old {number - 1}", url=url)
    assert site.ingest().refused == []
    assert len(updated(site)) == 3


class Model:
    """What should be public, by the simplest means: where each article lies, and when it moved."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.files: dict[str, tuple[int, str | None]] = {}  # path: article, its text if good
        self.entries: dict[int, tuple[str, str, datetime]] = {}  # article: path, text, updated
        self.public: set[int] = set()
        self.moves = 0

    def do(self, act: str, article: int, text: str) -> None:
        """Change a file, or leave all as it is where it isn't there."""
        path = next((path for path, (held, _) in self.files.items() if held == article), None)
        if act in ("good", "bad"):
            path = path or self.entries.get(article, (f"{article}.txt",))[0]
            self.files[path] = article, text if act == "good" else None
            date = self.date(article) if act == "good" else "2024-02-30"
            url = f"https://example.org/{article}"
            self.site.write(path, date=f"{date:.10}", url=url, text=text)
        elif path and act == "delete":
            del self.files[path]
            (self.site.folder / path).unlink()
        elif path:
            self.moves += 1
            new = f"{'am'[self.moves % 2]}{self.moves}.txt"
            self.files[new] = self.files.pop(path)
            (self.site.folder / path).rename(self.site.folder / new)

    @staticmethod
    def date(article: int) -> str:
        return f"2024-01-{article + 1:02}T12:00:00"

    def ingest(self) -> dict[str, datetime]:
        """Ingest; return what should be public now."""
        self.site.ingest()
        for path, (article, text) in self.files.items():
            if text is None:
                continue
            _, old, updated = self.entries.get(article, ("", text, at(self.date(article))))
            self.entries[article] = path, text, updated if text == old else self.site.now
            self.public.add(article)
        if self.files:  # else nothing is withdrawn
            self.public = {key for key in self.public if self.entries[key][0] in self.files}
        return {f"https://example.org/{key}": self.entries[key][2] for key in self.public}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["good", "good", "bad", "delete", "move"]),
            st.integers(0, 4),
            st.sampled_from(["It is one.", "It is two."]),
        ),
        max_size=25,
    )
)
def test_any_walk_of_changes_leaves_what_a_simple_model_says(
    steps: list[tuple[str, int, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        model = Model(site)
        try:
            for act, article, text in steps:
                model.do(act, article, text)
                assert model.ingest() == updated(site)
        finally:
            site.close()


def test_refused_file_keeps_no_other_from_being_published(site: Site) -> None:
    site.write("b.txt", url="https://example.org/b")
    site.ingest()
    site.write("b.txt", url="https://example.org/new", date="2024-02-30")
    site.ingest()
    site.write("c.txt", url="https://example.org/b")
    report = site.ingest()
    assert [finding.path for finding in report.refused] == ["b.txt"]
    assert (report.new, len(updated(site))) == (1, 2)


# What is selected


def mark(site: Site, name: str, *fields: str, **article: Any) -> None:
    """Write an article with fields below its address."""
    path = site.write(name, **article)
    head, _, text = path.read_text().partition("\n\n")
    path.write_text("\n".join([head, *fields]) + f"\n\n{text}")
    site.writes += 1
    written = NOW.timestamp() - 10**6 + site.writes
    os.utime(path, (written, written))


def shown(site: Site) -> list[str]:
    return [stamp.id.rpartition("/")[2] for stamp in site.index.newest(MAIN, 99)]


def test_draft_is_published_when_its_mark_is_taken_off(site: Site) -> None:
    mark(site, "a.txt", "draft: yes")
    report = site.ingest()
    assert (shown(site), report.new, report.hidden) == ([], 1, 1)
    mark(site, "a.txt", "draft: no")
    report = site.ingest()
    assert (shown(site), report.changed, report.hidden) == (["a.txt"], 1, 0)
    [row] = list_rows(site.index)
    assert row.updated == row.published, "taking the mark off is no edit"


def test_undated_draft_is_published_when_it_is_none_any_more(site: Site) -> None:
    mark(site, "a.txt", "draft: yes", date=None)
    site.ingest()
    mark(site, "a.txt", date=None)
    site.ingest()
    [row] = list_rows(site.index)
    assert row.published == row.updated == int(site.now.timestamp())
    site.ingest()
    assert list_rows(site.index) == [row]


def test_published_article_that_becomes_a_draft_is_hidden_and_keeps_its_identity(
    site: Site,
) -> None:
    site.write("a.txt")
    site.ingest()
    [before] = list_rows(site.index)
    mark(site, "a.txt", "draft: yes")
    site.ingest()
    assert shown(site) == []
    site.write("a.txt")
    site.ingest()
    [after] = list_rows(site.index)
    assert (after.id, after.published, after.state) == (before.id, before.published, "published")


def test_unlisted_article_has_its_page_and_is_in_no_feed(site: Site) -> None:
    mark(site, "a.txt", "unlisted: yes", "category: News", url=None)
    report = site.ingest()
    assert (shown(site), report.hidden) == ([], 1)
    assert site.index.slugs("", 9) == ["a"]
    assert site.index.facets("category") == []


def test_article_expires_at_its_time_without_being_touched(site: Site) -> None:
    mark(site, "a.txt", f"expires: {site.now + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}")
    site.ingest()
    assert shown(site) == ["a.txt"]
    revision = site.index.revision()
    report = site.ingest()
    assert (shown(site), report.changed, report.unchanged, report.hidden) == ([], 1, 0, 1)
    assert site.index.revision() > revision
    report = site.ingest()
    assert (report.changed, report.unchanged) == (0, 1)


def test_clock_that_is_set_back_hides_nothing(site: Site) -> None:
    site.write("a.txt", date="2024-06-01T12:30:00Z")
    site.ingest()
    site.now -= timedelta(days=9)
    report = site.ingest()
    assert (shown(site), report.changed, report.unchanged) == (["a.txt"], 0, 1)


def test_what_hides_an_article_is_told_to_who_listens(site: Site) -> None:
    mark(site, "a.txt", "draft: yes")
    mark(site, "b.txt", "unlisted: yes")
    mark(site, "c.txt", "expires: 2024-05-30")
    site.write("d.txt", date="2024-06-09")
    told: list[str] = []
    site.ingest(listen=lambda finding: told.append(finding.field))
    assert told == ["draft", "unlisted", "expires", "published"]


# Feeds and pages


def test_entry_is_in_a_feed_for_each_label_author_and_its_language(site: Site) -> None:
    mark(site, "a.nl.txt", "category: News, ART", "author: Ann", "author: Bo <bo@example.org>")
    site.ingest()
    assert site.index.memberships("https://example.org/a.nl.txt") == {
        MAIN: "",
        "category/news/": "News",
        "category/art/": "ART",
        "author/ann/": "Ann",
        "author/bo/": "Bo",
        "language/nl/": "nl",
    }
    (site.folder / "a.nl.txt").unlink()
    site.ingest(allow_empty=True)
    assert site.index.memberships("https://example.org/a.nl.txt") == {}
    assert site.index.facets("author") == []


def test_feeds_follow_an_edit_and_the_settings_language(site: Site) -> None:
    mark(site, "a.txt", "category: News")
    site.ingest()
    mark(site, "a.txt", "category: Art")
    site.ingest()
    assert sorted(site.index.memberships("https://example.org/a.txt")) == [
        MAIN,
        "category/art/",
        "language/en/",
    ]
    [before] = list_rows(site.index)
    site.options["language"] = "nl"
    site.ingest()
    assert "language/nl/" in site.index.memberships("https://example.org/a.txt")
    assert list_rows(site.index) == [before], "the article itself is the same"


def test_article_without_url_has_a_page_named_after_its_file_for_good(site: Site) -> None:
    site.write("Über uns & mehr.txt", url=None)
    site.write("deep/a.txt", url=None)
    site.write("a.txt", url=None)
    site.write("b.txt")
    site.ingest()
    rows = {row.path: row.slug for row in list_rows(site.index)}
    assert rows["Über uns & mehr.txt"] == "über-uns-and-mehr"
    assert (rows["a.txt"], rows["b.txt"]) == ("a", "")
    assert re.fullmatch(r"a-[0-9a-f]{12}", rows["deep/a.txt"])
    (site.folder / "a.txt").unlink()
    site.write("deep/a.txt", url=None, text="Edited.")
    site.ingest()
    assert {row.path: row.slug for row in list_rows(site.index)} == rows


def test_page_is_named_by_the_slug_of_a_new_article_for_good(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = "My slug"

    def read_with_slug(path: str, data: bytes, settings: Settings, find: Find) -> Reading:
        return assemble(path, [Field(1, "slug", slug)], data.decode(), settings, find, Notes(path))

    monkeypatch.setitem(readers.READERS, ".text", read_with_slug)
    for path, text in (("a.text", "A"), ("b/index.text", "B")):
        (site.folder / path).parent.mkdir(exist_ok=True)
        (site.folder / path).write_text(text)
    site.ingest()
    slugs = {row.path: row.slug for row in list_rows(site.index)}
    assert slugs["a.text"] == "my-slug"
    assert re.fullmatch(r"my-slug-[0-9a-f]{12}", slugs["b/index.text"])
    slug = "another"
    (site.folder / "a.text").write_text("Edited")
    site.ingest()
    assert {row.path: row.slug for row in list_rows(site.index)} == slugs


def test_article_that_gets_a_url_has_no_page_any_more(site: Site) -> None:
    site.write("a.txt", url=None)
    site.ingest()
    site.write("a.txt")
    site.ingest()
    assert site.index.slugs("", 9) == []


def test_article_that_loses_its_url_again_has_its_old_page(site: Site) -> None:
    site.write("b.txt", url=None)
    site.ingest()
    site.write("b.txt")
    site.write("x/b.txt", url=None)
    site.ingest()
    site.write("b.txt", url=None)
    site.ingest()
    slugs = {row.path: row.slug for row in list_rows(site.index)}
    assert slugs["b.txt"] == "b"
    assert slugs["x/b.txt"].startswith("b-")


def test_dateless_article_that_was_public_keeps_its_date_as_a_draft(site: Site) -> None:
    site.write("a.txt", date=None)
    site.ingest()
    [before] = list_rows(site.index)
    mark(site, "a.txt", "draft: yes", date=None)
    site.ingest()
    site.write("a.txt", date=None)
    site.ingest()
    [after] = list_rows(site.index)
    assert (after.published, after.updated, after.state) == (
        before.published,
        before.updated,
        "published",
    )


def test_refused_article_follows_the_settings_language(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    site.write("a.txt", date="2024-02-30")
    site.ingest()
    site.options["language"] = "nl"
    report = site.ingest()
    assert len(report.refused) == 1
    assert "language/nl/" in site.index.memberships("https://example.org/a.txt")
    site.write("a.txt")
    assert site.ingest().refused == []


def test_index_of_the_first_schema_moves_no_entry_for_a_new_one(site: Site) -> None:
    for name in "bcd":
        site.write(f"{name}.txt")
    site.ingest()
    before = {row.id: row.updated for row in list_rows(site.index)}
    mark_schema(site.index, 1)
    site.close()
    site.index = open_index(site.settings.database, create=True)
    site.write("a-new.txt")
    site.ingest()
    after = {row.id: row.updated for row in list_rows(site.index)}
    assert {id: after[id] for id in before} == before


def test_clock_that_is_set_back_hides_nothing_and_gives_later_versions_later_times(
    site: Site,
) -> None:
    site.write("a.txt", date="2024-06-01T12:30:00Z")
    site.ingest()
    site.write("a.txt", date="2024-06-01T12:30:00Z", text=OTHER)
    site.ingest()
    before = updated(site)["https://example.org/a.txt"]
    site.now -= timedelta(hours=9)
    site.write("a.txt", date="2024-06-01T12:30:00Z", text="Another text still.")
    assert site.ingest().changed == 1
    assert updated(site)["https://example.org/a.txt"] == before + timedelta(seconds=1)
