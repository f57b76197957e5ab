"""The scope of a run: told what has changed, it leaves the index as a look at everything would."""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict, replace

from feedsvc.errors import FolderError
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.ingest import Report, ingest
from tests.conftest import NOW, Site, list_rows
from tests.test_folder import open_folder, unprivileged

NAMES = ("a", "b", "c", "x/a", "x/b", "x/y/a", "z.d/a", "w/a")
FOLDERS = ("x", "x/y", "w", "z.d")


class Twins:
    """A folder with two indexes: one is told what changes, the other looks at everything."""

    def __init__(self, site: Site) -> None:
        self.site, self.now = site, NOW
        self.told = SqliteIndex(":memory:", create=True)
        self.looking = SqliteIndex(":memory:", create=True)

    def run(self, *changed: str, **options: Any) -> Report:
        """Ingest into both, as of the same moment; return what the told one did."""
        self.now += timedelta(hours=1)
        ingest(self.site.settings, self.looking, self.now, lead=True, **options)
        changes = changed if self.told.reading() else None
        return ingest(
            self.site.settings, self.told, self.now, lead=True, changed=changes, **options
        )

    def dump(self, index: SqliteIndex) -> dict[str, Any]:
        """All that an index says, but for what was only withdrawn from another path."""
        # Which of two that were edited at once is the later one depends on who is read first.
        rows = {row.id: asdict(replace(row, updated=0)) for row in list_rows(index)}
        return {
            "rows": rows,
            "members": {id: index.memberships(id) for id in rows},
            "refused": index.refused(),
            "media": index.media_names("", 1000),
            "used": {id: index.used(id) for id in rows},
        }

    def close(self) -> None:
        self.told.close()
        self.looking.close()

    def assert_alike(self) -> None:
        assert self.dump(self.told) == self.dump(self.looking)


@contextmanager
def open_twins(site: Site) -> Iterator[Twins]:
    twins = Twins(site)
    try:
        yield twins
    finally:
        twins.close()


@pytest.fixture
def twins(site: Site) -> Iterator[Twins]:
    with open_twins(site) as twins:
        yield twins


def test_only_what_changed_is_looked_at(twins: Twins) -> None:
    for name in ("a", "b", "sub/c"):
        twins.site.write(f"{name}.txt")
    twins.run()
    twins.site.write("b.txt", title="Another")
    twins.site.write("a.txt", title="Not told")
    report = ingest(twins.site.settings, twins.told, twins.now, lead=True, changed=["b.txt"])
    assert (report.changed, report.unchanged) == (1, 0)
    assert twins.run("a.txt").changed == 1


def test_nothing_told_does_what_is_due(twins: Twins) -> None:
    twins.site.write("a.txt", date=(NOW + timedelta(hours=3)).isoformat())
    assert twins.run().waiting == 1
    assert twins.told.next_due() == int((NOW + timedelta(hours=3)).timestamp())
    assert [twins.run().changed for _ in range(2)] == [0, 1]
    assert twins.told.next_due() is None
    twins.assert_alike()


def test_moved_file_keeps_its_entry(twins: Twins) -> None:
    path = twins.site.write("a.txt")
    twins.run()
    (row,) = list_rows(twins.told)
    path.rename(path.with_name("b.txt"))
    twins.run("a.txt", "b.txt")
    (moved,) = list_rows(twins.told)
    assert (moved.id, moved.path, moved.state) == (row.id, "b.txt", "published")
    assert (moved.updated, moved.published) == (row.updated, row.published)


def test_renamed_folder_keeps_its_entries(twins: Twins) -> None:
    for number in range(3):
        twins.site.write(f"old/deep/{number}.txt")
    twins.run()
    before = {row.id: row.published for row in list_rows(twins.told)}
    (twins.site.folder / "old").rename(twins.site.folder / "new")
    twins.run("old", "new")
    rows = list_rows(twins.told)
    assert {row.id: row.published for row in rows} == before
    assert {row.state for row in rows} == {"published"}
    assert [row.path for row in rows] == [f"new/deep/{number}.txt" for number in range(3)]
    twins.assert_alike()


