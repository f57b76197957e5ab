"""Globs: what a pattern matches is what git says that it does, and none takes long."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import BadValue
from feedsvc.globs import LONGEST, Globs, read_glob

NAMES = ("a", "b", "ab", "aab", "b.a", "-a", "a]")
PARTS = ("a", "b", "?", "*", "**", "[ab]", "[!a]", "[^b-]", "[]a]", r"\a", "*a", "a*b", ".")
# Of two stars beside something else git says that they are one, but doesn't hold to it.
UNCLEAR = re.compile(r"[^/!]\*\*|\*\*[^/]")


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of git's, with a file of each path of up to three names."""
    root = tmp_path_factory.mktemp("repository")
    for first, second in product(NAMES, NAMES):
        (root / first / second).mkdir(parents=True)
        for third in NAMES:
            (root / first / second / third).touch()
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def ask_git(root: Path, patterns: list[str]) -> set[str]:
    """Return the files that git ignores by these patterns."""
    (root / ".git/info/exclude").write_text("".join(f"{pattern}\n" for pattern in patterns))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--ignored", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
        env=os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null"},
    )
    return set(listed.stdout.decode().split("\0")) - {""}


def walk(root: Path, globs: Globs, path: str = "", inside: bool = False) -> Iterator[str]:
    """Yield the files that globs match, or that are in a folder that they do."""
    for entry in os.scandir(root / path):
        if entry.name == ".git":
            continue
        inner = f"{path}{entry.name}{'/' if entry.is_dir() else ''}"
        matched = inside or globs.matches(inner)
        if entry.is_dir():
            yield from walk(root, globs, inner, matched)
        elif matched:
            yield inner


@given(
    st.lists(
        st.builds(
            "{}{}{}{}".format,
            st.sampled_from(["", "", "", "!"]),
            st.sampled_from(["", "/"]),
            st.lists(
                st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("".join),
                min_size=1,
                max_size=3,
            ).map("/".join),
            st.sampled_from(["", "/"]),
        ),
        min_size=1,
        max_size=3,
    ).filter(lambda patterns: not any(map(UNCLEAR.search, patterns)))
)
def test_patterns_match_what_git_says(repository: Path, patterns: list[str]) -> None:
    try:
        globs = Globs(patterns)
    except BadValue:
        return
    assert set(walk(repository, globs)) == ask_git(repository, patterns)


@pytest.mark.parametrize(
    ("pattern", "paths", "others"),
    [
        ("*.md", ["a.md", "x/y/a.md", "a.md/"], ["a.mdx", "a.md/b"]),
        ("/*.md", ["a.md"], ["x/a.md"]),
        ("drafts/", ["drafts/", "x/drafts/"], ["drafts", "xdrafts/"]),
        ("a/b", ["a/b", "a/b/"], ["x/a/b", "a/x/b"]),
        ("a/**", ["a/b", "a/b/c/"], ["a/", "b"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/"], ["ab", "a/x"]),
        ("**/b", ["b", "a/b"], ["ab"]),
        ("**", ["a", "a/", "a/b"], []),
        ("a*z/*", ["a-z/x", "az/x/"], ["a/z/x", "az/"]),
        ("201[0-9]", ["2013"], ["2023", "201"]),
        ("[!.]", ["a"], [".", "/"]),
        ("[+-9]", ["+", "0"], ["/"]),
        (r"\*\[", ["*["], ["a["]),
        (r"[\]\-]", ["]", "-"], ["a"]),
        ("é?", ["éé"], ["é"]),
        ("#a b ", ["#a b "], ["#a b"]),
        ("a.b", ["a.b"], ["axb"]),
    ],
)
def test_pattern_matches(pattern: str, paths: list[str], others: list[str]) -> None:
    globs = Globs([pattern])
    assert [path for path in paths + others if globs.matches(path)] == paths


def test_last_pattern_that_matches_decides() -> None:
    globs = Globs(["*.md", "!a.*", "!b.*", "a.md", "x"])
    paths = ["a.md", "b.md", "c.md", "x", "y"]
    assert [path for path in paths if globs.matches(path)] == ["a.md", "c.md", "x"]
    assert not Globs(["!a"]).matches("a")
    assert not Globs([]).matches("a")


def test_folders_that_lead_to_what_matches_are_told() -> None:
    globs = Globs(["a/b/c.md", "d/**/e/*", "**/f/g", "h", "!k/l"])
    leads = ["a/", "a/b/", "d/", "d/x/", "d/x/y/e/", "x/f/"]
    others = ["x/", "a/x/", "b/", "h/", "k/", "x/a/"]
    assert [path for path in leads + others if globs.leads(path)] == leads
    assert not Globs(["a", "**"]).leads("x/")


def test_there_are_patterns_or_there_are_none() -> None:
    assert (bool(Globs([])), bool(Globs(["!a"]))) == (False, True)


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("", "can match nothing: '' is no name"),
        ("/", "can match nothing: '' is no name"),
        ("!", "can match nothing: '' is no name"),
        ("a//b", "can match nothing: '' is no name"),
        ("./a", "can match nothing: '.' is no name"),
        ("../a", "can match nothing: '..' is no name"),
        ("[a", r"a bracket isn't closed: write \[ for the character"),
        ("[]", r"a bracket isn't closed: write \[ for the character"),
        ("[!]", r"a bracket isn't closed: write \[ for the character"),
        ("[a/b]", r"a bracket isn't closed: write \[ for the character"),
        ("a\\", r"a backslash ends a name: write \\ for the character"),
        ("[z-a]", "a range that holds nothing: z-a"),
        ("[[:alpha:]]", "a class of characters: write the range: a-z"),
        ("a" * (LONGEST + 1), "too long: over 1000 characters"),
    ],
)
def test_what_matches_nothing_is_refused(pattern: str, fault: str) -> None:
    with pytest.raises(BadValue) as caught:
        read_glob(pattern)
    assert str(caught.value) == fault


@given(st.lists(st.text(max_size=30), max_size=4), st.text())
def test_any_text_is_a_pattern_or_a_fault_fuzz(texts: list[str], path: str) -> None:
    try:
        globs = Globs(texts)
    except BadValue:
        return
    assert globs.matches(path) in (True, False)
    assert globs.leads(path) in (True, False)


@given(
    st.text("ab*?[]!-/\\", min_size=1, max_size=200),
    st.integers(1, 20),
    st.text("ab/", min_size=1, max_size=40),
)
def test_no_pattern_takes_long_fuzz(pattern: str, times: int, path: str) -> None:
    try:
        globs = Globs([(pattern * times)[:LONGEST]])
    except BadValue:
        return
    begun = time.process_time()
    for ending in ("", "c", "/", "/c"):
        globs.matches((path * 50) + ending)
        globs.leads((path * 50) + ending)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 100 + "b", "a" * 250),
        ("**/a/" * 100 + "b", "a/" * 500 + "c"),
        ("a" + "/**/b" * 20 + "/c", "a" + "/b" * 60),
        ("**/*a*b/" * 50 + "c", "ab/" * 300 + "d"),
        ("**/*" * 100 + "c", "ab/" * 300 + "d"),
        ("*?" * 100 + "b", "a" * 250),
        ("[!b]*" * 100 + "b", "a" * 250),
    ],
)
def test_what_takes_others_for_ever_takes_no_time(pattern: str, path: str) -> None:
    globs = Globs([pattern])
    begun = time.process_time()
    assert not globs.matches(path)
    assert time.process_time() - begun < 0.1
