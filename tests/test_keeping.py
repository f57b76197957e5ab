"""The file of identities is kept up to date where it is there, and nothing is lost of it."""

import os
import shutil
import time
from pathlib import Path

import pytest

from feedsvc.ids import IDS
from feedsvc.keeping import PAUSE, Keeper, keep_ids
from tests.conftest import BOTH, Site
from tests.serving import Start, feedsvc, wait_for
from tests.test_folder import open_folder, unprivileged

ENGINES = BOTH


def keep(site: Site, *, make: bool = False) -> str:
    return keep_ids(str(site.folder), site.index, make=make)


def test_file_is_made_only_when_somebody_asks(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    assert keep(site) == ""
    assert not (site.folder / IDS).exists()
    assert keep(site, make=True) == ""
    assert (site.folder / IDS).read_text().count("\n") == 4


def test_file_is_written_where_anything_has_changed(site: Site) -> None:
    for name in ("a", "b"):
        site.write(f"{name}.txt")
    site.ingest()
    keep(site, make=True)
    file = site.folder / IDS
    os.utime(file, (1, 1))
    site.ingest()
    keep(site)
    assert file.stat().st_mtime == 1
    site.write("b.txt", text="Another text.")
    before = file.read_text().splitlines()
    site.ingest()
    keep(site)
    after = file.read_text().splitlines()
    assert [one == other for one, other in zip(before, after, strict=True)] == [True] * 4 + [False]
    os.utime(file, (1, 1))
    site.write("b.txt", text="Another text.   \n\n")
    site.ingest()
    keep(site)
    assert file.stat().st_mtime != 1, "its bytes are others, though the entry isn't"
    os.remove(site.folder / "a.txt")
    site.ingest()
    keep(site)
    assert file.read_text().splitlines()[3].startswith("b.txt\t")


def test_what_could_not_be_read_is_not_written_over(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    keep(site, make=True)
    file = site.folder / IDS
    site.write("a.txt", text="Another text.")
    site.ingest()
    file.write_text(content := f"<<<<<<< HEAD\n{file.read_text()}")
    assert keep(site) == "", "it was changed, and isn't taken over yet"
    assert file.read_text() == content
    site.ingest()
    assert keep(site) == f"{IDS}: not kept up to date until its faults are mended"
    assert file.read_text() == content
    assert keep(site, make=True) == "", "who asks for it gets it anew"
    assert "<<<" not in file.read_text()
    site.ingest()
    assert site.index.refused() == []


def test_keeper_leaves_time_between_two_writes(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    keep(site, make=True)
    keeper, file = Keeper(), site.folder / IDS
    keeper.keep(str(site.folder), site.index)
    site.write("b.txt")
    site.ingest()
    begun = time.monotonic()
    keeper.keep(str(site.folder), site.index)
    assert "b.txt" not in file.read_text() or time.monotonic() > begun + PAUSE
    keeper.keep(str(site.folder), site.index, now=True)
    assert "b.txt" in file.read_text()


def test_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with open_folder() as home, unprivileged():
        folder = Path(home) / "articles"
        site = Site(folder, database=f"{home}/index.sqlite")
        site.write("a.txt")
        (folder / IDS).touch()
        site.ingest()
        folder.chmod(0o555)
        assert keep(site) == f"{IDS}: can't be written: Permission denied"
        folder.chmod(0o755)
        assert keep(site) == ""
        site.close()


@pytest.fixture
def folder(tmp_path: Path, engine: str) -> Path:
    if engine != "sqlite":
        pytest.skip("the commands are the same")
    site = Site(tmp_path / "articles")
    site.write("a.txt", url=None)
    site.write("b.txt", url=None, title="Another")
    site.close()
    return site.folder


def test_command_shows_identities_or_writes_them(folder: Path, tmp_path: Path) -> None:
    shown = feedsvc("ids", folder)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert not (folder / IDS).exists()
    written = feedsvc("ids", "--write", folder)
    assert written.stdout.endswith("0 refused\n")
    assert (folder / IDS).read_text() == shown.stdout
    assert shown.stdout.splitlines()[3].startswith("a.txt\ttag:127.0.0.1,2024-05-01:a.txt\t")
    # As a machine does that has nothing but the articles.
    shutil.rmtree(folder / ".feedsvc")
    (folder / "a.txt").rename(folder / "c.txt")
    feedsvc("export", folder, "--output", tmp_path / "out", "--url", "https://new.example/")
    assert b"tag:127.0.0.1,2024-05-01:a.txt" in (tmp_path / "out" / "atom.xml").read_bytes()
    before = shown.stdout.splitlines()
    moved = [*before[:3], before[4], before[3].replace("a.txt", "c.txt", 1)]
    assert (folder / IDS).read_text().splitlines() == moved


def test_command_tells_what_it_can_not_write(folder: Path) -> None:
    (folder / IDS).mkdir()
    done = feedsvc("ids", "--write", "--quiet", folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(f"{IDS}: can't be written: Is a directory")
    (folder / IDS).rmdir()
    (folder / IDS).write_text("oops\n")
    done = feedsvc("ingest", folder)
    assert f"{IDS}:1: line: 1 fields" in done.stderr
    assert f"warning: {IDS}: not kept up to date until its faults are mended" in done.stderr


def test_server_keeps_the_file_and_takes_it_over(folder: Path, start: Start) -> None:
    feedsvc("ids", "--write", folder)
    file = folder / IDS
    server = start(folder)
    (folder / "b.txt").rename(folder / "d.txt")
    wait_for(lambda: "\nd.txt\ttag:127.0.0.1,2024-05-01:b.txt\t" in file.read_text())
    looks = file.stat().st_mtime_ns
    whole = folder / ".whole"
    whole.write_text(file.read_text().replace("tag:127.0.0.1,2024-05-01:b.txt", "urn:b"))
    whole.rename(file)
    wait_for(lambda: b"<id>urn:b</id>" in server.ask("/atom.xml")[1])
    assert file.stat().st_mtime_ns != looks
    (folder / "e.txt").write_text("A title\n2024-05-01\n\nA text.")
    wait_for(lambda: b":e.txt" in server.ask("/atom.xml")[1])
    assert server.stop() == 0
    assert "\ne.txt\t" in file.read_text(), "at the end at the latest"
    assert "changed" in server.log.read_text()
    assert not [line for line in server.log.read_text().splitlines() if "ids" in line]
