"""The takeover: entries have the ids that feedsvc.ids says, with an index and without one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from feedsvc.clean import make_iri
from feedsvc.ids import IDS, Identity, read_ids, write_ids
from feedsvc.index import Row
from feedsvc.keeping import keep_ids, list_identities
from tests.conftest import BOTH, Site, list_rows

ENGINES = BOTH
MakeSite = Callable[..., Site]
OTHER = "Another paragraph that ends as one."


@pytest.fixture
def old(make_site: MakeSite) -> Site:
    """A site that keeps its identities: of articles with a URL, a page, and no date."""
    site = make_site("old", url="https://feeds.example.org/", title="A site")
    site.write("a.txt")
    site.write("b.txt", url=None)
    site.write("c.txt", url=None, date=None)
    site.ingest()
    keep_ids(str(site.folder), site.index, make=True)
    return site


def rows(site: Site) -> dict[str, Row]:
    return {str(row.path): row for row in list_rows(site.index) if row.state != "withdrawn"}


def clone(site: Site, make_site: MakeSite, **options: object) -> Site:
    """Copy a site as git does: without its index, with times of its own, a day later."""
    other = make_site("new", **site.options | {"database": None} | options)
    for file in site.folder.glob("[a-z]*.*"):
        (other.folder / file.name).write_bytes(file.read_bytes())
    other.now = site.now.replace(day=site.now.day + 1)
    return other


def keeps(site: Site) -> dict[str, tuple[object, ...]]:
    return {
        path: (row.id, row.published, row.updated, row.edited, row.seen, row.slug)
        for path, row in rows(site).items()
    }


def say(site: Site, *identities: Identity) -> None:
    """Let somebody else write the file, and an ingest see it."""
    write_ids(str(site.folder), sorted(identities, key=lambda one: one.path))
    site.ingest()


def test_build_without_an_index_gives_the_same(old: Site, make_site: MakeSite) -> None:
    old.write("b.txt", url=None, text=OTHER)
    old.ingest()
    keep_ids(str(old.folder), old.index)
    new = clone(old, make_site)
    new.ingest()
    assert keeps(new) == keeps(old)
    assert new.body("/atom.xml") == old.body("/atom.xml")
    assert not new.index.has_unread()
    assert keep_ids(str(new.folder), new.index) == ""
    assert (new.folder / IDS).read_bytes() == (old.folder / IDS).read_bytes()


def test_what_was_edited_or_renamed_meanwhile_is_so(old: Site, make_site: MakeSite) -> None:
    before = keeps(old)
    (old.folder / "b.txt").rename(old.folder / "z.txt")
    old.write("c.txt", url=None, date=None, text=OTHER)
    (old.folder / "a.txt").unlink()
    new = clone(old, make_site)
    new.ingest()
    after = keeps(new)
    assert after.keys() == {"c.txt", "z.txt"}
    assert after["z.txt"] == before["b.txt"]
    id, published, updated, edited, seen, slug = after["c.txt"]
    assert (id, published, seen, slug) == tuple(before["c.txt"][at] for at in (0, 1, 4, 5))
    assert updated == edited == int(new.now.timestamp())
    keep_ids(str(new.folder), new.index)
    assert "a.txt" not in (new.folder / IDS).read_text(), "what is withdrawn is dropped"


def test_change_of_the_address_keeps_ids(old: Site, make_site: MakeSite) -> None:
    (old.folder / "d.xml").write_text(
        "<rss version='2.0'><channel><title>Old</title><link>https://example.org/</link><item>"
        "<title>An item</title><guid isPermaLink='false'>55 &amp; 6</guid>"
        "<description>Text.</description></item></channel></rss>"
    )
    old.ingest()
    keep_ids(str(old.folder), old.index)
    before = {path: row.id for path, row in rows(old).items()}
    new = clone(old, make_site, url="https://elsewhere.example/")
    new.ingest()
    assert {path: row.id for path, row in rows(new).items()} == before
    old.options["url"] = "https://elsewhere.example/"
    old.ingest()
    assert {path: row.id for path, row in rows(old).items()} == before
    assert "\t55 & 6\t" in (new.folder / IDS).read_text()


def test_entry_in_an_index_gets_the_id_that_the_file_says(old: Site) -> None:
    before = rows(old)
    revision = old.index.revision()
    lines = {line.path: line for line in list_identities(old.index)}
    say(old, *(lines | {"b.txt": replace(lines["b.txt"], id="urn:b")}).values())
    after = rows(old)
    assert after["b.txt"].id == "urn:b"
    assert replace(after["b.txt"], id="", digest="") == replace(
        before["b.txt"], id="", digest="", own=False
    )
    assert (after["a.txt"], after["c.txt"]) == (before["a.txt"], before["c.txt"])
    assert b"<id>urn:b</id>" in old.body("/atom.xml")
    assert old.index.revision() == revision + 1
    old.write("b.txt", url="https://example.org/b", text=OTHER)
    old.ingest()
    assert rows(old)["b.txt"].id == "urn:b", "whatever it says"


def test_id_that_is_no_iri_is_shown_as_it_is_but_in_atom(old: Site) -> None:
    lines = {line.path: line for line in list_identities(old.index)}
    say(old, *(lines | {"a.txt": replace(lines["a.txt"], id="12 & 3")}).values())
    assert rows(old)["a.txt"].id == make_iri("12 & 3") == "data:,12%20%26%203"
    assert b"<id>data:,12%20%26%203</id>" in old.body("/atom.xml")
    assert b'<guid isPermaLink="false">12 &amp; 3</guid>' in old.body("/rss.xml")
    assert b'"id":"12 & 3"' in old.body("/feed.json").replace(b'": ', b'":')
    assert "a.txt\t12 & 3\t" in (old.folder / IDS).read_text()


def test_ids_may_change_places_and_paths(old: Site) -> None:
    before = {line.path: line for line in list_identities(old.index)}
    swapped = {"a.txt": before["b.txt"], "b.txt": before["a.txt"], "c.txt": before["c.txt"]}
    say(old, *(replace(line, path=path) for path, line in swapped.items()))
    after = rows(old)
    assert {path: row.id for path, row in after.items()} == {
        path: line.id for path, line in swapped.items()
    }
    (old.folder / "c.txt").rename(old.folder / "d.txt")
    moved = {"d.txt": before["a.txt"], "a.txt": replace(before["b.txt"], id="urn:new")}
    say(old, *(replace(line, path=path) for path, line in moved.items()))
    assert {path: row.id for path, row in rows(old).items()} == {
        "a.txt": "urn:new",
        "b.txt": rows(old)["b.txt"].id,
        "d.txt": before["a.txt"].id,
    }
    ids = [row.id for row in rows(old).values()]
    assert len(ids) == len(set(ids))


def test_withdrawn_entry_comes_back_where_the_file_says(old: Site) -> None:
    before = {line.path: line for line in list_identities(old.index)}
    (old.folder / "b.txt").unlink()
    (old.folder / "c.txt").unlink()
    old.ingest()
    old.write("b.txt", url="https://example.org/other", text="Of another.")
    old.write("n.txt", url="https://example.org/n")
    say(old, *before.values(), replace(before["c.txt"], path="n.txt", id="urn:n"))
    assert rows(old)["b.txt"].id == before["b.txt"].id
    assert rows(old)["n.txt"].id == "urn:n"
    assert "c.txt" not in rows(old)


def test_line_of_a_file_that_is_yet_to_come_waits_for_its_bytes(old: Site) -> None:
    content = b"A title\n2024-05-01T10:00:00Z\n\nA text that is yet to come."
    lines = list(list_identities(old.index))
    (old.folder / "z.txt").write_bytes(content)
    old.ingest()
    source = rows(old)["z.txt"].source
    (old.folder / "z.txt").unlink()
    old.ingest()
    say(old, *lines, Identity("y.txt", "urn:y", source))
    say(old, *lines, Identity("y.txt", "urn:yy", source))
    (old.folder / "y.txt").write_bytes(content)
    old.ingest()
    assert rows(old)["y.txt"].id == "urn:yy"


def test_records_have_the_ids_of_their_lines(old: Site, make_site: MakeSite) -> None:
    record = '{"title": "A record", "url": "https://example.org/r", "text": "Text."}'
    (old.folder / "r.jsonl").write_text(record)
    old.ingest()
    (line,) = [one for one in list_identities(old.index) if one.path.startswith("r.jsonl/")]
    lines = [one for one in list_identities(old.index) if one != line]
    say(old, *lines, replace(line, id="urn:r"))
    assert rows(old)[line.path].id == "urn:r"
    keep_ids(str(old.folder), old.index)
    new = clone(old, make_site)
    new.ingest()
    assert keeps(new) == keeps(old)
    os.remove(new.folder / "r.jsonl")
    new.ingest()
    (new.folder / "r.jsonl").write_text(record)
    say(new, *lines, replace(line, id="urn:rr"))
    assert rows(new)[line.path].id == "urn:rr"


def test_two_pages_never_have_one_name(old: Site) -> None:
    lines = {line.path: line for line in list_identities(old.index)}
    old.write("n.txt", url=None)
    say(old, *lines.values(), replace(lines["b.txt"], path="n.txt", id="urn:n"))
    found = rows(old)
    assert (found["b.txt"].slug, found["n.txt"].slug) == ("b", "n")


def test_faulty_line_is_told_and_the_rest_taken(old: Site) -> None:
    text = (old.folder / IDS).read_text().replace("\nb.txt\t", "\n<<<<<<< HEAD\nb.txt\t")
    (old.folder / IDS).write_text(text.replace(rows(old)["c.txt"].id, "urn:c"))
    for _ in range(2):
        report = old.ingest()
        assert [(one.path, one.line, one.field) for one in report.refused] == [(IDS, 5, "line")]
        assert old.index.refused() == report.refused
        assert rows(old)["c.txt"].id == "urn:c"
    assert old.ingest(changed=["a.txt"]).refused == []
    assert old.ingest(changed=[IDS]).refused == old.index.refused() == report.refused
    (old.folder / IDS).write_text(text.replace("<<<<<<< HEAD\n", ""))
    assert old.ingest().refused == old.index.refused() == []


def test_file_that_is_gone_takes_nothing_away(old: Site) -> None:
    before = rows(old)
    (old.folder / IDS).unlink()
    for _ in range(2):
        assert old.ingest().unchanged == 3
    assert rows(old) == before
    assert (old.index.taken_ids(), old.index.has_kept()) == ("", False)


def test_file_as_it_was_changes_nothing(old: Site) -> None:
    file, revision = old.folder / IDS, old.index.revision()
    for _ in range(2):
        os.utime(file, (1_600_000_000, 1_600_000_000))
        old.ingest()
        assert old.index.revision() == revision
        assert " 1600000000000000000 " in old.index.taken_ids()
        assert old.index.has_kept()


def test_run_that_is_told_of_the_file_looks_at_all_that_it_changes(old: Site) -> None:
    lines = [replace(line, id=f"urn:{line.path}") for line in list_identities(old.index)]
    write_ids(str(old.folder), lines)
    old.ingest(changed=[IDS])
    assert [row.id for row in rows(old).values()] == ["urn:a.txt", "urn:b.txt", "urn:c.txt"]


def test_folder_without_articles_loses_no_identity(old: Site, make_site: MakeSite) -> None:
    new = clone(old, make_site)
    files = sorted(new.folder.glob("*.txt"))
    kept = {file: file.read_bytes() for file in files}
    for file in files:
        file.unlink()
    assert new.ingest().kept == 3
    keep_ids(str(new.folder), new.index)
    assert (new.folder / IDS).read_bytes() == (old.folder / IDS).read_bytes()
    for file, content in kept.items():
        file.write_bytes(content)
    new.ingest()
    assert keeps(new) == keeps(old)


def test_thousands_of_lines_are_taken(make_site: MakeSite, tmp_path: Path) -> None:
    site = make_site()
    for number in range(1100):
        site.write(f"{number:04}.txt", date=f"2020-01-01T00:{number // 60:02}:{number % 60:02}Z")
    site.ingest()
    lines = [replace(line, id=f"urn:{line.path}") for line in list_identities(site.index)]
    say(site, *lines)
    assert {row.id for row in rows(site).values()} == {line.id for line in lines}
    assert list(read_ids(str(site.folder), lambda finding: None)) == lines


def test_entry_whose_file_has_another_by_now_is_withdrawn(old: Site) -> None:
    before = {line.path: line for line in list_identities(old.index)}
    say(old, replace(before["a.txt"], path="b.txt"))
    assert rows(old)["b.txt"].id == before["a.txt"].id
    gone = old.index.find(before["b.txt"].id)
    assert gone is not None
    assert (gone.path, gone.state, gone.source) == (None, "withdrawn", "")
    assert old.body("/atom.xml").count(b"<entry>") == 3


def test_line_of_a_file_that_is_refused_may_be_corrected(old: Site) -> None:
    bad = old.write("z.txt", date="2024-99-99", url=None)
    lines = list(list_identities(old.index))
    for id in ("urn:one", "urn:two"):
        say(old, *lines, Identity("z.txt", id, published=1_600_000_000))
        assert rows(old)["z.txt"].state == "unread"
        keep_ids(str(old.folder), old.index)
        assert f"z.txt\t{id}\t" in (old.folder / IDS).read_text(), "what isn't read is kept"
    old.write(bad.name, url=None)
    old.ingest()
    assert rows(old)["z.txt"].id == "urn:two"


def test_lines_that_are_known_change_nothing(old: Site) -> None:
    revision = old.index.revision()
    (old.folder / IDS).write_text("# Mine\n" + (old.folder / IDS).read_text())
    old.ingest()
    assert old.index.revision() == revision
    keep_ids(str(old.folder), old.index)
    assert "# Mine" not in (old.folder / IDS).read_text()