def test_emptied_folder_withdraws_nothing_unless_it_may(twins: Twins) -> None:
    twins.site.write("sub/a.txt")
    twins.site.write("b.txt")
    twins.run()
    shutil.rmtree(twins.site.folder / "sub")
    os.remove(twins.site.folder / "b.txt")
    (twins.site.folder / "notes").mkdir()
    (twins.site.folder / "notes" / "readme").touch()
    (twins.site.folder / "z.txt").symlink_to("/etc/hostname")
    assert twins.run("sub", "b.txt").kept == 2
    assert {row.state for row in list_rows(twins.told)} == {"published"}
    assert twins.run("sub", "b.txt", allow_empty=True).withdrawn == 2


def test_refusals_are_replaced_where_was_looked_and_kept_elsewhere(twins: Twins) -> None:
    for name in ("a", "b", "sub/c", "sub.d"):
        twins.site.write(f"{name}.txt", date="no date")
    twins.run()
    twins.site.write("b.txt")
    shutil.rmtree(twins.site.folder / "sub")
    twins.run("b.txt", "sub")
    assert [finding.path for finding in twins.told.refused()] == ["a.txt", "sub.d.txt"]
    twins.assert_alike()


def test_name_that_can_not_be_shown_is_refused_no_more_once_it_is_gone(twins: Twins) -> None:
    twins.site.write("good.txt")
    bad = twins.site.write("a\x07.txt", url=None)
    twins.run()
    assert len(twins.told.refused()) == 1
    os.remove(bad)
    twins.run("a\x07.txt")
    assert twins.told.refused() == []


def test_article_refused_for_an_id_has_it_when_that_is_free(twins: Twins) -> None:
    url = "https://example.org/same"
    first = twins.site.write("a.txt", url=url)
    twins.site.write("b.txt", url=url)
    twins.run()
    os.remove(first)
    twins.run("a.txt")
    twins.assert_alike()
    assert [row.path for row in list_rows(twins.told) if row.state == "published"] == ["b.txt"]


def test_article_is_read_again_when_what_it_names_changes(twins: Twins) -> None:
    twins.site.write("other.txt")
    twins.site.write("a.txt", text="pictures/cat.jpg")
    twins.run()
    assert twins.told.media_names("", 9) == []
    picture = twins.site.folder / "pictures" / "cat.jpg"
    picture.parent.mkdir()
    for content in (b"one", b"another"):
        picture.write_bytes(content)
        twins.run("pictures/cat.jpg")
        assert len(twins.told.media_names("", 9)) == 1
        twins.assert_alike()
    shutil.rmtree(picture.parent)
    twins.run("pictures")
    twins.assert_alike()


@pytest.mark.parametrize("place", ["link/a.txt", "named.txt/a.txt", "bad\x07/a.txt", ".git/a.txt"])
def test_what_a_walk_does_not_enter_is_not_entered(twins: Twins, place: str) -> None:
    twins.site.write("a.txt")
    twins.run()
    folder = twins.site.folder / place.partition("/")[0]
    if place.startswith("link"):
        folder.symlink_to(twins.site.folder)
    else:
        twins.site.write(place)
    if not place.startswith("."):  # the watch leaves out what is hidden
        twins.run(place)
    twins.assert_alike()


def test_folders_too_deep_are_not_entered(twins: Twins) -> None:
    twins.site.write("a.txt")
    twins.run()
    deep = "/".join(["d"] * 110)
    twins.site.write(f"{deep}/b.txt")
    twins.run(f"{deep}/b.txt")
    twins.assert_alike()


