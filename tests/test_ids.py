"""The file of identities: a line an entry, whatever is in it; no fault costs another line."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.ids import IDS, Identity, digest_ids, look_at_ids, read_ids, show_ids, write_ids
from feedsvc.model import Finding

SOURCE = "0123456789abcdef" * 2
FULL = Identity("a.txt", "urn:a", SOURCE, 1_700_000_000, 1_700_000_001, 1_700_000_002, 9, "slug")
LINE = (
    f"a.txt\turn:a\t{SOURCE}\t2023-11-14T22:13:20Z\t2023-11-14T22:13:21Z\t2023-11-14T22:13:22Z"
    "\t1970-01-01T00:00:09Z\tslug"
)
EMPTY = "\t-\t-\t-\t-\t-\t-"

Paths = st.binary(min_size=1).filter(lambda name: b"\0" not in name).map(os.fsdecode)
Ids = st.text(min_size=1).filter(str.isprintable)
Times = st.integers(-30_610_224_000, 253_000_000_000)
Identities = st.builds(
    Identity, Paths, Ids, st.just(SOURCE) | st.just(""), Times, Times, Times, Times, st.text()
)


def read(folder: Path) -> tuple[list[Identity], list[Finding]]:
    told: list[Finding] = []
    return list(read_ids(str(folder), told.append)), told


def write_lines(folder: Path, *lines: str) -> None:
    (folder / IDS).write_text("".join(f"{line}\n" for line in lines))


@given(st.lists(Identities, unique_by=(lambda one: one.path, lambda one: one.id)))
def test_what_is_written_is_read(identities: list[Identity]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert write_ids(folder, identities)
        assert read(Path(folder)) == (identities, [])
        content = Path(folder, IDS).read_bytes()
        assert content.count(b"\n") == len(identities) + 3, "a line stays a line"


def test_line_is_plain(tmp_path: Path) -> None:
    write_ids(str(tmp_path), [FULL, Identity("b.txt", "12 # 3")])
    lines = (tmp_path / IDS).read_text().splitlines()
    assert lines[3:] == [LINE, f"b.txt\t12 # 3{EMPTY}"]
    assert all(line.startswith("# ") for line in lines[:3])
    assert b"".join(show_ids([FULL])).decode().splitlines() == lines[:4]


def test_odd_paths_are_escaped(tmp_path: Path) -> None:
    paths = ["#a", "-", "a\tb", "a\nb", "a\\tb", "\udcff", "\x9f", "a\u2028"]
    write_ids(str(tmp_path), [Identity(path, f"urn:{path!a}") for path in paths])
    shown = [line.split("\t")[0] for line in (tmp_path / IDS).read_text().split("\n")[3:-1]]
    assert shown == [
        *("\\u0023a", "\\u002d", "a\\u0009b", "a\\u000ab", "a\\\\tb", "\\xff"),
        *("\\u009f", "a\\u2028"),
    ]


def test_file_is_left_alone_where_nothing_changes(tmp_path: Path) -> None:
    folder, file = str(tmp_path), tmp_path / IDS
    identities = [Identity(f"{number:05}", f"urn:{number}") for number in range(3000)]
    assert write_ids(folder, identities)
    os.utime(file, (1, 1))
    assert not write_ids(folder, identities)
    assert file.stat().st_mtime == 1
    for changed in (identities[:-1], identities, [*identities[:1500], FULL, *identities[1501:]]):
        assert write_ids(folder, changed)
        assert read(tmp_path)[0] == changed
    assert os.listdir(tmp_path) == [IDS], "nothing half written is left"


def test_link_to_the_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    (tmp_path / IDS).symlink_to("kept")
    write_ids(str(tmp_path), [FULL])
    assert (tmp_path / IDS).is_symlink()
    assert LINE in (tmp_path / "kept").read_text()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("<<<<<<< HEAD", "line: a conflict of versions: mend it, or let feedsvc ids --write do so"),
        ("=======", "line: a conflict of versions: mend it, or let feedsvc ids --write do so"),
        ("b.txt", "line: 1 fields: 8, parted by tabs: path, id, source, published, updated,"),
        (f"-\turn:b{EMPTY}", "path: missing"),
        (f"b.txt\t-{EMPTY}", "id: can't be one: it is empty, or can't be shown"),
        (f"b.txt\ta\\u0001{EMPTY}", "id: can't be one: it is empty, or can't be shown"),
        ("b.txt\turn:b\txyz\t-\t-\t-\t-\t-", "source: no digest: 32 of 0 to 9 and a to f"),
        ("b.txt\turn:b\t-\t-\tnow\t-\t-\t-", "updated: no time: as 2024-05-01T10:00:00Z, or -"),
        ("b.txt\turn:b\t-\t-\t-\t-\tnowZ\t-", "seen: no time: as 2024-05-01T10:00:00Z, or -"),
        (f"b.txt\turn:a{EMPTY}", "id: in an earlier line too: the first stays"),
        (f"a.txt\turn:b{EMPTY}", "path: in an earlier line too: the first stays"),
    ],
)
def test_faulty_line_is_told_and_costs_itself_only(tmp_path: Path, line: str, told: str) -> None:
    write_lines(tmp_path, "# head", LINE, "", line, f"c.txt\turn:c{EMPTY}")
    found, (finding,) = read(tmp_path)
    assert found == [FULL, Identity("c.txt", "urn:c")]
    assert str(finding).startswith(f"{IDS}:4: {told}")


def test_bytes_that_are_no_text_and_a_line_cut_short_are_told(tmp_path: Path) -> None:
    (tmp_path / IDS).write_bytes(b"\xff\t\n" + LINE.encode() + b"\r\n" + LINE.encode())
    found, told = read(tmp_path)
    assert found == [FULL], "as an editor may have saved it"
    assert [(one.line, one.what) for one in told] == [(1, "not UTF-8"), (3, "cut short")]


def test_backslash_that_escapes_nothing_is_one(tmp_path: Path) -> None:
    write_lines(tmp_path, f"a\\b\turn:a{EMPTY}")
    assert read(tmp_path) == ([Identity("a\\b", "urn:a")], [])


def test_file_that_is_not_there_or_none_is_no_file(tmp_path: Path) -> None:
    assert read(tmp_path) == ([], [])
    assert look_at_ids(str(tmp_path), 10**20) == ""
    (tmp_path / IDS).mkdir()
    assert read(tmp_path) == ([], [Finding(IDS, 1, "file", "can't be read", "Is a directory")])
    assert digest_ids(str(tmp_path)) == "-"
    with pytest.raises(OSError, match="Is a directory"):
        write_ids(str(tmp_path), [])


def test_looks_tell_only_what_has_settled(tmp_path: Path) -> None:
    write_lines(tmp_path, LINE)
    os.utime(tmp_path / IDS, ns=(5, 5))
    size = len(LINE) + 1
    assert len(digest_ids(str(tmp_path))) == 64
    assert look_at_ids(str(tmp_path), 6) == f"{size} 5"
    assert look_at_ids(str(tmp_path), 5) == f"{size} 0"
