"""Moved files keep their entries where the id hangs on the path, by their bytes."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.index import Row
from tests.conftest import BOTH, Site, list_rows

ENGINES = BOTH
MakeSite = Callable[..., Site]
OTHER = "Another paragraph that ends as one."


def rows(site: Site) -> dict[str, Row]:
    return {str(row.path): row for row in list_rows(site.index) if row.state != "withdrawn"}


def move(site: Site, old: str, new: str) -> None:
    (site.folder / new).parent.mkdir(parents=True, exist_ok=True)
    (site.folder / old).rename(site.folder / new)


def keeps(row: Row) -> tuple[object, ...]:
    return row.id, row.published, row.updated, row.edited, row.seen, row.slug


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """A site of pages, none with a date or an address."""
    site = make_site()
    for name in ("a", "m", "z"):
        site.write(f"{name}.txt", title=f"Title {name}", url=None, date=None)
    site.ingest()
    return site


@pytest.mark.parametrize(("old", "new"), [("a.txt", "x/y.txt"), ("z.txt", "b.txt")])
@pytest.mark.parametrize("told", [True, False])
def test_renamed_page_is_the_same(site: Site, old: str, new: str, told: bool) -> None:
    before = rows(site)
    move(site, old, new)
    report = site.ingest(changed=[old, new] if told else None)
    assert (report.new, report.changed, report.withdrawn) == (0, 1, 0)
    after = rows(site)
    assert keeps(after[new]) == keeps(before[old])
    assert site.publication.document(f"/entry/{before[old].slug}/")
    move(site, new, old)
    site.ingest(changed=[old, new] if told else None)
    assert rows(site) == before


def test_deleted_then_created_elsewhere_is_the_same(site: Site) -> None:
    before = rows(site)["a.txt"]
    content = (site.folder / "a.txt").read_bytes()
    (site.folder / "a.txt").unlink()
    site.ingest(changed=["a.txt"])
    (site.folder / "b.txt").write_bytes(content)
    site.ingest(changed=["b.txt"])
    assert keeps(rows(site)["b.txt"]) == keeps(before)


def test_copy_is_another_entry_and_so_is_what_was_edited_too(site: Site) -> None:
    before = rows(site)
    shutil.copy(site.folder / "a.txt", site.folder / "b.txt")
    move(site, "m.txt", "n.txt")
    site.write("n.txt", title="Title m", url=None, date=None, text=OTHER)
    report = site.ingest()
    assert (report.new, report.withdrawn) == (2, 1)
    after = rows(site)
    assert after["a.txt"] == before["a.txt"]
    assert not {after["b.txt"].id, after["n.txt"].id} & {row.id for row in before.values()}


def test_another_file_at_the_old_place_is_another_entry(site: Site) -> None:
    before = rows(site)["a.txt"]
    for number, place in enumerate(("b.txt", "c.txt")):
        move(site, "a.txt", place)
        site.ingest()
        site.write("a.txt", title=f"Another {number}", url=None, date="2024-06-01")
        site.ingest()
    after = rows(site)
    assert keeps(after["b.txt"]) == keeps(before)
    ids = [row.id for row in after.values()]
    assert len(set(ids)) == len(ids) == 5
    assert len({row.slug for row in after.values()}) == 5


def test_page_moved_to_where_another_was_is_not_that(site: Site) -> None:
    before = rows(site)
    (site.folder / "m.txt").unlink()
    site.ingest()
    move(site, "a.txt", "m.txt")
    site.ingest()
    assert keeps(rows(site)["m.txt"]) == keeps(before["a.txt"])


def test_of_files_of_the_same_bytes_names_tell_then_their_order(site: Site) -> None:
    names = ("one/index.txt", "two/index.txt", "three/b.txt", "three/c.txt")
    for name in names:
        site.write(f"old/{name}", url=None)
    site.ingest()
    before = rows(site)
    move(site, "old/three/b.txt", "old/three/d.txt")
    (site.folder / "old").rename(site.folder / "new")
    move(site, "new/two/index.txt", "new/0/index.txt")
    site.ingest()
    after = rows(site)
    was = {name: keeps(before[f"old/{name}"]) for name in names}
    assert keeps(after["new/one/index.txt"]) == was["one/index.txt"]
    assert keeps(after["new/three/c.txt"]) == was["three/c.txt"]
    found = {keeps(after[f"new/{name}"]) for name in ("0/index.txt", "three/d.txt")}
    assert found == {was["two/index.txt"], was["three/b.txt"]}


def test_renamed_folder_of_thousands_keeps_all(make_site: MakeSite) -> None:
    site = make_site()
    for number in range(1500):
        site.write(f"old/p{number}.txt", title=f"Title {number}", url=None, date=None)
    site.ingest()
    before = {path.removeprefix("old/"): keeps(row) for path, row in rows(site).items()}
    (site.folder / "old").rename(site.folder / "new")
    report = site.ingest(changed=["old", "new"])
    assert (report.new, report.changed, report.withdrawn) == (0, 1500, 0)
    assert {path.removeprefix("new/"): keeps(row) for path, row in rows(site).items()} == before


def test_permalinked_article_has_another_address_and_the_same_id(make_site: MakeSite) -> None:
    site = make_site(site_url="https://site.example/", permalink="/:path/")
    site.write("a.txt", url=None)
    site.write("b.txt", url=None, title="Another")
    site.ingest()
    before = rows(site)
    move(site, "a.txt", "z.txt")
    site.ingest()
    assert keeps(rows(site)["z.txt"]) == keeps(before["a.txt"])
    body = site.body("/atom.xml")
    assert b"<id>https://site.example/a/</id>" in body
    assert b'href="https://site.example/z/"' in body


def test_address_made_for_a_new_file_is_not_that_of_one_that_moved(make_site: MakeSite) -> None:
    site = make_site(site_url="https://site.example/", permalink="/:path/")
    site.write("a.txt", url=None)
    site.write("b.txt", url=None, title="Another")
    site.ingest()
    before = rows(site)["a.txt"]
    move(site, "a.txt", "z.txt")
    site.ingest()
    move(site, "z.txt", "y.txt")
    site.write("a.txt", url=None, title="A new one")
    site.ingest()
    after = rows(site)
    assert keeps(after["y.txt"]) == keeps(before)
    assert after["a.txt"].id.startswith("tag:")


def write_records(site: Site, name: str, *numbers: int) -> None:
    lines = [f'{{"title": "Title {n}", "key": {n}, "text": "Text {n}."}}' for n in numbers]
    file = site.folder / name
    file.write_text("".join(f"{line}\n" for line in lines))
    os.utime(file, (10**9 + site.writes, 10**9 + site.writes))
    site.writes += 1


@pytest.mark.parametrize(("old", "new"), [("b.jsonl", "c.jsonl"), ("c.jsonl", "b.jsonl")])
def test_records_move_with_their_file_or_to_another(site: Site, old: str, new: str) -> None:
    write_records(site, old, 1, 2, 3)
    site.ingest()
    before = {Path(path).name: keeps(row) for path, row in rows(site).items()}
    write_records(site, old, 1)
    write_records(site, new, 2, 3)
    site.ingest()
    assert {Path(path).name: keeps(row) for path, row in rows(site).items()} == before
    move(site, old, "moved.jsonl")
    site.ingest()
    assert {Path(path).name: keeps(row) for path, row in rows(site).items()} == before


def test_record_copied_into_another_file_is_another_entry(site: Site) -> None:
    write_records(site, "b.jsonl", 1)
    site.ingest()
    before = rows(site)
    write_records(site, "c.jsonl", 1)
    report = site.ingest()
    assert (report.new, report.changed) == (1, 0)
    assert before.items() <= rows(site).items()
