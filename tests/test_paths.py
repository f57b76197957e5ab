"""Paths: each public path stands for one place, and each place has one path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.paths import Place, read_path

PLACES = {
    "/": Place("page"),
    "/atom.xml": Place("atom"),
    "/rss.xml": Place("rss"),
    "/feed.json": Place("json"),
    "/feeds.opml": Place("opml"),
    "/feed.css": Place("css"),
    "/entry/a-b/": Place("entry", slug="a-b"),
    f"/media/{'0a' * 16}.mp3": Place("media", slug=f"{'0a' * 16}.mp3"),
    "/archive/2024/": Place("page", period="2024"),
    "/archive/2024-05-30T1405/rss.xml": Place("rss", period="2024-05-30T1405"),
    "/category/中文/": Place("page", "category/中文/"),
    "/category/c-plus-plus/atom.xml": Place("atom", "category/c-plus-plus/"),
    "/category/archive/archive/2024/feed.json": Place("json", "category/archive/", "2024"),
    "/author/ḥanna/archive/2024-05/": Place("page", "author/ḥanna/", "2024-05"),
    "/language/pt-BR/rss.xml": Place("rss", "language/pt-BR/"),
}


@pytest.mark.parametrize("path", PLACES)
def test_path_stands_for_a_place_and_the_place_has_that_path(path: str) -> None:
    assert read_path(path) == PLACES[path]
    assert PLACES[path].path == path
    if path.endswith("/"):
        assert read_path(f"{path}index.html") == PLACES[path]


@pytest.mark.parametrize(
    "path",
    [
        *("/media/", "/media/a.mp3", f"/media/{'0' * 32}.MP3", f"/media/{'0' * 32}/a.mp3"),
        *("", "atom.xml", "//", "/x", "/x/", "/atom.xml/", "/ATOM.xml", "/entry/", "/entry/a"),
        *("/entry/a/atom.xml", "/entry/a/b/", "/category/", "/category/a", "/category/atom.xml"),
        *(
            "/category/a/feeds.opml",
            "/category/a/feed.css",
            "/archive/",
            "/archive//",
            "/index.htm",
        ),
        *(
            "/archive/2024",
            "/archive/2024/feed.css",
            "/archive/2024/05/",
            "/category/a/b/",
            "/tag/a/",
        ),
        *(
            "/category/a/archive/",
            "/category/a/archive/2024/x/atom.xml",
            "/archive/2024/feeds.opml",
        ),
    ],
)
def test_other_paths_stand_for_nothing(path: str) -> None:
    assert read_path(path) is None


@given(st.lists(st.sampled_from(["", "archive", "category", "entry", "2024", "atom.xml", "a"])))
def test_no_two_paths_of_documents_stand_for_the_same_place_fuzz(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    place = read_path(path)
    assert place is None or place.path == path
