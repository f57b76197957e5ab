"""Metadata: each way in which pages say a thing is read, and the most trusted one wins, told."""

import pytest

from feedsvc.model import Article, Person, Picture
from tests.reading import read_article, read_source, rules

TEXT = "<p>The tide was late, and nobody in the town had asked it why. It came at nine.</p>"


LATE = "Late tide"
URL = "https://a.example/tide"


def page(head: str, body: str = TEXT, html: str = "") -> str:
    return f"<!doctype html>\n<html{html}><head>\n{head}</head>\n<body>{body}</body></html>"


def read(head: str, body: str = TEXT, html: str = "") -> Article:
    return read_article(page(head, body, html))


def meta(name: str, content: str, attribute: str = "name") -> str:
    return f'<meta {attribute}="{content}" content="x">'.replace(
        f'"{content}" content="x"', f'"{name}" content="{content}"'
    )


SALT = meta("og:site_name", "Salt", "property")
OG_URL = meta("og:url", URL, "property")


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Late tide</title>", TEXT, LATE),
        ("<title>Late  \n tide </title>", TEXT, LATE),
        ("<title>x</title>" + meta("og:title", "Late tide", "property"), TEXT, LATE),
        ("<title>x</title>" + meta("twitter:title", LATE), TEXT, LATE),
        ("<title>x</title>" + meta("citation_title", LATE), TEXT, LATE),
        ("<title>x</title>" + meta("DC.title", LATE), TEXT, LATE),
        ("<title>x</title>", "<h1>Late <b>tide</b></h1>" + TEXT, LATE),
        ("", "<h1>Late tide</h1>" + TEXT, LATE),
        ("<title>x</title>", f"<div class=h-entry><p class=p-name>Late tide</p>{TEXT}", LATE),
        ("<title>x</title>", f"<div class=hentry><b class=entry-title>Late tide</b>{TEXT}", LATE),
        (
            "<title>x</title>",
            f'<div itemscope itemtype="https://schema.org/Article"><b itemprop="headline">Late tide'
            f"</b>{TEXT}</div>",
            "Late tide",
        ),
        # What the site is called isn't the article's.
        ("<title>Late tide | Salt</title>" + SALT, TEXT, LATE),
        ("<title>Late tide - SALT</title>" + meta("application-name", "Salt"), TEXT, LATE),
        ("<title>Salt: Late tide</title>" + SALT, TEXT, LATE),
        ("<title>Salt</title>" + SALT, TEXT, "Salt"),
        ("<title>Basalt</title>" + meta("og:site_name", "salt", "property"), TEXT, "Basalt"),
        ("<title>Salty tide</title>" + SALT, TEXT, "Salty tide"),
        ("<title>Late tide – Salt</title>", "<h2>Late tide</h2>" + TEXT, LATE),
        (
            "<title>Salt » Archive » Late tide</title>",
            "<h1>Salt</h1><h2>Late tide</h2>" + TEXT,
            LATE,
        ),
        (
            "<title>Late tide: a story - Salt</title>",
            "<h1>Late tide: a story</h1>" + TEXT,
            "Late tide: a story",
        ),
        ("<title>Late tide - Salt</title>", "<h1>One</h1><h1>Two</h1>" + TEXT, "Late tide - Salt"),
        (
            "<title>Late tide - Salt and sand</title>",
            "<h1>Salt and sand</h1><main><h1>Late tide</h1>" + TEXT,
            LATE,
        ),
        ("<title>x</title>", "<h1>Late tide <button>Copy</button></h1>" + TEXT, LATE),
        ("<title>Late tide</title>", "<header role=banner><h1>Salt</h1></header>" + TEXT, LATE),
        ("<title>x</title>", "<h1>Late tide <a href='#a'>¶</a></h1>" + TEXT, LATE),
    ],
)
def test_title_is_found(head: str, body: str, title: str) -> None:
    assert read(head, body).title == title


