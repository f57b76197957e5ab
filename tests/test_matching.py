"""Matching: files with what is known of them, both by path."""

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import ArticleError
from feedsvc.folder import File, Opened
from feedsvc.index import Glance
from feedsvc.matching import match

PATHS = st.sets(st.sampled_from(["a.txt", "b.txt", "d/", "d/a.txt", "d/z.txt", "é.txt"]))
AROUND = st.sets(st.sampled_from(["c.json", "c.json-b.txt", "c.json.txt", "c.json0.txt"]))
RECORDS = st.sets(st.sampled_from(["c.json/1", "c.json/2", "c.json/3"]))
FAULT = ArticleError("x", 1, "file", "can't be read")


def glance(path: str, withdrawn: bool = False) -> Glance:
    return Glance(path, 1, 2, "", withdrawn, False)


def refuse_folder(path: str) -> File:
    return File(path, fault=FAULT if path == "d/" else None)


def enter_nothing(file: File, known: Glance | None, has_rows: bool) -> Opened | None:
    raise AssertionError


@given(PATHS, PATHS)
def test_each_file_and_each_row_comes_once_in_order(files: set[str], rows: set[str]) -> None:
    rows = {path for path in rows if path != "d/"}
    known = map(glance, sorted(rows))
    found = list(match(map(refuse_folder, sorted(files)), known, enter_nothing))
    assert [file.path for file, _ in found if file] == sorted(files)
    hidden = {path for path in rows if path.startswith("d/") and "d/" in files}
    # No walk yields what is in a folder that it can't read.
    assert [row.path for _, row in found if row] == sorted(rows - hidden)
    for file, row in found:
        assert not (file and row) or file.path == row.path


@given(AROUND, AROUND, RECORDS, RECORDS, RECORDS, st.booleans())
def test_what_is_in_a_collection_is_matched_as_if_it_were_a_folder(
    files: set[str], rows: set[str], there: set[str], known: set[str], gone: set[str], keeps: bool
) -> None:
    asked: list[bool] = []

    def enter(file: File, glance: Glance | None, has_rows: bool) -> Opened | None:
        assert (file.path, glance and glance.path) == ("c.json/", "c.json/")
        asked.append(has_rows)
        return Opened(map(File, sorted(there)), keeps)

    paths = sorted(rows | known | gone | {"c.json/"})
    glances = (glance(path, path in gone - known) for path in paths)
    found = list(match(map(File, sorted(files | {"c.json/"})), glances, enter))
    assert asked == [bool(known)]
    assert [file.path for file, _ in found if file] == sorted(files | there)
    kept = (known | gone) - there if keeps else set()
    assert [row.path for _, row in found if row] == sorted((rows | known | gone) - kept)
    for file, row in found:
        assert not (file and row) or file.path == row.path


@given(AROUND, RECORDS, RECORDS)
def test_what_is_in_a_collection_that_is_not_opened_is_as_it_was(
    around: set[str], known: set[str], gone: set[str]
) -> None:
    paths = sorted(around | known | gone)
    glances = (glance(path, path in gone - known) for path in paths)
    files = map(File, sorted(around | {"c.json/"}))
    found = list(match(files, glances, lambda file, glance, has_rows: None))
    assert [(file.path, row.path) for file, row in found if file and row] == [
        (path, path) for path in sorted(around | known)
    ]
    assert all(
        file and row and (file.size, file.mtime) == (row.size, row.mtime)
        for file, row in found
        if row and "/" in row.path
    )


def test_what_is_in_a_collection_that_can_not_be_opened_is_out_of_sight() -> None:
    files = [File("a.json/", fault=FAULT), File("b.json/")]
    rows = map(glance, ["a.json/", "a.json/1", "b.json/", "b.json/1", "b.json/2"])

    def enter(file: File, known: Glance | None, has_rows: bool) -> Opened | None:
        return Opened([File(file.path, fault=FAULT)], keeps=True)

    assert list(match(files, rows, enter)) == [
        (files[0], None),
        (File("b.json/", fault=FAULT), None),
    ]
