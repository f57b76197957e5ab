"""The listing of a folder: the same names, found before or looked up one by one."""

import os
from pathlib import Path

import pytest

from feedsvc.listing import MOST_BYTES, Listing


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("x/src/content/a.md", "x/astro.config.mjs", "x/a.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("some text")
    (tmp_path / "x/link").symlink_to("src")
    (tmp_path / "x/link.md").symlink_to("a.md")
    return tmp_path


FOUND = {"src/": 1, "astro.config.mjs": 2, "a.md": 3, "link": 4, "link.md": 5}


@pytest.mark.parametrize("found", [FOUND, None])
def test_names_are_there_or_not(root: Path, found: dict[str, object] | None) -> None:
    listing = Listing(str(root), "x/", found)
    there = ["src/", "a.md", "src/content/", "src/content/a.md", "astro.config.mjs", "link.md"]
    assert [name for name in there if name in listing] == there
    for name in ("src", "a.md/", "b.md", "src/b/", "link/", "link/content/x", "src/content"):
        assert name not in listing, name


def test_all_names_are_listed(root: Path) -> None:
    assert list(Listing(str(root), "x/", FOUND)) == list(FOUND)
    assert set(Listing(str(root), "x/")) == {name.rstrip("/") for name in FOUND}
    assert list(Listing(str(root), "gone/")) == []


@pytest.mark.parametrize("found", [True, False])
def test_folder_is_marked_by_a_configuration_file(root: Path, found: bool) -> None:
    assert Listing(str(root), "x/", FOUND if found else None).marked
    os.remove(root / "x/astro.config.mjs")
    names = {name: 1 for name in FOUND if "config" not in name}
    assert not Listing(str(root), "x/", names if found else None).marked


def test_what_was_looked_up_is_known(root: Path) -> None:
    listing = Listing(str(root), "x/")
    assert ("b.md" in listing, "a.md" in listing) == (False, True)
    assert listing.asked == {"a.md", "b.md"}


def test_beginning_of_a_file_is_read_and_of_nothing_else(root: Path) -> None:
    listing = Listing(str(root), "x/")
    assert listing.read("a.md") == "some text"
    (root / "x/a.md").write_bytes(b"\xff" * (MOST_BYTES + 1))
    assert listing.read("a.md") == "\ufffd" * MOST_BYTES
    os.mkfifo(root / "x/pipe")
    for name in ("gone", "src", "link.md"):
        assert listing.read(name) == "", name
    assert listing.read("pipe") == ""
