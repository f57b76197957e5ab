"""The grounds: which folder a path lies in, by its name alone."""

import pytest

from feedsvc.errors import BadValue
from feedsvc.grounds import check_apart, find_base, list_outer, name_path

OUTER = ("../notes", "/srv/texts")


def test_folders_out_of_that_of_the_settings_are_told() -> None:
    assert list_outer([".", "posts", "..b", *OUTER, ".."]) == (*OUTER, "..")
    assert list_outer([]) == ()


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("a.txt", ""),
        ("../notes/a.txt", "../notes/"),
        ("../notes", "../notes/"),
        ("../notes-b/a.txt", ""),
        ("/srv/texts/b/a.txt", "/srv/texts/"),
        ("/srv/a.txt", ""),
    ],
)
def test_path_begins_with_the_name_of_its_folder(path: str, base: str) -> None:
    assert find_base(path, OUTER) == base


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("/home/site/x/a.txt", "x/a.txt"),
        ("/home/notes/a.txt", "../notes/a.txt"),
        ("/home/notes-b/a.txt", "../notes-b/a.txt"),
        ("/srv/texts/x/a.txt", "/srv/texts/x/a.txt"),
    ],
)
def test_file_is_named_as_a_walk_names_it(file: str, path: str) -> None:
    assert name_path("/home/site", file, OUTER) == path


@pytest.mark.parametrize(
    ("folders", "fault"),
    [
        ([".", "posts"], "'posts' lies in '.'"),
        (["a/b", "c", "a"], "'a/b' lies in 'a'"),
        (["a", "a"], "'a' lies in 'a'"),
        ([".", ".."], "'.' lies in '..'"),
        (["../site", "."], "'../site' lies in '.'"),
        (["../site/a", "a"], "lies in"),
        (["/home/site/posts", "."], "'/home/site/posts' lies in '.'"),
    ],
)
def test_folders_in_each_other_are_refused(folders: list[str], fault: str) -> None:
    with pytest.raises(BadValue, match=r"^folders in each other: ") as caught:
        check_apart("/home/site", folders)
    assert fault in str(caught.value)


def test_folders_beside_each_other_are_good() -> None:
    check_apart("/home/site", ["a", "a-b", "a b/c", "../site-b", "/home/sit"])
    check_apart("/home/site", [".", "../notes", "/srv"])
    check_apart("/home/site", [".."])
