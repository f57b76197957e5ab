"""Export: what the server sends, in files, and nobody else's file ever touched."""

import gzip
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feedsvc import create_app
from feedsvc.errors import ExportError, IndexUnusable, Superseded
from feedsvc.export import MANIFEST, Export, export
from feedsvc.hosting import RULES
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.model import Document
from feedsvc.publication import Publication
from feedsvc.readers import READERS
from feedsvc.readers.text import read_text
from feedsvc.writing import name_file
from tests.conftest import SEEDS, Site

FILES = {
    "/": "index.html",
    "/atom.xml": "atom.xml",
    "/rss.xml": "rss.xml",
    "/feed.json": "feed.json",
    "/feeds.opml": "feeds.opml",
    "/feed.css": "feed.css",
}
FEEDS = 8  # files of the feed itself
NAMES = {name + suffix for name in FILES.values() for suffix in ("", ".gz")} | {RULES}
ALL = len(NAMES)


@pytest.fixture
def published(make_site: Callable[..., Site]) -> Site:
    site = make_site(url="https://example.org/")
    site.write("a.txt", title="First")
    site.write("b.txt", title="Second")
    site.ingest()
    return site


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "out"


def list_names(out: Path) -> set[str]:
    return {str(file.relative_to(out)) for file in out.rglob("*") if not file.is_dir()}


def look(out: Path) -> dict[str, tuple[bytes, int, int]]:
    """Tell what shows in a folder that a file was written: bytes, mtime, inode."""
    files = {name: ((out / name).read_bytes(), (out / name).stat()) for name in list_names(out)}
    return {name: (body, of.st_mtime_ns, of.st_ino) for name, (body, of) in files.items()}


# The bytes


def test_every_path_is_exported_as_it_is_served(published: Site, out: Path) -> None:
    assert export(published.publication, out) == Export(written=ALL)
    assert list_names(out) == NAMES | {MANIFEST}
    app = create_app(published.settings)
    for path, name in FILES.items():
        plain, packed = out / name, out / f"{name}.gz"
        assert app.test_client().get(path).data == plain.read_bytes()
        answer = app.test_client().get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.data == packed.read_bytes()
        assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    app.extensions["feedsvc"].index.close()


def test_a_plan_that_a_commit_overtakes_is_not_kept(site: Site) -> None:
    class Overtaken(SqliteIndex):
        """An index to which somebody commits, once, while a document is planned."""

        meanwhile: Callable[[], object] = staticmethod(lambda: None)

        def edition(self, path: str) -> tuple[str, datetime] | None:
            edition = super().edition(path)
            meanwhile, self.meanwhile = self.meanwhile, lambda: None
            meanwhile()
            return edition

    def commit() -> None:
        site.write("a.txt", title="Edited")
        site.ingest()
        assert publication.document("/rss.xml")  # another thread's request

    site.write("a.txt")
    site.ingest()
    index = Overtaken(site.settings.database)
    index.meanwhile = commit
    publication = Publication(site.settings, index)
    overtaken, after = publication.document("/atom.xml"), publication.document("/atom.xml")
    index.close()
    assert overtaken
    assert after
    assert overtaken.version != after.version
    assert after == site.publication.document("/atom.xml")


