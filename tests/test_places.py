"""Places: what else a change decides over, so that a run that is told of it looks at that too."""

import os
from pathlib import Path

import pytest

from feedsvc import readers
from feedsvc.manifest import MANIFEST
from feedsvc.places import widen
from feedsvc.readers.text import read_text
from feedsvc.sieve import Sieve
from tests.test_folder import write


@pytest.fixture(autouse=True)
def _more_suffixes(monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in (".md", ".html"):
        monkeypatch.setitem(readers.READERS, suffix, read_text)


def decide(root: Path, *changed: str, folders: tuple[str, ...] = ()) -> set[str] | None:
    """What else is to be looked at where these have changed."""
    places = widen(os.path.realpath(root), set(changed), Sieve(folders=folders))
    return None if places is None else places - set(changed)


def test_change_decides_over_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt", "x/c.txt", "index.txt", "x/y/d.txt")
    assert decide(tmp_path, "a.txt", "x/c.txt", "gone/a.txt", "x", "cat.jpg") == set()


def test_page_of_a_folder_hangs_on_what_else_is_there(tmp_path: Path) -> None:
    write(tmp_path, "x/index.txt", "x/index.nl.txt", "x/a.txt", "x/pic.jpg")
    pages = {"x/index.txt", "x/index.nl.txt"}
    assert decide(tmp_path, "x/a.txt") == pages
    assert decide(tmp_path, "x/gone.txt") == set()  # there was and is another
    os.remove(tmp_path / "x/a.txt")
    assert decide(tmp_path, "x/a.txt") == pages
    write(tmp_path, "x/y/z/b.txt")
    assert decide(tmp_path, "x/y/z/b.txt") == pages
    assert decide(tmp_path, "x/y") == pages
    write(tmp_path, "x/y/c.txt")
    assert decide(tmp_path, "x/y/z/b.txt") == set()


def test_page_of_each_folder_above_is_looked_at_once(tmp_path: Path) -> None:
    write(tmp_path, "x/index.txt", "x/y/index.txt", "x/y/z/a.txt", "index.txt", "x/y/z/b.txt")
    assert decide(tmp_path, "x/y/z/a.txt", "x/y/z/b.txt") == {"x/y/index.txt"}
    # That page is there as it was: so the folder above holds something in any case.


def test_left_out_folder_decides_over_nothing(tmp_path: Path) -> None:
    write(tmp_path, "x/index.txt", "x/_drafts/y/a.txt")
    assert decide(tmp_path, "x/_drafts/y/a.txt") == {"x/index.txt"}


def test_parts_hang_on_the_saved_page(tmp_path: Path) -> None:
    write(tmp_path, "x/page.html", "x/page_files/a.txt", "x/other.txt")
    assert decide(tmp_path, "x/page.html") == {"x/page_files"}
    assert decide(tmp_path, "x/other.html") == set()


@pytest.mark.parametrize(
    "mark", ["hugo.toml", "_config.yml", ".eleventy.js", "astro.config.mjs", MANIFEST]
)
def test_configuration_decides_over_all_in_its_folder(tmp_path: Path, mark: str) -> None:
    write(tmp_path, "a.txt", "x/content/b.txt")
    assert decide(tmp_path, f"x/{mark}") == {"x"}
    assert decide(tmp_path, mark) is None


def test_content_that_comes_or_goes_decides_over_all_of_its_site(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "x/hugo.toml", "x/b.md", "x/src/y/c.md", "x/docs/d.md")
    (tmp_path / "x/hugo.toml").write_text("contentDir = 'src/y'")
    assert decide(tmp_path, "x/content") == set()
    assert decide(tmp_path, "x/src/y") == decide(tmp_path, "x/src") == {"x"}
    assert decide(tmp_path, "x/src/y/c.md", "x/docs") == set()
    os.rename(tmp_path / "x/src", tmp_path / "x/content")
    assert decide(tmp_path, "x/src", "x/content") == {"x"}


def test_page_makes_one_article_of_a_folder_of_hugo(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "x/hugo.toml", "x/content/a.md", "x/content/b/more.md")
    assert decide(tmp_path, "x/content/b/index.md") == {"x/content/b"}
    assert decide(tmp_path, "x/content/b/other.md") == set()


def test_folders_above_and_beside_those_of_the_settings(tmp_path: Path) -> None:
    write(tmp_path, "x/posts/a.txt", "x/notes/b.txt", "c.txt", "hugo.toml", "out/d.txt")
    folders = ("x/posts", "x/notes", "../out")
    assert decide(tmp_path, "x", folders=folders) == {"x/posts", "x/notes"}
    assert decide(tmp_path, "c.txt", "hugo.toml", "content", folders=folders) == set()
    assert decide(tmp_path, "x/posts/_config.yml", folders=folders) == {"x/posts"}
    assert widen(str(tmp_path), ["c.txt"], Sieve(folders=folders)) == set()
