"""Sites: a generator's folder is known by its configuration, and where in it its content is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.listing import Listing
from feedsvc.sites import MARKS, Site, is_page, survey

BOTH = ("texts/nl/", "texts/en/")


def look(root: Path, *paths: str, **configuration: str) -> Site | None:
    """Survey a folder with these files; the `configuration` is what is in the first one."""
    for path in paths:
        place = root / path
        (place if path.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
        if not path.endswith("/"):
            place.write_text(configuration.get("says", ""))
    listing = Listing(str(root), "")
    return survey(listing, listing.read)


@pytest.mark.parametrize(
    ("paths", "name", "content"),
    [
        (["_config.yml", "_posts/"], "Jekyll", ()),
        (["_config.toml"], "Jekyll", ()),
        (["hugo.toml", "content/"], "Hugo", ("content/",)),
        (["hugo.yaml", "content/", "templates/"], "Hugo", ("content/",)),
        (["hugo.json"], "Hugo", ()),
        (["config.toml", "content/"], "Hugo", ("content/",)),
        (["config.yaml", "content/"], "Hugo", ("content/",)),
        (["config/_default/hugo.toml", "content/"], "Hugo", ("content/",)),
        (["config.toml", "content/", "templates/"], "Zola", ("content/",)),
        ([".eleventy.js"], "Eleventy", ()),
        (["eleventy.config.mjs"], "Eleventy", ()),
        (["pelicanconf.py", "content/"], "Pelican", ("content/",)),
        (["pelicanconf.py"], "Pelican", ()),
        (["astro.config.mjs", "src/content/", "src/pages/"], "Astro", ("src/content/",)),
        (["astro.config.ts", "src/pages/", "src/layouts/"], "Astro", ("src/pages/",)),
        (["astro.config.js"], "Astro", ()),
    ],
)
def test_site_is_known_and_where_its_content_is(
    tmp_path: Path, paths: list[str], name: str, content: tuple[str, ...]
) -> None:
    site = look(tmp_path, *paths)
    assert site is not None
    assert (site.name, site.content) == (name, content)
    assert site.bundles == (name in ("Hugo", "Zola"))
    assert (site.posts is None) == (name != "Jekyll")


@pytest.mark.parametrize(
    "paths",
    [
        ["config.toml"],
        ["config.toml", "templates/"],
        ["config/", "content/"],
        ["content/", "templates/"],
        ["package.json", "src/content/"],
        ["hugo.toml/"],
        ["x/_config.yml"],
    ],
)
def test_other_folders_are_no_sites(tmp_path: Path, paths: list[str]) -> None:
    assert look(tmp_path, *paths) is None


@pytest.mark.parametrize(
    ("mark", "says", "content"),
    [
        ("hugo.toml", "title = 'x'\ncontentDir = 'texts'", ("texts/",)),
        ("hugo.toml", "# contentDir = 'texts'\n  #contentDir = 'texts'", ("content/",)),
        ("hugo.toml", "contentDir = 'elsewhere'", ("content/",)),
        ("hugo.toml", "contentDir = '../texts'\nmycontentDir = 'texts'", ("content/",)),
        ("hugo.yaml", "nl:\n  contentDir: texts/nl\nen:\n  contentdir: \"texts/en\"", BOTH),
        ("hugo.json", '{"contentDir": "./texts/"}', ("texts/",)),
        ("eleventy.config.js", "return { dir: { input: 'texts' } }", ("texts/",)),
        ("eleventy.config.js", 'config.setInputDirectory("texts/nl");', ("texts/nl/",)),
        ("eleventy.config.js", 'dir: { input: "." }', ()),
        ("eleventy.config.js", '// input: "texts"', ()),
        ("pelicanconf.py", "PATH = 'texts'\nOUTPUT_PATH = 'content'", ("texts/",)),
        ("pelicanconf.py", "PATH = ''\nARTICLE_PATH = 'texts'", ("content/",)),
    ],
)  # fmt: skip
def test_configuration_may_name_the_content(
    tmp_path: Path, mark: str, says: str, content: tuple[str, ...]
) -> None:
    site = look(tmp_path, mark, "content/", "texts/nl/", "texts/en/", says=says)
    assert site is not None
    assert site.content == content


@pytest.mark.parametrize(
    ("paths", "says", "own"),
    [
        (["hugo.toml"], "publishDir = 'docs'", {"docs/", "public/", "layouts/", "themes/"}),
        (["eleventy.config.js"], "output: `x`, output: 'built'", {"_site/", "_includes/"}),
        (["eleventy.config.js"], "output: 'built'", {"built/", "_site/"}),
        (["pelicanconf.py"], "OUTPUT_PATH = '/var/www'", {"output/", "theme/", "pages/"}),
        (["astro.config.mjs"], "outDir: './built'", {"built/", "dist/"}),
    ],
)
def test_without_content_what_the_generator_keeps_is_known(
    tmp_path: Path, paths: list[str], says: str, own: set[str]
) -> None:
    site = look(tmp_path, *paths, says=says)
    assert site is not None
    assert site.own >= own


def test_pages_of_pelican_are_no_articles(tmp_path: Path) -> None:
    site = look(tmp_path, "pelicanconf.py", "content/pages/")
    assert site is not None
    assert site.pages == {"pages/"}
    assert not site.own


@pytest.mark.parametrize(
    "says",
    [
        "collections: [recipes, my_people]\ntitle: x",
        "collections:\n  recipes:\n    output: true\n\n  my_people: {}\ntitle: x",
        "title: x\ncollections:\n- recipes\n# more\n- my_people",
    ],
)
def test_collections_of_jekyll_hold_articles(tmp_path: Path, says: str) -> None:
    site = look(tmp_path, "_config.yml", says=says)
    assert site is not None
    assert site.posts is not None
    assert site.posts >= {"_posts/", "_recipes/", "_my_people/"}
    assert "_title/" not in site.posts


@given(st.text(), st.sampled_from(sorted(MARKS)))
def test_any_configuration_is_read_fuzz(text: str, mark: str) -> None:
    names = {mark, "content/", "templates/", "config/_default/"}
    for says in (text, f"contentDir={text}", f"collections:{text}", f"input: '{text}'"):
        site = survey(names, lambda name, says=says: says)  # type: ignore[misc]  # a default
        assert site is not None
        assert all(way in names for way in site.content)


@pytest.mark.parametrize("name", ["a.md", "a.MD", "a.nl.html", "a.mdx", "a.htm"])
def test_generators_make_pages_of_markdown_and_html(name: str) -> None:
    assert is_page(name)


@pytest.mark.parametrize("name", ["a.json", "a.xml", "a.txt", "a", ".md", "a.md.txt"])
def test_generators_make_no_pages_of_others(name: str) -> None:
    assert not is_page(name)
