"""The sieve: what is left out of a folder, by which rule, and what the settings say otherwise."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.listing import Listing
from feedsvc.manifest import MANIFEST
from feedsvc.rules import EXCLUDED, EXPORTED, HIDDEN, INDEX, PARTS, ROBOTS, TOOLS, VISITORS
from feedsvc.settings import load_settings
from feedsvc.sieve import Area, Sieve, is_index, list_parts, make_sieve

NOWHERE = "/nowhere"


def known(name: str) -> bool:
    """Whether there will be a reader for a file some day."""
    return name.endswith((".txt", ".md", ".html", ".htm", ".json", ".xml", ".HTML"))


def sift(sieve: Sieve, area: Area, *names: str, full: tuple[str, ...] = ()) -> dict[str, str]:
    """What is left out of an area with these names, where articles are in the `full` folders."""
    listing = Listing(NOWHERE, area.path, dict.fromkeys(names))
    return sieve.sift(sieve.survey(area, listing), listing, known, lambda name: name in full)


def look(*names: str, full: tuple[str, ...] = (), top: bool = False) -> dict[str, str]:
    return sift(Sieve(), Area(path="x/", top=top), *names, full=full)


def enter(sieve: Sieve, area: Area, name: str, *names: str) -> Area:
    """Enter a folder in an area that holds these names besides."""
    listing = Listing(NOWHERE, area.path, dict.fromkeys([name, *names]))
    return sieve.enter(sieve.survey(area, listing), name, listing)


# Names


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("README.md", "README"),
        ("README-nl.md", "README"),
        ("READMEFIRST.txt", "README"),
        ("readme.html", "README"),
        ("Readme.nl.txt", "README"),
        ("LICENSE.txt", "LICENSE"),
        ("LICENSE-MIT.txt", "LICENSE"),
        ("Licence.md", "LICENSE"),
        ("CHANGELOG.md", "CHANGELOG"),
        ("Contributing.md", "CONTRIBUTING"),
        ("CODE_OF_CONDUCT.md", "CODE_OF_CONDUCT"),
        ("code-of-conduct.md", "CODE_OF_CONDUCT"),
        ("TODO.txt", "TODO"),
        ("_index.md", INDEX),
        ("_index.nl.md", INDEX),
        ("404.html", VISITORS),
        ("404.md", VISITORS),
        ("search.html", VISITORS),
        ("robots.txt", ROBOTS),
        ("sitemap-2024.xml", ROBOTS),
        ("package.json", TOOLS),
        ("tsconfig.node.json", TOOLS),
        ("requirements-dev.txt", TOOLS),
        (".hidden.md", HIDDEN),
        (".md", HIDDEN),
        (".git/", HIDDEN),
        ("_drafts/", "_drafts/"),
        ("_site/", "_site/"),
        ("node_modules/", "node_modules/"),
    ],
)
def test_rule_has_its_names(name: str, rule: str) -> None:
    assert look(name, "a.md") == {name: rule}
    assert sift(Sieve(exclude=["z"]), Area(path="x/"), name, "a.md") == {name: rule}
    assert Sieve().is_usual(name) == (name[-1] == "/" and name[0] != ".")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "todo-lists-that-work.md",
            "license-plates.md",
            "Changelogs.md",
            "readmes.md",
            "TODay.md",
        ),
        *("4040.md", "search.md", "research.html", "robots.md", "indexes.md", "_indexes.md"),
        *("my_index.md", "feed.xml", "posts.json", "_posts/", "drafts/", "site/", "_notes/", "a/"),
        *("README.md/", "index.html/"),
    ],
)
def test_other_names_are_articles(name: str) -> None:
    assert look(name, "a.md") == {}


def test_what_no_reader_reads_is_no_decision() -> None:
    assert look("README", "LICENSE", "README.rst", "404.php", "index.php", "_index.scss") == {}


def test_what_is_our_own_is_left_out_and_not_told() -> None:
    told: list[tuple[str, str]] = []
    sieve = Sieve(listen=lambda path, rule: told.append((path, rule)))
    for name, rule in sift(sieve, Area(), ".feedsvc/", ".git/", ".x.md").items():
        sieve.leave(name, rule)
    assert told == [(".git/", HIDDEN), (".x.md", HIDDEN)]
    assert sieve.counts == {HIDDEN: 2}


# Pages of folders


def test_page_of_a_folder_that_holds_more_is_no_article() -> None:
    assert look("index.md", "a.md") == {"index.md": INDEX}
    assert look("index.html", "index.nl.html", "a/", "b/", full=("b/",)) == {
        "index.html": INDEX,
        "index.nl.html": INDEX,
    }


def test_page_of_a_folder_with_nothing_but_pictures_is_an_article() -> None:
    assert look("index.md", "index.nl.md", "a.jpg", "images/", "README.md", "_drafts/") == {
        "README.md": "README",
        "_drafts/": "_drafts/",
    }
    assert look("index.html", "index_files/", full=("index_files/",)) == {"index_files/": PARTS}


def test_page_of_all_is_no_article() -> None:
    assert look("index.md", "a.jpg", top=True) == {"index.md": INDEX}


@pytest.mark.parametrize(
    "name", ["index.md", "index.nl.md", "index.pt-BR.html", "index.zh-Hant.md"]
)
def test_page_of_a_folder_is_told_by_its_name(name: str) -> None:
    assert is_index(name)


@pytest.mark.parametrize("name", ["index", "Index.md", "a-index.md", "index.old.md", "index.md/"])
def test_other_names_are_no_pages_of_folders(name: str) -> None:
    assert not is_index(name)


# Saved pages


def test_parts_of_a_saved_page_are_no_articles() -> None:
    names = ("A page.html", "A page_files/", "b.htm", "b_files/", "c.md", "c_files/", "d_files/")
    assert look(*names) == {"A page_files/": PARTS, "b_files/": PARTS}
    assert list_parts("x/A page.html") == ["x/A page_files/"]
    assert list_parts("x/a.md") == []


# Settings


def test_what_exclude_matches_is_left_out_and_include_does_not_help() -> None:
    sieve = Sieve(include=["a*"], exclude=["a.md", "b/", "/x/c.*", "!c.txt"])
    left = sift(sieve, Area(path="x/"), "a.md", "b/", "c.md", "c.txt", "d.md", "b.md", "a.css")
    assert left == dict.fromkeys(["a.md", "b/", "c.md"], EXCLUDED) | {}


def test_include_brings_back_what_a_rule_leaves_out() -> None:
    sieve = Sieve(include=["README.md", "_drafts/", "index.md", "/x/*_files/"])
    names = ("README.md", "README.txt", "_drafts/", "_data/", "index.md", "a.html", "a_files/")
    assert sift(sieve, Area(path="x/"), *names) == {"README.txt": "README", "_data/": "_data/"}
    assert sift(sieve, Area(path="x/", top=True), "index.md") == {}


def test_include_brings_back_nothing_hidden() -> None:
    sieve = Sieve(include=[".a.md", ".b/", "**"])
    assert sift(sieve, Area(), ".a.md", ".b/", "README.md") == {".a.md": HIDDEN, ".b/": HIDDEN}


def test_folder_on_the_way_to_what_is_included_holds_only_that() -> None:
    sieve = Sieve(include=["_data/people/*.md", "_data/all/", "_site/**/keep.md"])
    assert sift(sieve, Area(), "_data/", "_site/", "_drafts/") == {"_drafts/": "_drafts/"}
    data = enter(sieve, Area(), "_data/")
    assert sift(sieve, data, "a.md", "people/", "other/", "all/") == {
        "a.md": "_data/",
        "other/": "_data/",
    }
    people = enter(sieve, data, "people/")
    assert sift(sieve, people, "a.md", "a.txt") == {"a.txt": "_data/"}
    wholly = enter(sieve, data, "all/")
    assert sift(sieve, wholly, "a.md", "README.md") == {"README.md": "README"}
    deep = enter(sieve, enter(sieve, Area(), "_site/"), "deep/")
    assert sift(sieve, deep, "keep.md", "other.md") == {"other.md": "_site/"}


def test_patterns_are_relative_to_the_folder_that_is_out_of_the_settings() -> None:
    sieve = Sieve(exclude=["/a.md", "/posts/b.md"], folders=("posts", "../notes"))
    posts, notes = map(sieve.begin, sieve.folders)
    assert (posts.path, posts.base, notes.path, notes.base) == (
        *("posts/", ""),
        *("../notes/", "../notes/"),
    )
    assert sift(sieve, posts, "a.md", "b.md") == {"b.md": EXCLUDED}
    assert sift(sieve, notes, "a.md", "b.md") == {"a.md": EXCLUDED}


def test_path_is_in_one_of_the_folders_or_in_none() -> None:
    sieve = Sieve(folders=(".", "../notes"))
    found = [sieve.begin_at(path) for path in ("a/b.md", "../notes/a.md", "../notes")]
    assert [area and area.path for area in found] == ["", "../notes/", "../notes/"]
    sieve = Sieve(folders=("posts",))
    assert sieve.begin_at("post/a.md") is None
    assert sieve.begin_at("posts") == Area("posts/", top=True)


def test_settings_make_a_sieve(tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path, environ={}, include=["README.md"], exclude=["b.md"], folders=["a"]
    )
    sieve = make_sieve(settings)
    assert sieve.folders == ("a",)
    assert sift(sieve, sieve.begin("a"), "README.md", "b.md") == {"b.md": EXCLUDED}


# Sites


def test_only_the_content_of_a_site_holds_articles() -> None:
    names = ("hugo.toml", "content/", "static/", "public/", "layouts/", "about.md", "notes/")
    left = sift(Sieve(), Area(), *names)
    assert left == dict.fromkeys(
        ["static/", "public/", "layouts/", "about.md", "notes/"], "Hugo site"
    )
    content = enter(Sieve(), Area(), "content/", "hugo.toml")
    assert sift(Sieve(), content, "a.md", "index.md", "_index.md", "b.txt", "c.json", "d/") == {
        "index.md": INDEX,
        "_index.md": INDEX,
        "b.txt": "Hugo site",
        "c.json": "Hugo site",
    }


def test_way_to_the_content_holds_nothing_else() -> None:
    root = Area(path="x/", site="Astro", ways=("src/content/", "src/data/"))
    src = enter(Sieve(), root, "src/")
    assert sift(Sieve(), src, "content/", "data/", "layouts/", "env.md") == {
        "layouts/": "Astro site",
        "env.md": "Astro site",
    }
    content = enter(Sieve(), src, "data/")
    assert (content.path, content.inside, content.top) == ("x/src/data/", True, True)


def test_folder_with_a_page_is_one_article_to_hugo() -> None:
    content = Area(path="content/", site="Hugo", inside=True, bundles=True)
    left = sift(Sieve(), content, "index.md", "index.nl.md", "more.md", "images/", "a.txt")
    assert left == dict.fromkeys(["more.md", "images/", "a.txt"], "Hugo site")
    post = enter(Sieve(), content, "post/")
    assert sift(Sieve(), post, "a.md", "b/", "index.txt") == {"index.txt": "Hugo site"}


def test_posts_and_collections_hold_the_articles_of_jekyll() -> None:
    sieve = Sieve()
    root = Area(site="Jekyll", posts=frozenset({"_posts/", "_data/"}), own=frozenset({"vendor/"}))
    left = sift(sieve, root, "_posts/", "_data/", "_pages/", "news/", "about.md", "vendor/")
    assert left == dict.fromkeys(["_pages/", "about.md", "vendor/"], "Jekyll site")
    news = enter(sieve, root, "news/")
    assert sift(sieve, news, "_posts/", "_x/", "a.md") == {
        "_x/": "Jekyll site",
        "a.md": "Jekyll site",
    }
    posts = enter(sieve, news, "_posts/")
    assert sift(sieve, posts, "a.md", "2024/", "_drafts/", "_x/") == {"_drafts/": "_drafts/"}


def test_pages_of_pelican_and_what_is_built_are_left_out() -> None:
    content = enter(Sieve(), Area(), "content/", "pelicanconf.py")
    assert sift(Sieve(), content, "a.md", "pages/", "images/") == {"pages/": "Pelican site"}
    deeper = enter(Sieve(), content, "news/")
    assert sift(Sieve(), deeper, "pages/") == {}
    root = sift(Sieve(), Area(), "pelicanconf.py", "output/", "a.md", "news/", "b.txt")
    assert root == {"output/": "Pelican site", "b.txt": "Pelican site"}


def test_what_is_included_of_a_site_is_as_any_other_folder() -> None:
    sieve = Sieve(include=["/notes/"])
    assert sift(sieve, Area(), "hugo.toml", "content/", "notes/", "static/") == {
        "static/": "Hugo site"
    }
    notes = enter(sieve, Area(), "notes/", "hugo.toml", "content/")
    assert notes == Area(path="notes/")


def test_what_an_export_wrote_is_no_article() -> None:
    sieve = Sieve(include=["/out/keep.md"])
    out = enter(sieve, Area(top=True), "out/")
    assert sift(sieve, out, MANIFEST, "index.html", "atom.xml", "entry/", "keep.md", "a.css") == {
        MANIFEST: HIDDEN
    } | dict.fromkeys(["index.html", "atom.xml", "entry/"], EXPORTED)
    home = sift(sieve, Area(top=True), MANIFEST, "a.md")
    assert home == {MANIFEST: HIDDEN}  # else there were no articles at all


def test_site_in_a_site_is_none() -> None:
    content = Area(path="content/", site="Hugo", inside=True, bundles=True)
    assert sift(Sieve(), content, "_config.yml", "a.md") == {}
    part = Area(path="_data/", part="_data/")
    assert sift(Sieve(include=["x"]), part, "_config.yml", "a.md") == {"a.md": "_data/"}


NAMES = st.sampled_from(
    (
        *("a.md", "index.md", "README.md", "_drafts/", "a/", ".x", "a.html", "a_files/"),
        *("hugo.toml", "content/", "_config.yml", "_posts/", "b.css", "index_files/", "404.html"),
    )
)


@given(st.sets(NAMES), st.lists(st.text(max_size=8), max_size=3), st.booleans())
def test_quick_look_decides_as_a_thorough_one_fuzz(
    names: set[str], paths: list[str], top: bool
) -> None:
    area = Area(path="x/", top=top)
    quick = sift(Sieve(), area, *names, full=("a/",))
    # A pattern that matches nothing here has every name asked about.
    thorough = sift(Sieve(exclude=["no such name"]), area, *names, full=("a/",))
    assert quick == thorough
    assert quick.keys() <= names
    assert all(rule for rule in quick.values())