def test_title_that_nothing_says_is_that_of_the_file() -> None:
    assert read_article(page(""), "notes/late-tide.nl.html").title == "Late tide"
    assert read_article(page(""), "late-tide.htm").title == "Late tide"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (meta("article:published_time", "2024-05-01T10:00:00Z", "property"), TEXT),
        (meta("date", "2024-05-01T10:00:00Z"), TEXT),
        (meta("DC.date.issued", "2024-05-01T10:00Z"), TEXT),
        (meta("citation_publication_date", "2024/05/01 10:00 UTC"), TEXT),
        (meta("parsely-pub-date", "1714557600"), TEXT),
        ("", f"<article><time datetime='2024-05-01T10:00Z'>1 May</time>{TEXT}</article>"),
        (
            "",
            f"<article><time pubdate datetime='2024-05-01T10:00Z'>x</time>{TEXT}"
            "<time datetime='2020-01-01'>x</time></article>",
        ),
        ("", f"<p class=h-entry><i class=dt-published>2024-05-01T10:00Z</i>{TEXT}"),
        ("", f"<div class=hentry><abbr class=published title='2024-05-01T10:00Z'>x</abbr>{TEXT}"),
        ("", f"<p itemprop=datePublished content='2024-05-01T10:00Z'>x{TEXT}"),
        (
            "",
            f"<div itemscope itemtype='http://schema.org/WebPage'>"
            f"<meta itemprop=datePublished content='2024-05-01T10:00Z'>{TEXT}</div>",
        ),
    ],
)
def test_date_is_found(head: str, body: str) -> None:
    published = read(f"<title>T</title>{head}", body).published
    assert published
    assert published.isoformat() == "2024-05-01T10:00:00+00:00"


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{TEXT}<time datetime='2020-01-01'>x</time><time datetime='2021-01-01'>x</time>",
        f"<article>{TEXT}<aside><time datetime='2020-01-01'>x</time></aside></article>",
        f"<article>{TEXT}<p class=comment><time datetime='2020-01-01'>x</time></article>",
        f"<div itemscope itemtype='http://schema.org/Event'><i itemprop=datePublished>2020-01-01"
        f"</i></div><article>{TEXT}</article>",
        f"<article>{TEXT}<time datetime='tomorrow'>x</time></article>",
    ],
)
def test_date_of_something_else_is_not_taken(body: str) -> None:
    assert read("<title>T</title>", body).published is None


def test_more_trusted_date_wins_and_the_other_is_told() -> None:
    head = (
        "<title>T</title>\n"
        + meta("date", "2020-01-01")
        + "\n"
        + meta("article:published_time", "2024-05-01T10:00:00Z", "property")
        + "\n"
        + meta("pubdate", "2024-05-01T12:00:00+02:00")
    )
    reading = read_source(page(head))
    assert reading.article.published
    assert reading.article.published.year == 2024
    told = [rule for rule in rules(reading) if "not used" in rule]
    assert told == [
        "4: date: not used: '2020-01-01': Open Graph in line 5 is trusted more than meta"
    ]


def test_date_that_cannot_be_one_is_told_and_the_next_taken() -> None:
    head = (
        "<title>T</title>"
        + meta("article:published_time", "yesterday", "property")
        + meta("date", "0000-00-00")
        + meta("pubdate", "2024-05-01")
    )
    reading = read_source(page(head))
    assert reading.article.published
    assert reading.article.published.year == 2024
    assert any("not used: not a date: 'yesterday'" in rule for rule in rules(reading))


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (meta("article:modified_time", "2024-05-02T10:00:00Z", "property"), TEXT),
        (meta("og:updated_time", "2024-05-02T10:00:00Z", "property"), TEXT),
        (meta("last-modified", "Thu, 02 May 2024 10:00:00 GMT", "http-equiv"), TEXT),
        (meta("dcterms.modified", "2024-05-02T10:00Z"), TEXT),
        ("", f"<div class=hentry><i class=updated>2024-05-02T10:00Z</i>{TEXT}"),
        (
            "",
            f"<div class=h-entry><time class=dt-updated datetime='2024-05-02T10:00Z'></time>{TEXT}",
        ),
        ("", f"<i itemprop=dateModified datetime='2024-05-02T10:00Z'>x</i>{TEXT}"),
    ],
)
def test_date_of_the_last_change_is_found(head: str, body: str) -> None:
    updated = read(f"<title>T</title>{head}", body).updated
    assert updated
    assert updated.isoformat() == "2024-05-02T10:00:00+00:00"


