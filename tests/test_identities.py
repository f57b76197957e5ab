"""Identities: what is saved of an index file that is damaged."""

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from feedsvc.errors import FolderError, IndexDamaged, IndexUnusable
from feedsvc.index import MAIN, Change, Row
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.ingest import ingest
from tests.conftest import Site, list_rows

T = 1_700_000_000
COUNT = 3000


def make(number: int) -> Row:
    id = f"tag:example.org,2024:{number:05}"
    path = f"folder/{number:05}.txt"
    return Row(
        id, path, False, 1, 2, "s", f"{number}", T, T + number, 0, T, "published", f"p{number}"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An index of many entries, closed."""
    path = tmp_path / "index.sqlite"
    with closing(SqliteIndex(str(path), create=True)) as index:
        with index.transaction():
            index.put([Change(make(number), {MAIN: ""}, b"text") for number in range(COUNT)])
            index.finish_run(T, "rules")
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def set_aside(path: Path) -> dict[str, Row]:
    with closing(SqliteIndex(str(path), create=True)) as index:
        index.set_aside()
        assert os.path.getsize(index.aside) > 0
        assert not index.is_suspect()
        return {row.id: row for row in list_rows(index)}


def test_all_identities_of_a_sound_file_are_saved(path: Path) -> None:
    saved = set_aside(path)
    expected = replace(make(7), size=-1, mtime=0, digest="", state="unread", tied=True)
    assert saved[expected.id] == expected
    assert len(saved) == COUNT


def test_identities_beside_a_damage_are_saved(path: Path) -> None:
    data = bytearray(path.read_bytes())
    dice = random.Random(7)
    pages = len(data) // 4096
    for page in dice.sample(range(1, pages), pages // 20):
        data[page * 4096 : page * 4096 + 4096] = dice.randbytes(4096)
    path.write_bytes(data)
    with closing(SqliteIndex(str(path), create=True)) as index, pytest.raises(IndexDamaged):
        index.find_all([make(number).id for number in range(COUNT)])
    assert Path(f"{path}.suspect").exists(), "whoever ingests is told"
    saved = set_aside(path)
    assert COUNT / 4 < len(saved) < COUNT
    for number in range(COUNT):
        row = saved.get(make(number).id)
        assert row is None or (row.path, row.slug) == (make(number).path, f"p{number}")


@pytest.mark.parametrize("size", [0, 10, 4096])
def test_file_of_which_nothing_is_left_is_made_anew(path: Path, size: int) -> None:
    path.write_bytes(bytes(size))
    assert set_aside_empty(path) == {}


def set_aside_empty(path: Path) -> dict[str, Row]:
    with closing(SqliteIndex(str(path), create=True)) as index:
        index.set_aside()
        return {row.id: row for row in list_rows(index)}


def test_file_that_was_cut_off_is_salvaged_or_made_anew(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert len(set_aside(path)) < COUNT


def test_somebody_elses_file_is_not_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(b"\xff\xd8\xff" * 100)
    with closing(SqliteIndex(str(path), create=True)) as index, pytest.raises(IndexUnusable):
        index.set_aside()
    assert path.read_bytes() == b"\xff\xd8\xff" * 100


def test_text_that_can_not_be_unpacked_is_a_damage(path: Path) -> None:
    with closing(SqliteIndex(str(path))) as index:
        with pytest.raises(IndexDamaged):
            index.articles(["7"])
        assert index.is_suspect()


def test_database_that_reads_is_left_as_it_was(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("SELECT count(*) FROM article").fetchall()
    set_aside(path)
    with closing(sqlite3.connect(f"{path}.damaged")) as connection:
        assert connection.execute("SELECT count(*) FROM article").fetchall() == before


def test_file_that_can_not_be_put_aside_is_told(path: Path) -> None:
    Path(f"{path}.damaged", "in the way").mkdir(parents=True)
    with closing(SqliteIndex(str(path), create=True)) as index:
        with pytest.raises(IndexUnusable, match="can't be written"):
            index.set_aside()
        assert len(list_rows(index)) == COUNT


def test_damage_is_told_by_the_run_that_ends_after_one_that_failed(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    assert isinstance(site.index, SqliteIndex)
    site.index.suspect("malformed")
    settings = site.settings
    gone = replace(settings, folder=f"{settings.folder}/none")
    with pytest.raises(FolderError):
        ingest(gone, site.index, site.now)
    assert ingest(settings, site.index, site.now).aside == f"{settings.database}.damaged"
    assert ingest(settings, site.index, site.now).aside == ""
