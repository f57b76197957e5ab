"""Linked data: what JSON-LD says of the article is read, however it says it, or told."""

import json

import pytest

from feedsvc.model import Article, Person, Picture
from tests.reading import read_article, read_source, rules

TEXT = "<p>The tide was late, and nobody in the town had asked it why.</p>"


def page(*linked: object, head: str = "") -> str:
    scripts = "".join(
        f'\n<script type="application/ld+json">{json.dumps(one)}</script>' for one in linked
    )
    return f"<html><head><title>Whole title</title>{head}{scripts}</head><body>{TEXT}"


def read(*linked: object, head: str = "") -> Article:
    return read_article(page(*linked, head=head))


def test_article_is_read_whole() -> None:
    article = read(
        {
            "@context": "https://schema.org",
            "@type": "BlogPosting",
            "headline": "Late tide",
            "datePublished": "2024-05-01T10:00:00+02:00",
            "dateModified": "2024-05-02",
            "author": {"@type": "Person", "name": "Jan", "url": "https://jan.example/"},
            "articleSection": "Sea",
            "keywords": "tide, late",
            "description": "It was late.",
            "image": {"@type": "ImageObject", "url": "https://a.example/a.jpg", "caption": "Sea"},
            "inLanguage": "nl",
            "mainEntityOfPage": {"@type": "WebPage", "@id": "https://a.example/tide"},
        }
    )
    assert article.title == "Late tide"
    assert article.published
    assert article.published.isoformat() == "2024-05-01T08:00:00+00:00"
    assert article.updated
    assert article.updated.isoformat() == "2024-05-02T12:00:00+00:00"
    assert article.authors == (Person("Jan", url="https://jan.example/"),)
    assert article.categories == ("Sea",)
    assert article.summary == "It was late."
    assert article.image == Picture("https://a.example/a.jpg", "Sea", "image/jpeg")
    assert article.language == "nl"
    assert article.url == "https://a.example/tide"


@pytest.mark.parametrize("type", ["NewsArticle", ["Thing", "Article"], "http://schema.org/Report"])
@pytest.mark.parametrize(
    "wrap", [lambda one: one, lambda one: [1, [one]], lambda o: {"@graph": [o]}]
)
def test_article_is_found_in_lists_and_graphs(type: object, wrap: object) -> None:
    node = {"@type": type, "headline": "Late tide"}
    assert callable(wrap)
    assert read(wrap(node)).title == "Late tide"


def test_nodes_of_other_types_say_nothing() -> None:
    article = read({"@type": "Organization", "name": "A"}, {"@type": 7, "name": "B"}, "C", None)
    assert article.title == "Whole title"


def test_article_comes_before_its_page() -> None:
    web = {"@type": "WebPage", "name": "Web", "datePublished": "2020-01-01"}
    assert read(web, {"@type": "Article", "name": "Late tide"}).title == "Late tide"
    assert read(web).title == "Web"


def test_of_several_articles_it_is_that_at_the_address_or_of_the_title() -> None:
    one = {"@type": "Article", "headline": "One", "url": "https://a.example/1"}
    two = {"@type": "Article", "headline": "Two", "@id": "https://a.example/2"}
    link = '<link rel="canonical" href="https://a.example/2">'
    assert read(one, two, head=link).title == "Two"
    assert read(one, {**two, "headline": "WHOLE title"}).title == "WHOLE title"
    assert read(one, two).title == "One"


def test_people_and_pictures_that_are_named_by_id_are_found() -> None:
    article = read(
        {
            "@graph": [
                {
                    "@type": "Article",
                    "author": [{"@id": "#jan"}, {"@id": "#no"}],
                    "image": {"@id": "#i"},
                },
                {"@id": "#jan", "@type": "Person", "name": "Jan"},
                {"@id": "#i", "@type": "ImageObject", "contentUrl": "https://a.example/a.png"},
            ]
        }
    )
    assert [person.name for person in article.authors] == ["Jan", "#no"]
    assert article.image == Picture("https://a.example/a.png", "", "image/png")


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Jan", ["Jan"]),
        (["Jan", {"name": "Piet"}], ["Jan", "Piet"]),
        ({"name": ["Jan"]}, ["Jan"]),
        ({"name": {"@value": "Jan"}}, ["Jan"]),
        ({"name": "Jan", "url": "/jan"}, ["Jan"]),
        ("https://jan.example/", []),
        ({"name": ""}, []),
        (7, ["7"]),
        (True, []),
        ({}, []),
    ],
)
def test_authors_have_names(author: object, names: list[str]) -> None:
    article = read({"@type": "Article", "author": author})
    assert [person.name for person in article.authors] == names


@pytest.mark.parametrize(
    "image",
    [
        "https://a.example/a.png",
        ["https://a.example/a.png", "https://a.example/b.png"],
        [{"url": "https://a.example/a.png"}],
        {"url": ["https://a.example/a.png"]},
        {"@id": "https://a.example/a.png"},
    ],
)
def test_image_is_the_first(image: object) -> None:
    article = read({"@type": "Article", "image": image})
    assert article.image == Picture("https://a.example/a.png", "", "image/png")


@pytest.mark.parametrize("keywords", ["a, b", ["a", "b"], [{"name": "a"}, {"name": "b"}], ["a,b"]])
def test_keywords_are_categories_where_there_are_no_others(keywords: object) -> None:
    assert read({"@type": "Article", "keywords": keywords}).categories == ("a", "b")
    assert read({"@type": "Article", "keywords": keywords, "articleSection": ["c"]}).categories == (
        "c",
    )


def test_more_keywords_than_an_article_has_are_for_search_engines() -> None:
    reading = read_source(page({"@type": "Article", "keywords": [f"k{n}" for n in range(11)]}))
    assert reading.article.categories == ()
    assert "2: keywords: not used: for search engines: 11 keywords" in rules(reading)


def test_text_that_was_escaped_twice_is_read_once() -> None:
    assert read({"@type": "Article", "headline": "Fish &amp; chips"}).title == "Fish & chips"


@pytest.mark.parametrize(
    "wrapped",
    [
        "<!-- {} -->",
        "//<![CDATA[\n{}\n//]]>",
        "/*<![CDATA[*/{}/*]]>*/;",
        "\n{}\n",
        "<![CDATA[{}]]>",
    ],
)
def test_what_is_written_around_json_is_left_out(wrapped: str) -> None:
    linked = wrapped.replace("{}", '{"@type": "Article", "headline": "Late\ttide"}')
    head = f'<title>x</title><script type="APPLICATION/LD+JSON">{linked}</script>'
    assert read_article(head + TEXT).title == "Late tide"


@pytest.mark.parametrize(
    "broken", ['{"@type": "Article",', "", "[" * 100_000, "1" * 5000, "{a: 1}"]
)
def test_broken_json_is_told_and_costs_nothing_else(broken: str) -> None:
    head = f'<title>x</title>\n<script type="application/ld+json">{broken}</script>'
    reading = read_source(head + TEXT)
    assert reading.article.title == "x"
    assert any(rule.startswith("2: JSON-LD: not used: can't be read: ") for rule in rules(reading))


def test_what_is_too_deep_or_too_much_is_not_looked_at() -> None:
    deep: object = {"@type": "Article", "headline": "Deep"}
    for _ in range(30):
        deep = {"a": deep}
    assert read(deep).title == "Whole title"
    many = [{"a": 1}] * 6000
    assert read(many, {"@type": "Article", "headline": "Late"}).title == "Whole title"
