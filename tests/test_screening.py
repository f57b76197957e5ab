"""Screening: what no person wrote to be read as an article is refused, with what to do."""

import pytest

from tests.reading import read_article, refuse

TEXT = "<p>The tide was late, and nobody in the town had asked it why.</p>"
REMEDY = "leave it out with the setting `exclude`"


@pytest.mark.parametrize(
    "page",
    [
        "<title>{{ page.title }}</title>" + TEXT,
        "<title>{% block title %}x{% endblock %}</title>" + TEXT,
        "<title><%= title %></title>" + TEXT,
        '<html lang="{{ site.lang }}"><title>x</title>' + TEXT,
        '<title>x</title><link rel="canonical" href="{{ url }}">' + TEXT,
        '<title>x</title><meta name="description" content="{{ description }}">' + TEXT,
        "{% extends 'base.html' %}<title>x</title>" + TEXT,
        "<title>x</title>{% for post in posts %}" + TEXT + "{% endfor %}",
        "{%- include nav.html -%}" + TEXT,
    ],
)
def test_template_is_refused(page: str) -> None:
    fault = refuse(page)
    assert "text: not an article: it has" in fault
    assert fault.endswith(f"a template for another program; {REMEDY}")


@pytest.mark.parametrize(
    "page",
    [
        "<title>Liquid</title><p>Write</p><pre>{% for post in posts %}</pre>" + TEXT,
        "<title>Liquid</title><p>Write <code>{% if a %}</code> and <code>{{ a }}</code>." + TEXT,
        "<title>Braces</title><p>Write {{ a }}, or {% a %}.</p>" + TEXT,
        "<title>x</title><script>{% if a %}</script>" + TEXT,
        "<title>5 % of {x}</title>" + TEXT,
    ],
)
def test_article_about_templates_is_read(page: str) -> None:
    assert read_article(page).title


def test_page_that_leads_on_is_refused() -> None:
    page = '<title>x</title>\n<meta http-equiv="refresh" content="0; url=/a/"><a href="/a/">x</a>'
    assert refuse(page) == f"2: text: not an article: it leads on ('0; url=/a/'); {REMEDY}"
    for stays in ('content="600"', 'content="600; url=/a/"'):
        page = f'<title>x</title><meta http-equiv="refresh" {stays}>{TEXT * 9}'
        assert read_article(page).title == "x"


def test_frames_are_refused() -> None:
    page = "<title>x</title>\n<frameset><frame src='a.html'></frameset>"
    assert refuse(page).startswith("2: text: not an article: its text is in other files")


@pytest.mark.parametrize(
    "entry",
    [
        f"<article><h2><a href='/a'>One</a></h2>{TEXT}</article>",
        f"<article><h1>One</h1>{TEXT}</article>",
        f"<div class='h-entry'><h3 class='p-name'>One</h3>{TEXT}</div>",
        f"<div class='hentry'><h2>One</h2>{TEXT}</div>",
    ],
)
def test_list_of_articles_is_refused(entry: str) -> None:
    fault = refuse(f"<title>x</title>\n<main>{entry * 3}</main>")
    assert fault == f"2: text: not an article: it is a list of 3 of them, 'One' the first; {REMEDY}"
    assert read_article(f"<title>x</title><main>{entry * 2}</main>")


def test_list_that_says_so_is_refused() -> None:
    linked = '<script type="application/ld+json">{"@type": "CollectionPage"}</script>'
    fault = refuse(f"<title>x</title>\n{linked}{TEXT}")
    assert fault.startswith("2: text: not an article: it says that it is a list of them")


def test_article_above_a_list_of_others_is_read() -> None:
    others = "<article><h2>Other</h2></article>" * 3
    page = f"<article><h1>One</h1>{TEXT}</article>{others}"
    assert "The tide" in read_article(f"<title>One</title>{page}").content
    linked = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
    page = f"<article><h2>One</h2>{TEXT}</article>{others}"
    assert "The tide" in read_article(f"<title>One</title>{linked}{page}").content


@pytest.mark.parametrize(
    "page",
    [
        *("", "   ", "<title>x</title>", "<title>x</title><nav>A</nav>", "<p></p>"),
        "<title>x</title><body><noscript>Please enable JavaScript.</noscript><div id=root></div>",
        '<title>x</title><link rel="canonical" href="https://a.example/b"><div id="app"></div>',
    ],
)
def test_page_without_text_is_refused(page: str) -> None:
    why = "the page has no text of an article; what scripts would load isn't saved with it"
    assert refuse(page) == f"1: text: missing: {why}"
