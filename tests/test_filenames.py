"""Filenames: what a path says of the article in it, as each generator reads it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.clean import clean_line
from feedsvc.readers.fields.filenames import find_day, find_language, read_name


@pytest.mark.parametrize(
    ("path", "title", "stem"),
    [
        ("my-first_post.md", "My first post", "my-first_post"),
        ("2013-05-06-title.md", "Title", "title"),
        ("2013-05-06 A title.md", "A title", "A title"),
        ("2013_5_6_title.html", "Title", "title"),
        ("20130506-title.md", "Title", "title"),
        ("2013-05-06T1530-title.md", "Title", "title"),
        ("2013-05-06.md", "2013 05 06", "2013-05-06"),
        ("2013-05-06-title.nl.md", "Title", "title"),
        ("a/title.html.md", "Title", "title"),
        ("a/My Title/index.md", "My Title", "My Title"),
        ("2013/05-06-a-b/index.nl.mdx", "05 06 a b", "05-06-a-b"),
        ("2013-05-06-a-b/README.md", "A b", "a-b"),
        ("index.md", "Index", "index"),
        ("v1.2-release.md", "V1.2 release", "v1.2-release"),
        ("2013-05-06th.md", "2013 05 06th", "2013-05-06th"),
        ("éa.md", "Éa", "éa"),
        ("-.md", "", "-"),
        (".md", "", ""),
    ],
)
def test_name_of_a_file_is_a_title_without_its_date(path: str, title: str, stem: str) -> None:
    name = read_name(path)
    assert (name.title, name.stem) == (title, stem)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2013-05-06-title.md", (2013, 5, 6)),
        ("blog/2013-5-6-title.md", (2013, 5, 6)),
        ("2018/07/27/slug.md", (2018, 7, 27)),
        ("2018/07/27-slug/index.md", (2018, 7, 27)),
        ("2018/07-27/slug.md", (2018, 7, 27)),
        ("2018-07-27-slug/index.md", (2018, 7, 27)),
        ("2018/07/27/2019-01-02-slug.md", (2019, 1, 2)),
        ("2018/07/27/2019-13-02-slug.md", (2018, 7, 27)),
        ("20180727-slug.md", (2018, 7, 27)),
        ("20180727.md", (2018, 7, 27)),
        ("/2018/07/27/", (2018, 7, 27)),
    ],
)
def test_day_is_the_last_that_the_path_names(path: str, day: tuple[int, int, int]) -> None:
    assert find_day(path) == date(*day) == read_name(path).day


@pytest.mark.parametrize(
    "path",
    [
        *("title.md", "2018/07/slug.md", "2018/slug.md", "2018-02-30-x.md", "a2018-07-27.md"),
        *("123456789.md", "20181327-x.md", "30180727.md", "v2018-07-27-x.md", "0000-00-00.md"),
        *("2018-07-271-x.md", "0312-01-10-x.md", "9999-12-31-x.md"),
    ],
)
def test_path_without_a_day_names_none(path: str) -> None:
    assert find_day(path) is None


@pytest.mark.parametrize(
    ("path", "jekylls", "posted"),
    [
        ("_posts/2013-05-06-title.md", True, True),
        ("2013-05-06-title.md", True, False),
        ("_recipes/title.md", True, False),
        ("source/_posts/title.md", True, False),
        ("content/posts/2013-05-06-title.md", False, False),
        ("posts/title.md", False, False),
        ("2018/07/27/slug.md", False, False),
        ("a//b.md", False, False),
    ],
)
def test_path_tells_which_generator_names_the_article(
    path: str, jekylls: bool, posted: bool
) -> None:
    name = read_name(path)
    assert (name.jekylls, name.posted) == (jekylls, posted)


@pytest.mark.parametrize(
    ("path", "sections"),
    [
        ("title.md", ()),
        ("a/b/title.md", ("a", "b")),
        ("a/title/index.md", ("a",)),
        ("site/content/a/title.md", ("a",)),
        ("a/_posts/2013-05-06-title.md", ("a",)),
    ],
)
def test_folders_are_sections(path: str, sections: tuple[str, ...]) -> None:
    assert read_name(path).sections == sections


@pytest.mark.parametrize(
    ("path", "categories"),
    [
        ("movies/horror/_posts/2013-05-06-title.md", ("movies", "horror")),
        ("_posts/movies/2013-05-06-title.md", ()),
        ("movies/2013-05-06-title.md", ()),
        ("movies/_posts/title.md", ()),
        ("src/movies/_posts/2013-05-06-title.md", ("movies",)),
    ],
)
def test_folders_above_jekylls_posts_are_categories(path: str, categories: tuple[str, ...]) -> None:
    assert read_name(path).categories == categories


def test_language_is_that_before_the_suffix() -> None:
    assert find_language("a/b.pt-BR.md") == "pt-BR"
    assert find_language("a/b.xx.md") is None
    assert find_language("nl/b.md") is None


@given(st.text("ab0123456789-_./ é") | st.text(min_size=1))
def test_any_path_has_a_name_fuzz(path: str) -> None:
    name = read_name(path)
    assert name.title == clean_line(name.title)
    assert name.stem in name.whole
    assert name.whole in path
    assert name.day == find_day(path)


def test_long_path_is_read_at_once() -> None:
    for path in ("2018-07-27-" * 10**4, "2018/" * 10**4, "-" * 10**5, ".md" * 10**4):
        assert read_name(path).whole is not None
