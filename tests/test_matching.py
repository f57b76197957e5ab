"""Matching: files with what is known of them, both by path."""

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.folder import File
from feedsvc.index import Glance
from feedsvc.matching import match

PATHS = st.sets(st.sampled_from(["a.txt", "b.txt", "d/", "d/a.txt", "d/z.txt", "é.txt"]))


def glance(path: str) -> Glance:
    return Glance(path, 1, 2, "", False, False)


@given(PATHS, PATHS)
def test_each_file_and_each_row_comes_once_in_order(files: set[str], rows: set[str]) -> None:
    rows = {path for path in rows if path != "d/"}
    found = list(match(map(File, sorted(files)), map(glance, sorted(rows))))
    assert [file.path for file, _ in found if file] == sorted(files)
    hidden = {path for path in rows - files if path.startswith("d/") and "d/" in files}
    assert [row.path for _, row in found if row] == sorted(rows - hidden)
    for file, row in found:
        assert not (file and row) or file.path == row.path