@pytest.mark.parametrize("few", [0, 400])
def test_files_have_the_dates_that_the_server_tells(
    published: Site, out: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.export.FEW", few)
    published.write("c.txt", text="Text.\nArt\nShare this article:", url=None)
    published.ingest()
    before = time.time() - 1
    export(published.publication, out)
    app = create_app(published.settings)
    dates = set()
    for path in published.publication.paths():
        told = app.test_client().get(path).last_modified
        name = name_file(path)
        assert {(out / f"{name}{suffix}").stat().st_mtime for suffix in ("", ".gz")} == {
            told and told.timestamp()
        }
        dates.add(told)
    # The main ones were recorded when they were ingested, the others now.
    assert published.now in dates
    assert max(date.timestamp() for date in dates if date) >= int(before)
    app.extensions["feedsvc"].index.close()


def test_files_are_written_while_the_index_can_t_be(published: Site, out: Path) -> None:
    class Closed(SqliteIndex):
        def record(self, path: str, version: str, now: int) -> None:
            raise IndexUnusable("index", "can't be written")

    index = Closed(published.settings.database)
    published.write("c.txt", url=None)
    published.ingest()
    done = export(Publication(published.settings, index), out)
    index.close()
    assert (done.removed, done.unchanged) == (0, 0)
    assert (out / "entry" / "c" / "index.html").exists()


SURROUNDINGS = (
    {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2", "LANG": "tr_TR"},
)


def test_zone_locale_hash_seed_and_place_leave_the_bytes_alone(tmp_path: Path) -> None:
    exports = []
    for number, environ in enumerate(SURROUNDINGS):
        home = tmp_path / str(number)
        shutil.copytree(SEEDS, home / "seeds", ignore=shutil.ignore_patterns(".feedsvc"))
        done = subprocess.run(
            [sys.executable, "-m", "feedsvc", "export", "seeds", "--output", "out"],
            env={name: os.environ[name] for name in os.environ if name[:3] != "LC_"} | environ,
            cwd=home,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        exports.append({name: body for name, (body, _, _) in look(home / "out").items()})
    assert exports[0] == exports[1]
    assert exports[0].keys() > NAMES | {MANIFEST, "category/buitenland/atom.xml.gz"}


def test_another_day_leaves_the_bytes_alone(make_site: Callable[..., Site], tmp_path: Path) -> None:
    exports = []
    for day in (0, 400):
        site = make_site(f"articles-{day}", title="Same")
        site.write("a.txt")
        site.write("b.txt", url=None)
        site.now += timedelta(days=day)
        site.ingest()
        out = tmp_path / f"out-{day}"
        export(site.publication, out)
        exports.append({name: body for name, (body, _, _) in look(out).items()})
    assert exports[0] == exports[1]


def test_files_can_be_read_by_a_web_server(published: Site, out: Path) -> None:
    before = os.umask(0o022)
    try:
        export(published.publication, out)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE((out / name).stat().st_mode) for name in NAMES}
    assert (modes, stat.S_IMODE(out.stat().st_mode)) == ({0o644}, 0o755)


# By difference


def test_nothing_new_touches_no_file(published: Site, out: Path) -> None:
    export(published.publication, out)
    before = look(out)
    published.ingest()
    assert export(published.publication, out) == Export(unchanged=ALL)
    assert look(out) == before


def test_only_what_changed_is_written(make_site: Callable[..., Site], out: Path) -> None:
    site = make_site(entries=1, archives="none")
    site.write("a.txt", title="In no document", date="2020-01-01")
    site.write("b.txt", title="Newest", date="2024-01-01")
    site.ingest()
    export(site.publication, out)
    before = look(out)
    site.write("c.txt", title="Older than all", date="2019-01-01")
    site.ingest()
    assert export(site.publication, out) == Export(unchanged=ALL)
    assert look(out) == before
    (out / "rss.xml").unlink()
    (out / "atom.xml.gz").write_bytes(b"cut")
    assert export(site.publication, out) == Export(written=2, unchanged=ALL - 2)
    assert {name: body for name, (body, _, _) in look(out).items()} == {
        name: body for name, (body, _, _) in before.items()
    }


def test_an_edit_replaces_each_file_that_holds_it(published: Site, out: Path) -> None:
    export(published.publication, out)
    old = (out / "atom.xml").open("rb")  # a reader that is half way through it
    before = look(out)
    published.write("a.txt", title="First, edited")
    published.ingest()
    assert export(published.publication, out) == Export(written=FEEDS, unchanged=ALL - FEEDS)
    assert b"First, edited" in (out / "atom.xml").read_bytes()
    with old:
        assert old.read() == before["atom.xml"][0]
    assert list_names(out) == NAMES | {MANIFEST}


def test_a_file_that_became_a_link_is_a_file_again(
    published: Site, out: Path, tmp_path: Path
) -> None:
    export(published.publication, out)
    elsewhere = tmp_path / "elsewhere"
    (out / "atom.xml").rename(elsewhere)
    (out / "atom.xml").symlink_to(elsewhere)
    assert export(published.publication, out).written == 1
    assert not (out / "atom.xml").is_symlink()


def test_what_an_earlier_export_wrote_is_removed_and_nothing_else(
    published: Site, out: Path
) -> None:
    export(published.publication, out)
    manifest = json.loads((out / MANIFEST).read_text())
    for name in ("category/old/feed.json", "category/old/archive/2019/rss.xml", "gone.xml"):
        manifest[name] = {"version": "1", "size": 3}
    (out / MANIFEST).write_text(json.dumps(manifest))
    for name in ("category/old/feed.json", "category/old/archive/2019/rss.xml", "category/mine"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("old")
    assert export(published.publication, out) == Export(unchanged=ALL, removed=2)
    assert list_names(out) == NAMES | {MANIFEST, "category/mine"}
    assert [file.name for file in (out / "category").iterdir()] == ["mine"], "no folder is left"
    assert json.loads((out / MANIFEST).read_text()).keys() == NAMES


# What is in the way


def test_strangers_in_the_way_are_named_and_nothing_is_written(published: Site, out: Path) -> None:
    out.mkdir(parents=True)
    (out / "atom.xml").write_text("theirs")
    (out / "index.html.gz").mkdir()
    (out / "rss.xml").symlink_to("nowhere")
    with pytest.raises(ExportError) as raised:
        export(published.publication, out)
    message = str(raised.value)
    assert message.startswith(f"{out}: files are in the way that no export wrote: ")
    assert "atom.xml, index.html.gz, rss.xml;" in message
    assert {file.name for file in out.iterdir()} == {"atom.xml", "index.html.gz", "rss.xml"}
    assert (out / "atom.xml").read_text() == "theirs"


def test_a_folder_that_took_a_file_s_place_is_named(published: Site, out: Path) -> None:
    export(published.publication, out)
    (out / "atom.xml").unlink()
    (out / "atom.xml").mkdir()
    with pytest.raises(ExportError, match=r"atom\.xml: can't be written: Is a directory"):
        export(published.publication, out)
    (out / "atom.xml").rmdir()
    export(published.publication, out)
    assert list_names(out) == NAMES | {MANIFEST}


@pytest.mark.parametrize("inside", [".", "below"])
def test_an_output_that_can_t_be_a_folder_is_named(
    published: Site, tmp_path: Path, inside: str
) -> None:
    (tmp_path / "file").write_text("theirs")
    with pytest.raises(ExportError, match=r"file.*: can't be written: "):
        export(published.publication, tmp_path / "file" / inside)
    assert (tmp_path / "file").read_text() == "theirs"


def test_an_output_that_can_t_be_written_is_named(published: Site) -> None:
    with pytest.raises(ExportError, match=r"/proc/self/net.*: can't be written: "):
        export(published.publication, Path("/proc/self/net"))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"atom.xml": 1}', b"\xff", b'{"\xff": {}}'])
def test_a_manifest_that_is_none_is_named(published: Site, out: Path, content: bytes) -> None:
    out.mkdir(parents=True)
    (out / MANIFEST).write_bytes(content)
    with pytest.raises(ExportError, match=rf"{MANIFEST}: not a manifest: "):
        export(published.publication, out)
    assert list_names(out) == {MANIFEST}


# Killed


def kill_export(site: Site, out: Path) -> None:
    """Export till something breaks, as if killed: the Atom is written, the rest isn't."""
    (out / "rss.xml").unlink()
    (out / "rss.xml").mkdir()
    with pytest.raises(ExportError):
        export(site.publication, out)
    (out / "rss.xml").rmdir()


def test_a_first_export_that_broke_off_is_completed(published: Site, out: Path) -> None:
    class Broken(Publication):
        def render(self, document: Document) -> bytes:
            if document.path == "/rss.xml":
                raise Superseded(document.path, "superseded")
            return super().render(document)

    with pytest.raises(Superseded):
        export(Broken(published.settings, published.index), out)
    assert "atom.xml" in list_names(out)
    (out / ".feedsvc-tmp-rss.xml.gz").write_text("half")  # killed while it wrote
    (out / "mine.txt").write_text("mine")
    export(published.publication, out)
    assert list_names(out) == NAMES | {MANIFEST, "mine.txt"}
    for path, name in FILES.items():
        assert (out / name).read_bytes() == published.body(path)


def test_a_killed_export_is_completed_by_the_next(published: Site, out: Path) -> None:
    export(published.publication, out)
    published.write("a.txt", title="Edited")
    published.ingest()
    kill_export(published, out)
    export(published.publication, out)
    for path, name in FILES.items():
        assert (out / name).read_bytes() == published.body(path)
    assert list_names(out) == NAMES | {MANIFEST}


def test_what_a_killed_export_wrote_is_not_taken_for_what_was_there_before(
    published: Site, out: Path
) -> None:
    published.options["title"] = "Aaaa"
    export(published.publication, out)
    published.options["title"] = "Bbbb"
    kill_export(published, out)
    assert b"Bbbb" in (out / "atom.xml").read_bytes()
    published.options["title"] = "Aaaa"
    export(published.publication, out)
    for path, name in FILES.items():
        assert (out / name).read_bytes() == published.body(path)


@pytest.mark.parametrize("name", ["../precious.txt", "/etc/precious.txt"])
def test_manifest_that_names_a_file_elsewhere_is_none(
    published: Site, out: Path, name: str
) -> None:
    out.mkdir(parents=True)
    precious = out.parent / "precious.txt"
    precious.touch()
    (out / MANIFEST).write_text(json.dumps({name: {"version": "a", "size": 0}}))
    with pytest.raises(ExportError, match=r"not a manifest: .* is out of the folder"):
        export(published.publication, out)
    assert precious.exists()


def test_file_that_is_gone_already_is_not_removed_again(published: Site, out: Path) -> None:
    out.mkdir(parents=True)
    (out / MANIFEST).write_text(json.dumps({"old.xml": {"version": "a", "size": 0}}))
    assert export(published.publication, out).removed == 0


# Archives and facets


def test_new_article_rewrites_only_what_it_is_in(make_site: Callable[..., Site], out: Path) -> None:
    """No archive that is closed, and no facet that it isn't in."""
    site = make_site(url="https://example.org/", entries=2, archive_size=3)
    for number in range(12):
        label = "Art" if number % 2 else "Sport"
        site.write(f"{number:02}.txt", date=f"{2020 + number // 3}-01-0{number % 3 + 1}")
        with (site.folder / f"{number:02}.txt").open("a") as file:
            file.write(f"\n{label}\nShare this article:")
    site.ingest()
    first = export(site.publication, out)
    assert first.written == 1 + 2 * len(list(site.publication.paths()))
    before = look(out)
    site.write("new.txt", date="2024-01-01", text="Text.\nArt\nShare this article:")
    site.ingest()
    export(site.publication, out)
    after = look(out)
    written = {name for name, seen in after.items() if before.get(name) != seen}
    folders = {name.rpartition("/")[0] for name in written - {MANIFEST}}
    # The open archive of 2023 closes, and that of 2024 opens.
    assert folders == {
        "",
        "archive/2023",
        "archive/2024",
        "category/art",
        "category/art/archive/2023",
        "category/art/archive/2024",
    }
    assert not {name for name in written if name.startswith("feed")} - {
        "feed.json",
        "feed.json.gz",
        "feeds.opml",
    }


def test_files_of_a_facet_that_is_gone_are_removed_with_their_folder(
    published: Site, out: Path
) -> None:
    published.write("c.txt", text="Text.\nRare/rär\nShare this article:")
    published.ingest()
    export(published.publication, out)
    assert (out / "category" / "rare-rär" / "atom.xml").exists()
    (published.folder / "c.txt").unlink()
    published.ingest()
    assert export(published.publication, out).removed == 8
    assert list_names(out) == NAMES | {MANIFEST}
    assert not (out / "category").exists()


@pytest.mark.parametrize("few", [0, 400])
def test_document_that_goes_while_others_are_written_is_left_for_the_next_run(
    published: Site, out: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.export.FEW", few)

    class Vanishing(Publication):
        """A publication of which a facet goes as soon as all was planned."""

        def render(self, document: Document) -> bytes:
            (published.folder / "c.txt").unlink(missing_ok=True)
            published.ingest()
            return super().render(document)

    published.write("c.txt", text="Text.\nRare\nShare this article:")
    published.ingest()
    export(Vanishing(published.settings, published.index), out)
    assert "category/rare/atom.xml" not in list_names(out)
    export(published.publication, out)
    assert list_names(out) == NAMES | {MANIFEST}


@pytest.mark.parametrize("few", [0, 400])
def test_archive_that_merges_while_others_are_written_is_not_another_s_copy(
    make_site: Callable[..., Site], out: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its path is answered by the archive that holds its entries: that has a file of its own."""
    monkeypatch.setattr("feedsvc.export.FEW", few)
    site = make_site(url="https://example.org/", entries=1, archive_size=2)
    for month in (1, 2, 3):
        site.write(f"{month}.txt", date=f"2022-0{month}-01")
    site.write("new.txt", date="2024-01-01")
    site.ingest()

    class Merging(Publication):
        def render(self, document: Document) -> bytes:
            if (site.folder / "1.txt").exists():
                (site.folder / "1.txt").unlink()
                site.ingest()
            return super().render(document)

    export(Merging(site.settings, site.index), out)
    assert not (out / "archive" / "2022-02" / "atom.xml").exists()
    assert (
        b'href="https://example.org/archive/2022/atom.xml" rel="self"'
        in (out / "archive" / "2022" / "atom.xml").read_bytes()
    )


@pytest.mark.parametrize("kind", ["file", "link"])
def test_stranger_in_the_place_of_a_folder_is_named_and_nothing_is_written(
    published: Site, out: Path, tmp_path: Path, kind: str
) -> None:
    published.write("c.txt", text="Text.\nRare\nShare this article:")
    published.ingest()
    out.mkdir(parents=True)
    if kind == "file":
        (out / "category").write_text("mine")
    else:
        (tmp_path / "elsewhere").mkdir()
        (out / "category").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ExportError, match="no export wrote: category; move"):
        export(published.publication, out)
    assert [file.name for file in out.iterdir()] == ["category"]


def test_export_into_the_folder_publishes_nothing_twice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suffix in (".html", ".xml", ".json"):
        monkeypatch.setitem(READERS, suffix, read_text)
    site.write("a.txt", url=None)
    site.ingest()
    export(site.publication, site.folder / "out")
    assert (site.folder / "out" / "entry" / "a" / "index.html").exists()
    report = site.ingest()
    assert (report.new, report.unchanged, report.refused) == (0, 1, [])
    assert report.left_out["exported"] > 3
