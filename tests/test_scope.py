"""The scope of a run: told what has changed, it leaves the index as a look at everything would."""

import json
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict, replace

from feedsvc import readers
from feedsvc.errors import FolderError
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.ingest import Report, ingest
from feedsvc.readers.text import read_text
from feedsvc.scope import count_articles
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


def make_line(dice: random.Random) -> str:
    """Make a record that may be another file's, or of no use."""
    if dice.random() < 0.1:
        return "{oops"
    date = dice.choice(("2024-05-01", "2024-05-01", "no date"))
    text = dice.choice(("Text.", "Another text.", "cat.jpg", "/cat.jpg"))
    url = f"https://example.org/{dice.randint(0, 5)}"
    return json.dumps({"title": "A record", "url": url, "date": date, "text": text})


def change(site: Site, dice: random.Random) -> list[str]:
    """Change something at random; return the paths that the file system would tell."""
    path = f"{dice.choice(NAMES)}.txt"
    file = site.folder / path
    kinds = ("write", "write", "bad", "draft", "remove", "move", "folder", "medium", "records")
    match dice.choice((*kinds, "records")):
        case "write":
            url = dice.choice((None, f"https://example.org/{dice.randint(0, 5)}"))
            site.write(path, url=url, text=dice.choice(("Text.", "cat.jpg", "/cat.jpg")))
        case "bad":
            site.write(path, date="no date")
        case "records":
            file = site.write(path := f"{dice.choice(NAMES)}.jsonl")
            stamp = file.stat().st_mtime_ns
            file.write_text("\n".join(make_line(dice) for _ in range(dice.randint(0, 6))))
            os.utime(file, ns=(stamp, stamp))
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


# Files whose fate hangs on others

SITES = {
    "none": (
        *("a.txt", "index.txt", "index.nl.txt", "README.txt", "x/index.txt", "x/a.txt"),
        *("x/y/index.txt", "x/y/b.txt", "x/p.html", "x/p_files/c.txt", "x/p_files/d/e.txt"),
        *("_drafts/a.txt", "z/index.txt"),
    ),
    "Zola, Hugo": (
        *("s/config.toml", "s/content/post/index.md", "s/content/post/more.md", "s/content/a.md"),
        *("s/templates/t.html", "s/public/a.md", "s/content/post/in/index.md", "s/hugo.toml"),
        *("s/content/post/index.nl.md", "s/content/_index.md", "s/content/b/c.md"),
    ),
    "Jekyll": (
        *("j/_config.yml", "j/_posts/a.md", "j/about.md", "j/news/_posts/b.md", "j/_site/c.html"),
        *("j/news/index.html", "j/_recipes/d.md", "j/_recipes/index.md"),
    ),
    "Eleventy": (
        *("e/eleventy.config.js", "e/src/a.md", "e/_site/a.html", "e/notes/b.md"),
        *("e/src/deep/c.md", "e/src/deep/index.md", "e/index.md"),
    ),
    "Astro": (
        *("w/astro.config.mjs", "w/src/content/a.md", "w/src/pages/b.md", "w/dist/b.html"),
        *("w/src/content/b/c.md", "w/src/pages/index.md", "w/package.json"),
    ),
}
CONFIGURATIONS = {
    "j/_config.yml": ("", "collections: [recipes]"),
    "e/eleventy.config.js": ("", 'input: "src"', 'input: "src/deep"', 'output: "notes"'),
    "s/config.toml": ("", 'contentDir = "content/post"', 'contentDir = "public"'),
}