@pytest.mark.parametrize(
    ("head", "body", "people"),
    [
        (meta("author", "By Jan Jansen"), TEXT, [Person("Jan Jansen")]),
        (meta("authors", "Jan; Piet"), TEXT, [Person("Jan"), Person("Piet")]),
        (
            meta("citation_author", "Jan") + meta("citation_author", "Piet"),
            TEXT,
            [Person("Jan"), Person("Piet")],
        ),
        (meta("DC.creator", "Jan"), TEXT, [Person("Jan")]),
        (meta("article:author", "Jan", "property"), TEXT, [Person("Jan")]),
        (meta("article:author", "https://fb.example/jan", "property"), TEXT, []),
        (meta("article:author", "Jan", "property") + meta("author", "Piet"), TEXT, [Person("Jan")]),
        (
            "",
            f"<a rel='author' href='https://a.example/jan'>Jan</a>{TEXT}",
            [Person("Jan", url="https://a.example/jan")],
        ),
        ("", f"<a rel='author' href='/jan'>Jan</a>{TEXT}", [Person("Jan")]),
        ("", f"<footer><a rel='author' href='/jan'>Jan</a></footer><a rel=author> </a>{TEXT}", []),
        (
            "",
            f"<div class=h-entry><a class='p-author h-card' href='/'>Jan</a>{TEXT}<p class=h-cite>"
            "<i class=p-author>Piet</i></div>",
            [Person("Jan")],
        ),
        (
            "",
            f"<div class=hentry><p class='author vcard'><a class=fn>Jan</a></p>{TEXT}",
            [Person("Jan")],
        ),
        (
            "",
            "<p itemprop=author itemscope><i itemprop=name>Jan</i>"
            f"<a itemprop=url href='https://a.example/jan'>x</a></p>{TEXT}",
            [Person("Jan", url="https://a.example/jan")],
        ),
        ("", f"<p itemprop=author>Jan</p>{TEXT}", [Person("Jan")]),
        ("<meta itemprop=author content=Jan>", TEXT, [Person("Jan")]),
    ],
)
def test_authors_are_found(head: str, body: str, people: list[Person]) -> None:
    assert read(f"<title>T</title>{head}", body).authors == tuple(people)


@pytest.mark.parametrize(
    ("head", "body", "categories"),
    [
        (
            meta("article:section", "Sea", "property") + meta("article:tag", "tide", "property"),
            TEXT,
            ("Sea", "tide"),
        ),
        (meta("category", "Sea") + meta("tags", "tide, late"), TEXT, ("Sea", "tide", "late")),
        (meta("keywords", "tide, late"), TEXT, ("tide", "late")),
        (
            meta("keywords", "tide, late") + meta("article:section", "Sea", "property"),
            TEXT,
            ("Sea",),
        ),
        (meta("DC.subject", "Sea"), TEXT, ("Sea",)),
        (
            "",
            f"<article>{TEXT}<a rel=tag href='/t'>Sea</a><a rel='nofollow tag'>tide</a></article>",
            ("Sea", "tide"),
        ),
        ("", f"<article>{TEXT}</article><aside><a rel=tag>Sea</a></aside>", ()),
        ("", f"<article>{TEXT}<nav><a rel=tag>Sea</a></nav></article>", ()),
        (
            "",
            f"<div class=h-entry>{TEXT}<a class=p-category>Sea</a>, <a class=p-category>tide</a>",
            ("Sea", "tide"),
        ),
        ("", f"<article class=hentry>{TEXT}<a rel=tag>Sea</a></article>", ("Sea",)),
        (
            "",
            f"<p itemprop=articleSection>Sea</p><meta itemprop=keywords content='a,b'>{TEXT}",
            ("Sea",),
        ),
        ("", f"<meta itemprop=keywords content='a,b'>{TEXT}", ("a", "b")),
    ],
)
def test_categories_are_found(head: str, body: str, categories: tuple[str, ...]) -> None:
    assert read(f"<title>T</title>{head}", body).categories == categories


@pytest.mark.parametrize(
    ("head", "body", "url"),
    [
        ('<link rel="canonical" href="https://a.example/tide">', TEXT, URL),
        (OG_URL, TEXT, URL),
        ("", f"<div class=h-entry>{TEXT}<a class=u-url href='https://a.example/tide'>x</a>", URL),
        (
            '<link rel="alternate canonical" href="https://a.example/tide">'
            + meta("og:url", "https://b.example/", "property"),
            TEXT,
            URL,
        ),
        ("<!-- saved from url=(0024)https://a.example/tide -->", TEXT, URL),
        (
            "<!-- Page saved with SingleFile \n url: https://a.example/tide \n saved date: x -->",
            TEXT,
            URL,
        ),
        (
            "<!-- Mirrored from a.example/tide by HTTrack Website Copier/3.x [XR&CO'2014] -->",
            TEXT,
            "http://a.example/tide",
        ),
        (meta("savepage-url", URL), TEXT, URL),
        ("<!-- saved from url=(0014)about:internet -->", TEXT, None),
        (meta("savepage-url", "file:///C:/tide.html"), TEXT, None),
        (
            "<!-- saved from url=(0024)https://a.example/tide?u=1 -->"
            "<link rel=canonical href='/tide'>",
            TEXT,
            URL,
        ),
        # The front page of a site is no article's address, where another is known.
        (
            "<!-- saved from url=(0024)https://a.example/tide -->"
            "<link rel=canonical href='https://a.example/'>",
            TEXT,
            URL,
        ),
        ("<link rel=canonical href='https://a.example/'>", TEXT, "https://a.example/"),
        ("<link rel=canonical href='tide.html'>", TEXT, None),
        ("<link rel=canonical href='file:///C:/tide.html'>", TEXT, None),
        ("<link rel=canonical href='https://[a'>" + OG_URL, TEXT, URL),
    ],
)
def test_address_is_found(head: str, body: str, url: str | None) -> None:
    assert read(f"<title>T</title>{head}", body).url == url