def test_folder_that_can_not_be_read_hides_its_entries() -> None:
    with open_folder() as place, unprivileged():
        site = Site(Path(place) / "articles")
        with closing(site), open_twins(site) as twins:
            site.write("a.txt")
            site.write("sub/deep/b.txt")
            twins.run()
            (site.folder / "sub").chmod(0)
            twins.run("sub/deep/b.txt")
            twins.assert_alike()
            (finding,) = twins.told.refused()
            assert finding.path == "sub/"
            (site.folder / "sub").chmod(0o755)
            twins.run("sub")
            twins.assert_alike()
            assert {row.state for row in list_rows(twins.told)} == {"published"}


def test_folder_that_is_away_is_an_error(twins: Twins) -> None:
    twins.site.write("a.txt")
    twins.run()
    settings = twins.site.settings
    shutil.rmtree(twins.site.folder)
    with pytest.raises(FolderError, match="can't be read: No such file"):
        ingest(settings, twins.told, twins.now, lead=True, changed=["a.txt"])
    assert {row.state for row in list_rows(twins.told)} == {"published"}


def test_other_settings_look_at_everything(twins: Twins) -> None:
    for name in ("a", "b"):
        twins.site.write(f"{name}.txt")
    twins.run()
    revision = twins.told.revision()
    assert twins.run("a.txt").unchanged == 1
    assert twins.told.revision() == revision
    twins.site.options["title"] = "Another"
    assert twins.run("a.txt").unchanged == 2
    assert twins.told.revision() == revision + 1


def test_file_that_does_not_rest_is_left_for_later(twins: Twins) -> None:
    twins.site.write("a.txt", title="Old")
    twins.run()
    twins.site.write("a.txt", title="New")
    twins.site.write("b.txt", text="cat.jpg")
    (twins.site.folder / "cat.jpg").write_bytes(b"half of")
    report = twins.run("a.txt", "b.txt", rests=lambda path, size, mtime: path == "b.txt")
    assert report.restless == ["a.txt", "b.txt", "cat.jpg"]
    twins.assert_alike()
    assert [row.path for row in list_rows(twins.told)] == ["a.txt"]
    assert twins.run("a.txt", "b.txt").restless == []
    assert len(list_rows(twins.told)) == 2


@pytest.mark.parametrize("seed", range(25))
def test_random_changes_leave_both_alike(site: Site, seed: int) -> None:
    dice = random.Random(seed)
    with open_twins(site) as twins:
        site.write("always.txt")
        twins.run()
        for _ in range(12):
            twins.run(*{path for _ in range(dice.randint(1, 4)) for path in change(site, dice)})
            twins.assert_alike()


def change(site: Site, dice: random.Random) -> list[str]:
    """Change something at random; return the paths that the file system would tell."""
    path = f"{dice.choice(NAMES)}.txt"
    file = site.folder / path
    match dice.choice(("write", "write", "bad", "draft", "remove", "move", "folder", "medium")):
        case "write":
            url = f"https://example.org/{dice.randint(0, 5)}"
            site.write(path, url=url, text=dice.choice(("Text.", "cat.jpg", "/cat.jpg")))
        case "bad":
            site.write(path, date="no date")
        case "draft":
            site.write(path, url=f"https://example.org/{path}\ndraft: yes")
        case "remove" if file.exists():
            file.unlink()
        case "move" if file.exists():
            target = f"{dice.choice(NAMES)}.txt"
            (site.folder / target).parent.mkdir(parents=True, exist_ok=True)
            file.replace(site.folder / target)
            return [path, target]
        case "folder":
            old, new = (site.folder / name for name in dice.sample(FOLDERS, 2))
            if old.exists() and not new.exists() and old not in new.parents:
                new.parent.mkdir(parents=True, exist_ok=True)
                old.rename(new)
            return [str(name.relative_to(site.folder)) for name in (old, new)]
        case "medium":
            medium = site.folder / dice.choice(("", "x", "x/y")) / "cat.jpg"
            medium.parent.mkdir(parents=True, exist_ok=True)
            medium.write_bytes(dice.randbytes(8))
            stamp = dice.randint(1, 10**9)  # long settled: else it is read once more for nothing
            os.utime(medium, (stamp, stamp))
            return [str(medium.relative_to(site.folder))]
    return [path]
