"""Assembly: what no field says is taken from the content, then from the path; and all is told."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.clean import clean_line, clean_url
from feedsvc.errors import ArticleError, MediumRefused
from feedsvc.model import Enclosure, Person, Picture, Reading, Selection
from feedsvc.readers.assembly import assemble
from feedsvc.readers.fields import Field
from feedsvc.readers.lines import Notes
from feedsvc.settings import Settings

DEFAULTS = Settings(
    folder="/", url="http://a/", title="T", description="D", database="/x", author=Person("A")
)
SITE = "https://b.org/s/"
TEXT = "<p>A <b>paragraph</b>.</p>"


def find(reference: str) -> Enclosure:
    """Find every file but those that are gone."""
    if "gone" in reference:
        raise MediumRefused("no such file", repr(reference))
    type = "audio/mpeg" if reference.endswith("mp3") else "image/jpeg"
    return Enclosure(f"http://a/media/{reference.strip('/')}", type, 9)


def read(
    given: dict[str, Any] | None = None,
    content: str = TEXT,
    path: str = "a.md",
    settings: dict[str, Any] | None = None,
    **options: Any,
) -> Reading:
    fields = [
        Field(line, name, value) for line, (name, value) in enumerate((given or {}).items(), 2)
    ]
    configured = replace(DEFAULTS, **(settings or {}))
    return assemble(path, fields, content, configured, find, Notes(path), **options)


def tell(reading: Reading) -> list[str]:
    return [f"{rule.line}: {rule.field}: {rule.what}: {rule.why}" for rule in reading.rules]


def findings(reading: Reading) -> list[str]:
    return [str(finding) for finding in reading.findings]


def refuse(*arguments: Any, **options: Any) -> str:
    with pytest.raises(ArticleError) as caught:
        read(*arguments, **options)
    return str(caught.value)


def test_fields_and_content_are_an_article() -> None:
    reading = read(
        {
            "title": "A title",
            "date": "2024-05-01T10:00:00Z",
            "updated": "2024-05-02T10:00:00Z",
            "url": "https://b.org/a/",
            "author": "Jan",
            "tags": ["Sport"],
            "lang": "nl",
            "id": "tag:b.org,2024:a",
            "unlisted": True,
        },
        '<p>A <b>paragraph</b> <img src="../cat.webp?x" alt="A cat">.</p><script>x</script>',
    )
    article = reading.article
    assert article.title == "A title"
    assert article.published == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert article.updated == datetime(2024, 5, 2, 10, tzinfo=UTC)
    assert (article.url, article.id) == ("https://b.org/a/", "tag:b.org,2024:a")
    assert (article.authors, article.categories) == ((Person("Jan"),), ("Sport",))
    assert article.content == (
        '<p>A <b>paragraph</b> <img src="https://b.org/cat.webp?x" alt="A cat">.</p>'
    )
    assert article.summary == "A paragraph ."
    assert article.image == Picture("https://b.org/cat.webp?x", "A cat", "image/webp")
    assert article.language == "nl"
    assert reading.selection == Selection(unlisted=True)
    assert reading.findings == ()


def test_title_is_the_fields_then_that_of_the_text_then_that_of_the_name() -> None:
    assert read({"title": "A"}, title="B", path="c.md").article.title == "A"
    said = read(title=" B  b ", path="c.md")
    assert said.article.title == "B b"
    assert "1: title: B b: from the text" in tell(said)
    named = read(path="2024-05-01-c-d.nl.md", title="\u200b")
    assert named.article.title == "C d"
    assert "1: title: C d: from the file name" in tell(named)
    assert refuse(path="-.md") == "-.md:1: title: missing: and the file's name shows none"


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("2018-07-27-slug.md", {}),
        ("2018/07/27/slug.md", {"date": ""}),
        ("slug.md", {"path": "2018/07/27/slug.md"}),
        ("slug.md", {"path": "/2018/07/27/slug/"}),
        ("slug.md", {"slug": "2018/07/27/slug"}),
        ("slug.md", {"permalink": "/2018/07/27/slug.html"}),
        ("slug.md", {"url": "https://b.org/2018/07/27/slug"}),
        ("2018-07-27-slug.md", {"url": "https://b.org/2019/01/02/slug"}),
    ],
)
def test_date_that_no_field_has_is_that_of_a_path(path: str, given: dict[str, Any]) -> None:
    settings = {"timezone": "Europe/Amsterdam", "default_time": time(9)}
    reading = read(given, path=path, settings=settings)
    assert reading.article.published == datetime(2018, 7, 27, 7, tzinfo=UTC)
    assert any("1: published: 2018-07-27T09:00:00+02:00: from " in rule for rule in tell(reading))


def test_date_of_a_field_comes_before_that_of_the_path() -> None:
    reading = read({"date": "2024-05-01"}, path="2018-07-27-slug.md")
    assert reading.article.published == datetime(2024, 5, 1, 12, tzinfo=UTC)
    assert "published: 2018" not in " ".join(tell(reading))


def test_article_without_a_date_is_told() -> None:
    missing = "a.md:1: published: missing: it gets the time it was first seen"
    assert findings(read()) == [missing]


def test_edit_before_the_date_of_the_path_is_told() -> None:
    reading = read({"lastmod": "2018-07-26"}, path="2018-07-27-slug.md")
    assert findings(reading)[0].startswith("2018-07-27-slug.md:2: lastmod: before the publication")


@pytest.mark.parametrize(
    ("given", "options", "base"),
    [
        ({"url": "https://c.org/x/y"}, {}, "https://c.org/x/"),
        ({}, {}, "http://a/p/q/"),
        ({}, {"settings": {"site_url": SITE}}, f"{SITE}p/q/"),
        ({"permalink": "/x/"}, {"settings": {"site_url": SITE}}, f"{SITE}x/"),
        ({}, {"settings": {"site_url": SITE, "permalink": "/z/:slug/"}}, f"{SITE}z/a/"),
        ({"url": "https://c.org/x/y"}, {"base": "https://d.org/e/f"}, "https://d.org/e/"),
    ],
)
def test_references_are_against_the_base_or_where_the_article_stands(
    given: dict[str, Any], options: dict[str, Any], base: str
) -> None:
    reading = read(given, '<p><a href="z">x</a></p>', "p/q/a.md", title="A", **options)
    assert reading.article.content == f'<p><a href="{base}z">x</a></p>'
    assert (
        read(content='<p><a href="z">x</a></p>').article.content
        == '<p><a href="http://a/z">x</a></p>'
    )


def test_line_of_a_reference_is_told() -> None:
    reading = read({"date": "2024-05-01"}, '<img src="gone.jpg">', where=lambda reference: 7)
    assert findings(reading)[0].startswith("a.md:7: text: no such file: 'gone.jpg'")


@pytest.mark.parametrize(
    ("given", "lead", "content", "summary"),
    [
        ({"summary": "S  s"}, "<p>L</p>", TEXT, "S s"),
        ({"summary": "<p>S &amp; <i>s</i></p><p>t</p>"}, "", TEXT, "S & s t"),
        ({"summary": "1 < 2 & 3"}, "", TEXT, "1 < 2 & 3"),
        ({"summary": "<script>x</script>"}, "", TEXT, "A paragraph."),
        ({}, "<p>L</p>\n<ul><li>l</li></ul>", TEXT, "L l"),
        ({}, "<img src='cat.jpg'>", TEXT, "A paragraph."),
        ({}, "", TEXT, "A paragraph."),
        ({}, "", "<img src='cat.jpg'>", ""),
    ],
)
def test_summary_is_the_fields_then_the_leads_then_the_first_paragraph(
    given: dict[str, Any], lead: str, content: str, summary: str
) -> None:
    assert read(given, content, lead=lead).article.summary == summary


def test_article_of_nothing_but_a_summary_has_it_for_its_text() -> None:
    article = read({"summary": "A & b"}, "").article
    assert (article.content, article.summary) == ("<p>A &amp; b</p>", "A & b")
    article = read({"summary": "S", "url": "https://b.org/"}, "").article
    assert (article.content, article.summary) == ("", "S")


def test_image_is_the_fields_then_the_first_of_the_text() -> None:
    content = '<p><img src="cat.jpg" alt="A cat"></p>'
    assert read({}, content).article.image == Picture(
        "http://a/media/cat.jpg", "A cat", "image/jpeg"
    )
    assert read({"cover": "dog.jpg"}, content).article.image == Picture(
        "http://a/media/dog.jpg", "", "image/jpeg"
    )


def test_enclosures_are_the_fields_then_those_of_the_text_each_once() -> None:
    content = '<audio src="b.mp3"></audio><audio src="c.mp3"></audio>'
    reading = read({"audio": ["a.mp3", {"file": "c.mp3", "title": "C"}]}, content)
    assert reading.article.enclosures == (
        Enclosure("http://a/media/a.mp3", "audio/mpeg", 9),
        Enclosure("http://a/media/c.mp3", "audio/mpeg", 9, "C"),
        Enclosure("http://a/media/b.mp3", "audio/mpeg", 9),
    )


@pytest.mark.parametrize("content", ["", " ", "<p> </p>", "<script>x</script>", "<!-- x -->"])
def test_article_of_nothing_is_refused(content: str) -> None:
    assert refuse({"title": "A"}, content) == "a.md:1: text: missing: and no URL to point at"
    derived = {"site_url": SITE, "permalink": "/:title/"}
    assert refuse({"title": "A"}, content, settings=derived).endswith("no URL to point at")
    for shown in ({"url": "https://b.org/"}, {"image": "a.jpg"}, {"audio": "a.mp3"}):
        assert read(shown, content).article.content == ""


def test_field_that_cannot_be_used_refuses_the_article_unless_that_is_lenient() -> None:
    assert refuse({"date": "soon"}).startswith("a.md:2: date: not a date: 'soon'")
    reading = read({"date": "soon"}, lenient=True)
    assert findings(reading)[1].startswith("a.md:2: date: not a date: 'soon'")


@pytest.mark.parametrize(
    ("given", "path", "url"),
    [
        ({}, "_posts/2024-05-01-My-post.md", f"{SITE}2024/05/01/my-post/"),
        ({"slug": "x"}, "_posts/2024-05-01-a.md", f"{SITE}2024/05/01/x/"),
        ({"slug": "/p/x/"}, "a/2024-05-01-a.md", f"{SITE}2024/05/01/p-x/"),
        ({"title": "A b", "date": "2024-05-01"}, "content/posts/a.md", f"{SITE}2024/05/01/a-b/"),
        ({"title": "A b", "path": "2024/05/01/a.md"}, "c.md", f"{SITE}2024/05/01/a-b/"),
        ({"url": "https://c.org/"}, "_posts/2024-05-01-a.md", "https://c.org/"),
        ({"permalink": "/x/"}, "_posts/2024-05-01-a.md", f"{SITE}x/"),
        ({"permalink": "/:year/x.html"}, "_posts/2024-05-01-a.md", f"{SITE}2024/x.html"),
        ({"permalink": "{{ x }}"}, "_posts/2024-05-01-a.md", f"{SITE}2024/05/01/a/"),
        ({"date": "2024-05-01T23:00:00-08:00", "slug": "a"}, "a.md", f"{SITE}2024/05/01/a/"),
    ],
)
def test_url_is_the_articles_then_its_permalink(given: dict[str, Any], path: str, url: str) -> None:
    settings = {"site_url": SITE, "permalink": "/:year/:month/:day/:slug/"}
    reading = read(given, path=path, settings=settings)
    assert reading.article.url == url


def test_permalink_is_told_with_whose_it_is() -> None:
    settings = {"site_url": SITE, "permalink": "/:slug/"}
    assert f"1: url: {SITE}a/: by the permalink /:slug/, as Jekyll makes it" in tell(
        read(path="2024-05-01-a.md", settings=settings)
    )
    assert f"1: url: {SITE}b/: by the permalink /:slug/, as Hugo makes it" in tell(
        read({"title": "B"}, path="a.md", settings=settings)
    )


@pytest.mark.parametrize(
    ("given", "site", "finding"),
    [
        ({}, SITE, "a.md:1: url: no permalink: the article has no date for :year; it gets a page"),
        ({"permalink": "/:x/"}, SITE, "a.md:2: url: unknown placeholder: :x; known are"),
        ({"permalink": "/x/"}, "", "a.md:2: url: of no site: /x/; it gets a page here until"),
        ({"permalink": "/:title/"}, "", "a.md:2: url: of no site: /:title/; it gets a page here"),
        ({"date": "2024-05-01", "slug": "a" * 3000}, SITE, "a.md:1: url: too long: "),
    ],
)
def test_article_that_has_no_permalink_gets_a_page_here(
    given: dict[str, Any], site: str, finding: str
) -> None:
    settings = {"site_url": site, "permalink": "/:year/:slug/" if site else ""}
    reading = read(given, settings=settings)
    assert reading.article.url is None
    assert any(told.startswith(finding) for told in findings(reading)), findings(reading)


@pytest.mark.parametrize(
    ("given", "path", "slug"),
    [
        ({"slug": "my-slug"}, "a.md", "my-slug"),
        ({"slug": "/p/my-slug/"}, "a.md", "my-slug"),
        ({"permalink": "/p/b.html"}, "a.md", "b"),
        ({"path": "2024/05/01/b.md"}, "a.md", "b"),
        ({}, "b/index.md", "b"),
        ({}, "2024-05-01-b/index.nl.md", "b"),
        ({}, "2024-05-01-b.md", ""),
        ({}, "a.md", ""),
        ({"slug": "/"}, "a.md", ""),
    ],
)
def test_page_is_named_by_what_the_article_says(
    given: dict[str, Any], path: str, slug: str
) -> None:
    assert read(given, path=path).slug == slug


def test_folders_above_jekylls_posts_are_categories_told() -> None:
    path = "movies/_posts/2024-05-01-a.md"
    settings = {"site_url": SITE, "permalink": "pretty"}
    given = {"categories": "horror Movies", "tags": "x"}
    reading = read(given, path=path, settings=settings)
    assert reading.article.categories == ("movies", "horror", "x")
    assert reading.article.url == f"{SITE}movies/horror/2024/05/01/a/"
    assert "1: category: movies: from the path, as Jekyll does" in tell(reading)


def test_rules_of_reader_fields_and_path_come_in_the_order_of_the_lines() -> None:
    notes = Notes("2024-05-01-a.md")
    notes.tell(9, "text", "last")
    reading = assemble(notes.path, [Field(3, "x", 1)], TEXT, DEFAULTS, find, notes)
    assert [rule.line for rule in reading.rules] == [1, 1, 3, 9]


def try_to_read(*arguments: Any, **options: Any) -> Reading | ArticleError:
    try:
        return read(*arguments, **options)
    except ArticleError as fault:
        return fault


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "title",
                "date",
                "url",
                "slug",
                "permalink",
                "path",
                "summary",
                "cover",
                "audio",
                "tags",
            ]
        ),
        st.text() | st.sampled_from(["/:title/", "a.jpg", "2024-05-01", "/2024/05/01/x/", "<b>&"]),
        max_size=5,
    ),
    st.text() | st.text("<>/pimg src='=&;!-"),
    st.sampled_from(
        ["a.md", "2024-05-01-a.md", "p/_posts/2024-05-01-b.md", "content/x y/index.md"]
    ),
    st.sampled_from(["", SITE]),
)
def test_anything_is_assembled_or_refused_fuzz(
    given: dict[str, Any], content: str, path: str, site: str
) -> None:
    settings = {"site_url": site, "permalink": "/:year/:title/" if site else ""}
    reading = try_to_read(given, content, path, settings, lead=content, title=content)
    if isinstance(reading, ArticleError):
        assert "\n" not in str(reading)
        return
    article = reading.article
    assert article.title == clean_line(article.title) != ""
    assert article.summary == clean_line(article.summary)
    assert article.url is None or clean_url(article.url) == article.url
    for finding in (*reading.findings, *reading.rules):
        assert finding.path == path
        assert "\n" not in str(finding)