@pytest.fixture
def _more_suffixes(monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in (".md", ".html"):
        monkeypatch.setitem(readers.READERS, suffix, read_text)


@pytest.mark.usefixtures("_more_suffixes")
@pytest.mark.parametrize("kind", SITES)
@pytest.mark.parametrize("seed", range(15))
def test_random_sites_leave_both_alike(site: Site, kind: str, seed: int) -> None:
    dice = random.Random(seed)
    names = SITES[kind]
    with open_twins(site) as twins:
        site.write("always.txt")
        for name in dice.sample(names, len(names) // 2):
            change_site(site, name, "write", dice)
        twins.run()
        for _ in range(12):
            changed = set()
            for name in dice.sample(names, dice.randint(1, 3)):
                changed |= change_site(site, name, dice.choice(("write", "away", "rename")), dice)
            twins.run(*changed)
            twins.assert_alike()


def change_site(site: Site, name: str, how: str, dice: random.Random) -> set[str]:
    """Change a file, or a folder that it is in; return what the file system would tell."""
    file = site.folder / name
    place = dice.choice([file, *list(file.parents)[: name.count("/")]])
    path = str(place.relative_to(site.folder))
    if how == "write":
        told = [str(home.relative_to(site.folder)) for home in file.parents if not home.exists()]
        site.write(name, text=dice.choice(("Text.", "Another.")))
        if name in CONFIGURATIONS:
            file.write_text(dice.choice(CONFIGURATIONS[name]))
        return {name, *told}
    if not place.exists():
        return set()
    if how == "away":
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        return {path}
    target = place.with_name(f"moved-{place.name}")
    if target.exists():
        return set()
    place.rename(target)
    return {path, str(target.relative_to(site.folder))}


def test_configuration_of_a_site_is_looked_at_whole(twins: Twins) -> None:
    twins.site.write("a.txt")
    twins.site.write("content/b.txt")
    twins.site.write("public/c.txt")
    twins.run()
    (twins.site.folder / "_config.yml").touch()
    twins.site.write("_posts/d.txt")
    twins.run("_config.yml")
    twins.assert_alike()


def test_article_that_is_left_out_lets_another_have_its_id(twins: Twins) -> None:
    url = "https://example.org/same"
    for name in ("b.txt", "x/a.txt", "z.txt"):
        twins.site.write(name, url=url)
    assert len(twins.run().refused) == 2
    for pattern, path in (("b.txt", "x/a.txt"), ("x/", "z.txt")):
        twins.site.options["exclude"] = [*twins.site.options.get("exclude", []), pattern]
        twins.run()
        published = [row.path for row in list_rows(twins.told) if row.state == "published"]
        assert published == [path]
    assert twins.told.refused() == []
    twins.site.options["exclude"] = ["z.txt"]
    twins.run()
    published = [row.path for row in list_rows(twins.told) if row.state == "published"]
    assert published == ["b.txt"]
    assert [finding.path for finding in twins.told.refused()] == ["x/a.txt"]


def test_what_other_settings_exclude_is_withdrawn_and_comes_back(twins: Twins) -> None:
    for name in ("a.txt", "x/b.txt", "x/c.txt", "README.txt"):
        twins.site.write(name)
    assert twins.run().new == 3
    before = {row.path: row.id for row in list_rows(twins.told)}
    twins.site.options |= {"exclude": ["x/b*"], "include": ["README.txt"]}
    report = twins.run("a.txt")  # told of something else: it looks at all by other settings
    assert (report.withdrawn, report.new) == (1, 1)
    twins.assert_alike()
    twins.site.options = {}
    twins.run("a.txt")
    twins.assert_alike()
    rows = {row.path: row for row in list_rows(twins.told)}
    assert {path: rows[path].id for path in before} == before
    assert (rows["x/b.txt"].state, rows["README.txt"].state) == ("published", "withdrawn")


# Several folders


@pytest.fixture
def grounds(make_site: Callable[..., Site]) -> Iterator[Twins]:
    site = make_site(folders=["posts", "../notes"])
    for name in ("posts/a.txt", "posts/x/b.txt", "../notes/c.txt", "../notes/y/d.txt", "e.txt"):
        site.write(name)
    with open_twins(site) as twins:
        assert twins.run().new == 4
        yield twins


def test_id_tells_nothing_of_where_a_folder_lies(make_site: Callable[..., Site]) -> None:
    far = make_site("far").folder
    site = make_site("home", folders=[".", "../notes", str(far)], url="https://feeds.example.org/")
    paths = ("notes/a.txt", "../notes/a.txt", f"{far}/x/b.txt", "c.txt")
    for path in paths:
        site.write(path, url=None)
    site.ingest()
    ids = {str(row.path): row.id for row in list_rows(site.index)}
    assert set(ids) == set(paths)
    tag = "tag:feeds.example.org,2024-05-01:"
    assert ids[f"{far}/x/b.txt"] == f"{tag}far/x/b.txt"
    assert ids["c.txt"] == f"{tag}c.txt"
    # Both would have the same; the first by path has it.
    assert ids["../notes/a.txt"] == f"{tag}notes/a.txt"
    assert re.fullmatch(f"{tag}notes/a.txt-[0-9a-f]{{12}}", ids["notes/a.txt"])
    site.write("notes/a.txt", title="Edited", url=None)
    site.ingest()
    assert {str(row.path): row.id for row in list_rows(site.index)} == ids


def test_articles_of_all_folders_are_counted(grounds: Twins) -> None:
    assert count_articles(grounds.site.settings) == 4


def states(twins: Twins) -> dict[str, str]:
    return {str(row.path): row.state for row in list_rows(twins.told)}


ALL = dict.fromkeys(
    ("../notes/c.txt", "../notes/y/d.txt", "posts/a.txt", "posts/x/b.txt"), "published"
)


def test_changes_in_several_folders_are_found(grounds: Twins) -> None:
    assert states(grounds) == ALL
    grounds.site.write("../notes/new.txt")
    grounds.site.write("posts/a.txt", title="Edited")
    os.remove(grounds.site.folder.parent / "notes/c.txt")
    report = grounds.run("../notes/new.txt", "posts/a.txt", "../notes/c.txt", "e.txt")
    assert (report.new, report.changed, report.withdrawn) == (1, 1, 1)
    grounds.assert_alike()
    assert states(grounds)["../notes/c.txt"] == "withdrawn"


@pytest.mark.parametrize("how", ["emptied", "gone"])
@pytest.mark.parametrize("name", ["posts", "../notes"])
def test_folder_of_several_that_is_empty_or_gone_withdraws_nothing(
    grounds: Twins, name: str, how: str
) -> None:
    place = (grounds.site.folder / name).resolve()
    away = place.rename(grounds.site.folder.parent / "away")
    if how == "emptied":
        place.mkdir()
    other = "../notes/c.txt" if name == "posts" else "posts/a.txt"
    grounds.site.write(other, title="Edited")
    report = grounds.run(other, *ALL)
    grounds.assert_alike()
    assert states(grounds) == ALL
    assert (report.changed, report.withdrawn) == (1, 0)
    (finding,) = grounds.told.refused()
    what = "has no articles" if how == "emptied" else "can't be read"
    assert (finding.path, finding.what) == (f"{name}/", what)
    if how == "emptied":
        place.rmdir()
    away.rename(place)
    grounds.site.write(other, title="Edited again")
    grounds.run(other)
    grounds.assert_alike()
    assert (states(grounds), grounds.told.refused()) == (ALL, [])


def test_folder_of_several_that_is_empty_withdraws_all_where_it_may(grounds: Twins) -> None:
    shutil.rmtree(grounds.site.folder.parent / "notes/y")
    os.remove(grounds.site.folder.parent / "notes/c.txt")
    report = grounds.run("../notes/c.txt", "../notes/y", allow_empty=True)
    assert (report.withdrawn, report.refused) == (2, [])
    grounds.assert_alike()


def test_folder_that_is_named_no_more_withdraws_what_was_in_it(grounds: Twins) -> None:
    grounds.site.options["folders"] = ["posts"]
    ingest(grounds.site.settings, grounds.told, grounds.now, lead=True)
    assert {path for path, state in states(grounds).items() if state == "withdrawn"} == {
        *("../notes/c.txt", "../notes/y/d.txt")
    }


def test_folder_of_the_settings_may_be_one_of_several(grounds: Twins) -> None:
    grounds.site.options["folders"] = [".", "../notes"]
    ingest(grounds.site.settings, grounds.told, grounds.now, lead=True)
    whole = ALL | {"e.txt": "published"}
    assert states(grounds) == whole
    for name in ("posts", "e.txt"):
        place = grounds.site.folder / name
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    report = ingest(grounds.site.settings, grounds.told, grounds.now, lead=True)
    assert [str(finding) for finding in report.refused] == [
        "./:1: file: has no articles: what was published from it stays (--allow-empty withdraws it)"
    ]
    assert states(grounds) == whole


def test_all_of_several_folders_may_be_empty(grounds: Twins) -> None:
    shutil.rmtree(grounds.site.folder.parent / "notes")
    shutil.rmtree(grounds.site.folder / "posts")
    assert grounds.run("posts", "../notes").kept == 4
    grounds.assert_alike()
    assert states(grounds) == ALL


@pytest.mark.parametrize("seed", range(10))
def test_random_changes_in_several_folders_leave_both_alike(grounds: Twins, seed: int) -> None:
    dice = random.Random(seed)
    grounds.site.write("posts/always.txt")
    grounds.site.write("../notes/always.txt")
    grounds.run("posts/always.txt", "../notes/always.txt")
    names = ("posts/a.txt", "posts/x/b.txt", "../notes/y/d.txt", "../notes/y/index.txt", "e.txt")
    for _ in range(12):
        changed = set()
        for name in dice.sample(names, dice.randint(1, 3)):
            if dice.random() < 0.5:
                grounds.site.write(name, text=f"Text {dice.random()}.")
            else:
                (grounds.site.folder / name).unlink(missing_ok=True)
            changed.add(name)
        grounds.run(*changed)
        grounds.assert_alike()
