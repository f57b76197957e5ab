"""Saved pages: the page that a browser or a program saved becomes the article that it shows."""

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import ArticleError
from feedsvc.readers import is_article
from tests.pages import DATA
from tests.reading import find_all, findings, read_article, read_source, refuse, rules

TEXT = "<p>The tide was late, and nobody in the town had asked it why. It came at nine.</p>"
SAVED = "<!-- saved from url=(0024)https://a.example/2024/tide -->"


def page(body: str, head: str = SAVED) -> str:
    return f"<html><head>{head}<title>Late tide</title></head><body><article>{TEXT}{body}</article>"


@pytest.mark.parametrize(
    "name", ["a.html", "b/a.htm", "a.XHTML", "a.xht", "a.mhtml", "a.MHT", "a.nl.html"]
)
def test_pages_are_articles(name: str) -> None:
    assert is_article(name)


def test_references_are_against_where_the_page_was() -> None:
    content = read_article(
        page('<a href="next">x</a><a href="/top">y</a><img src="a.png">')
    ).content
    assert 'href="https://a.example/2024/next"' in content
    assert 'href="https://a.example/top"' in content
    assert 'src="https://a.example/2024/a.png"' in content


@pytest.mark.parametrize("base", ["http://[sea]/", "//[", "http://[::1"])
def test_base_that_is_none_is_as_if_it_were_not_there(base: str) -> None:
    content = read_article(
        page('<a href="next">x</a><a href="//[/b">y</a>', f'{SAVED}<base href="{base}">')
    ).content
    assert 'href="https://a.example/2024/next"' in content
    assert "y" in content


def test_base_of_the_page_counts() -> None:
    for base in ("https://b.example/c/", "//b.example/c/"):
        head = f'{SAVED}<base href="{base}">'
        assert (
            'href="https://b.example/c/next"'
            in read_article(page('<a href="next">x</a>', head)).content
        )
    head = f'{SAVED}<base href="../c/">'
    assert (
        'href="https://a.example/c/next"'
        in read_article(page('<a href="next">x</a>', head)).content
    )
    head = '<base href="file:///C:/">'
    assert (
        'href="https://feeds.example/next"'
        in read_article(page('<a href="next">x</a>', head)).content
    )


def test_base_of_the_page_is_of_pictures_too_whatever_lies_beside() -> None:
    head = f'{SAVED}<base href="https://b.example/c/">'
    content = read_source(page('<img src="a.png">', head), find=find_all).article.content
    assert 'src="https://b.example/c/a.png"' in content


def test_page_from_nowhere_is_against_its_folder() -> None:
    content = read_article(page('<a href="next.html">x</a>', ""), "notes/tide.html").content
    assert 'href="https://feeds.example/notes/next.html"' in content


def test_files_that_a_browser_saved_beside_are_found() -> None:
    body = '<img src="./tide_files/a.png"><audio src="./tide_files/b.mp3"></audio>'
    article = read_source(page(body), find=find_all).article
    assert 'src="https://feeds.example/media/a.png"' in article.content
    assert article.enclosures[0].url == "https://feeds.example/media/b.mp3"
    assert article.image
    assert article.image.url == "https://feeds.example/media/a.png"


def test_slash_is_the_top_of_the_site_that_the_page_is_from() -> None:
    body = '<img src="/a.png" srcset="/a.png 1x, b.png 2x,/c.png 3x">'
    body += '<video poster="/d.png" src="/e.mp4">'
    content = read_source(page(body), find=find_all).article.content
    for name in ("a.png", "c.png", "d.png", "e.mp4"):
        assert f"https://a.example/{name}" in content
    assert "https://feeds.example/media/b.png 2x" in content


def test_slash_is_the_folder_where_the_page_is_from_nowhere() -> None:
    content = read_source(page('<img src="/a.png">', ""), find=find_all).article.content
    assert "https://feeds.example/media/a.png" in content


def test_finding_has_the_line_of_the_reference() -> None:
    body = '\n<img src="a.png">\n<img srcset="b.png 1x, c.png 2x">\n<a href="javascript:x">y</a>'
    found = findings(read_source(page(body)))
    assert any(one.startswith("2: text: no such file: 'a.png'") for one in found)
    assert any(one.startswith("3: text: no such file: 'c.png'") for one in found)
    assert any(one.startswith("4: text: ") for one in found)


def test_direction_of_the_text_is_kept() -> None:
    source = f'<html dir="RTL"><title>T</title><body><article>{TEXT}</article>'
    assert read_article(source).content.startswith('<div dir="rtl">')
    source = f'<html dir="ltr"><title>T</title><body><article>{TEXT}</article>'
    assert read_article(source).content == TEXT