def test_address_of_a_scrapbook_is_found() -> None:
    html = ' data-scrapbook-source="https://a.example/tide"'
    assert read("<title>T</title>", html=html).url == "https://a.example/tide"


@pytest.mark.parametrize(
    ("html", "head", "language"),
    [
        (' lang="nl"', "", "nl"),
        (' xml:lang="nl-BE"', "", "nl-BE"),
        (' lang="nl"', meta("og:locale", "en_US", "property"), "nl"),
        (' lang="wat is dit"', meta("og:locale", "en_US", "property"), "en-US"),
        ("", meta("content-language", "nl", "http-equiv"), "nl"),
        ("", meta("DC.language", "nl"), "nl"),
        ("", "<i itemprop=inLanguage>nl</i>", "nl"),
        ("", "", None),
    ],
)
def test_language_is_found(html: str, head: str, language: str | None) -> None:
    assert read(f"<title>T</title>{head}", html=html).language == language


def test_locale_of_the_same_language_says_nothing_else() -> None:
    head = "<title>T</title>" + meta("og:locale", "nl_NL", "property")
    assert not any("not used" in rule for rule in rules(read_source(page(head, html=" lang=nl"))))


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (meta("og:image", "https://a.example/a.png", "property"), TEXT),
        (meta("twitter:image", "https://a.example/a.png"), TEXT),
        ("<link rel=image_src href='https://a.example/a.png'>", TEXT),
        (
            "<link rel=canonical href='https://a.example/b/'>"
            + meta("og:image", "/a.png", "property"),
            TEXT,
        ),
        ("", f"<div class=h-entry><img class=u-photo src='https://a.example/a.png'>{TEXT}"),
        ("", f"<img itemprop=image src='https://a.example/a.png'>{TEXT}"),
    ],
)
def test_image_is_found(head: str, body: str) -> None:
    assert read(f"<title>T</title>{head}", body).image == Picture(
        "https://a.example/a.png", "", "image/png"
    )


def test_image_says_what_it_shows() -> None:
    head = meta("og:image", "https://a.example/a.png", "property")
    head += meta("og:image:alt", "A sea", "property")
    assert read(f"<title>T</title>{head}").image == Picture(
        "https://a.example/a.png", "A sea", "image/png"
    )


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (meta("description", "Late."), TEXT),
        (meta("og:description", "Late.", "property") + meta("description", "Else."), TEXT),
        (meta("dcterms.description", "Late."), TEXT),
        (meta("summary", "Late."), TEXT),
        ("", f"<div class=h-entry><p class=p-summary>Late.</p>{TEXT}"),
        ("", f"<meta itemprop=description content='Late.'>{TEXT}"),
    ],
)
def test_summary_is_found(head: str, body: str) -> None:
    assert read(f"<title>T</title>{head}", body).summary == "Late."


def test_page_of_a_pelican_folder_is_read_as_pelican_reads_it() -> None:
    head = "<title>Late tide</title>" + "".join(
        meta(name, content)
        for name, content in {
            "date": "2012-07-09 22:28",
            "modified": "2012-07-10 20:14",
            "tags": "tide, sea",
            "category": "Yeah",
            "slug": "my-tide",
            "authors": "Alexis; Conan",
            "summary": "Short.",
            "status": "draft",
        }.items()
    )
    reading = read_source(page(head))
    article = reading.article
    assert article.title == "Late tide"
    assert article.categories == ("tide", "sea", "Yeah")
    assert [person.name for person in article.authors] == ["Alexis", "Conan"]
    assert article.summary == "Short."
    assert article.published
    assert article.published.isoformat() == "2012-07-09T22:28:00+00:00"
    assert reading.selection.draft
    assert reading.slug == "my-tide"


def test_values_of_data_and_of_people_without_a_name_are_read() -> None:
    body = f"<article class=h-entry>{TEXT}<data class=p-category value=x>Sea</data></article>"
    assert read("<title>T</title>", body).categories == ("Sea",)
    body = f"<data itemprop=datePublished value='2024-05-01'>x</data>{TEXT}"
    assert read("<title>T</title>", body).published