def test_element_that_means_something_is_kept_around_the_text() -> None:
    items = "".join(f"<li>{'Some words, and more of them. ' * 9}</li>" for _ in range(9))
    source = f'<title>T</title><div><a href="/">x</a></div><ol itemprop="articleBody">{items}</ol>'
    assert read_article(source).content.startswith("<ol>")


def test_picture_alone_is_an_article() -> None:
    source = '<title>T</title><article><h1>T</h1><img src="https://a.example/a.png"></article>'
    assert read_article(source).content == '<img src="https://a.example/a.png" alt="">'


def test_what_cannot_be_used_costs_only_itself() -> None:
    source = page("", SAVED + '<meta name="author" content="x (http://[)">').replace(
        "<html", "<html lang='??'"
    )
    reading = read_source(source)
    assert reading.article.title == "Late tide"
    assert any(rule.startswith("1: lang: not used") for rule in rules(reading))


def test_nothing_that_does_something_is_left() -> None:
    body = (
        '<script>x()</script><p onclick="x()">a</p><a href="javascript:x()">b</a><object data="x">'
        "<form action='/x'>c</form><style>d</style>"
    )
    content = read_article(page(body)).content
    for word in ("script", "onclick", "form", "style", "object"):
        assert word not in content


HARD = {
    "deep": "<div>" * 100_000 + TEXT,
    "deep and closed": "<div>" * 100_000 + TEXT + "</div>" * 100_000,
    "misnested": "<b><p>" * 20_000 + "x",
    "tables": "<table><tr><td>" * 5_000 + TEXT,
    "long": f"<article>{TEXT * 40_000}</article>",
    "named": '<div class="share">' * 500 + TEXT * 500 + "</div>" * 500,
    "bylines": "<article>" + '<div class="byline">' * 400 + "x <br>" * 10_000,
    "times": f"<article>{TEXT}" + "<time class=date datetime=2020-01-01>x</time>" * 10_000,
    "noscripts": f"<p>{TEXT}" + "<img><noscript><img src=a></noscript>" * 5_000,
    "JSON": '<script type="application/ld+json">' + "[" * 100_000 + "</script>" + TEXT,
    "comments": "<!-- saved from url=(1)http://x -->" * 20_000 + TEXT,
    "headings": "<h2>a x</h2>" * 10_000 + TEXT,
}


@pytest.mark.parametrize("name", HARD)
def test_hard_page_is_read_or_refused_in_time(name: str) -> None:
    with suppress(ArticleError):
        read_source(f"<title>T</title>{HARD[name]}")


PIECES = st.sampled_from(
    [
        *("<article>", "</article>", "<div class='h-entry'>", "</div>", "<h1>", "</h1>", "<p>"),
        *("<nav>", "</nav>", "<noscript>", "<img data-src=a.png>", "<base href='//b/'>", "<table>"),
        *("<time datetime='2020-01-01'>", "<a rel='author tag' href='/'>", "text, more text. "),
        *("<meta property='og:title' content='x'>", "<link rel=canonical href='http://a/b'>"),
        *(
            "<script type='application/ld+json'>",
            '{"@type": "Article", "author": [{}]}',
            "</script>",
        ),
        *(
            "<title>",
            "</title>",
            "<body>",
            "<html lang=x dir=rtl>",
            "<!-- ",
            "-->",
            "\0",
            "é",
            "{%",
        ),
        *("<i itemprop='author'>", "<b itemscope itemtype='x/Article'>", "<aside>", "<footer>"),
    ]
)


@given(st.lists(PIECES, max_size=30))
def test_fuzz_of_tags_ends_in_an_article_or_a_refusal(pieces: list[str]) -> None:
    with suppress(ArticleError):
        assert read_article("".join(pieces)).title


@given(st.binary(max_size=200))
def test_fuzz_of_bytes_ends_in_an_article_or_a_refusal(data: bytes) -> None:
    for source in (data, b"<title>x</title><p>y" + data, b"\xff\xfe" + data, b"<?xml" + data):
        with suppress(ArticleError):
            assert read_article(source).title


SITES = sorted(path.read_bytes() for path in (DATA / "sites").glob("*.html"))


@given(st.sampled_from(SITES), st.integers(0), st.integers(0, 60), st.binary(max_size=20))
def test_fuzz_of_real_frames_ends_in_an_article_or_a_refusal(
    site: bytes, at: int, length: int, put: bytes
) -> None:
    at %= len(site)
    source = site.replace(b"{{", b"").replace(b"}}", b"")
    with suppress(ArticleError):
        assert read_article(source[:at] + put + source[at + length :]).title


def test_parser_is_loaded_for_the_first_page_only() -> None:
    code = "import sys, feedsvc.readers; sys.exit('turbohtml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_file_of_nothing_is_refused() -> None:
    assert refuse(b"").startswith("1: text: missing")
