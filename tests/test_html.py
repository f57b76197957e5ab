"""The pages for people: what they say, where they lead, and that they ask nobody for anything."""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from justhtml import JustHTML
from msgspec.structs import replace

from feedsvc.formats.html import MOST_LISTED, MOST_OFFERED, policy, render_entry
from feedsvc.formats.phrases import choose_phrases, list_languages
from feedsvc.model import (
    Article,
    Enclosure,
    Entry,
    Feed,
    Guide,
    Link,
    Person,
    Picture,
    Stamp,
    Window,
)
from tests.samples import render_page

ROOT = "https://feeds.example.org/"
FEED = Feed(
    root=ROOT,
    path="",
    title="Seeds & more",
    description="Nine <articles>",
    language="nl",
    author=Person("The editors"),
    timezone="Europe/Amsterdam",
    poll_minutes=15,
    content="full",
    rights="© The editors",
    facets=("category", "author", "language"),
)
FACET = replace(FEED, path="category/c-plus-plus/", title="Seeds: C++")
MAIN = Link("", "Seeds & more", "Seeds & more", ROOT, "nl")
MOMENT = datetime(2024, 5, 30, 23, 30, tzinfo=UTC)
FOREIGN = Picture("https://cdn.example.com/a%20tower.jpg", "A tower")
OWN = Picture(f"{ROOT}pictures/tower.jpg", "A tower")


def make_entry(title: str = "A title", **fields: Any) -> Entry:
    updated = fields.pop("updated", MOMENT)
    article = Article(**{"title": title, "content": "<p>All of it.</p>", **fields})
    return Entry("tag:1", MOMENT, updated, article.url or f"{ROOT}entry/a-title/", article)


def make_link(kind: str, label: str, language: str = "nl") -> Link:
    return Link(kind, label, f"Seeds: {label}", f"{ROOT}{kind}/{label.lower()}/", language)


class Page:
    """A page as its reader has it."""

    def __init__(self, body: bytes) -> None:
        self.document = JustHTML(body.decode(), strict=True, sanitize=False)

    def find(self, selector: str) -> list[Any]:
        return self.document.query(selector)

    def say(self, selector: str) -> list[str]:
        return [
            " ".join(one.to_text(separator="", strip=False).split()) for one in self.find(selector)
        ]

    def list(self, selector: str, name: str) -> list[str | None]:
        return [one.attrs.get(name) for one in self.find(selector)]


def open_page(window: Window | Feed = FEED, entries: Sequence[Entry] = ()) -> Page:
    if isinstance(window, Feed):
        window = Window(window, ())
    return Page(render_page(hold(window, entries), entries))


def hold(window: Window, entries: Sequence[Entry]) -> Window:
    """Return the window with the stamps of these entries."""
    return replace(
        window, stamps=tuple(Stamp(one.id, "", one.published, one.updated) for one in entries)
    )


def open_entry(entry: Entry, feed: Feed = FEED) -> Page:
    return Page(render_entry(Window(feed, ()), [entry]))


def open_archive(period: str, feed: Feed = FEED, **fields: Any) -> Page:
    return open_page(Window(feed, (), period=period, **fields), [make_entry()])


def test_page_says_what_the_feed_is() -> None:
    page = open_page()
    assert page.say("title") == page.say("h1") == ["Seeds & more"]
    assert page.say("h1 + p") == ["Nine <articles>"]
    assert page.list("meta[name=description]", "content") == ["Nine <articles>"]
    assert page.list("link[rel=canonical]", "href") == [ROOT]
    assert page.say("footer p")[-1] == "© The editors"
    assert [page.find("html")[0].attrs[name] for name in ("lang", "dir")] == ["nl", "ltr"]


def test_feed_without_rights_claims_none() -> None:
    assert len(open_page(replace(FEED, rights=None)).find("footer p")) == 1


def test_feed_without_entries_says_so() -> None:
    assert open_page().say("main > section")[-1].endswith("Nog geen artikelen.")


def test_page_offers_each_format_the_best_first() -> None:
    page = open_page(FACET)
    urls = [f"{FACET.url}{name}" for name in ("atom.xml", "rss.xml", "feed.json")]
    assert page.list(".subscribe input", "value") == page.say(".subscribe code") == urls
    assert page.say(".subscribe label") == ["Atom (aanbevolen)", "RSS", "JSON Feed"]
    assert page.list(".subscribe label", "for") == page.list(".subscribe input", "id")


def test_programs_find_this_feed_in_each_format_and_the_main_one() -> None:
    page = open_page(Window(FACET, (), guide=Guide((MAIN,))))
    types = [f"application/{name}" for name in ("atom+xml", "rss+xml", "feed+json", "atom+xml")]
    assert page.list("link[rel=alternate]", "type") == types
    assert page.list("link[rel=alternate]", "href") == [
        f"{FACET.url}atom.xml",
        f"{FACET.url}rss.xml",
        f"{FACET.url}feed.json",
        f"{ROOT}atom.xml",
    ]
    titles = page.list("link[rel=alternate]", "title")
    assert titles[0] == "Seeds: C++ (Atom)"
    assert len(set(titles)) == 4


@pytest.mark.parametrize(
    ("count", "offered"), [(MOST_OFFERED, MOST_OFFERED), (MOST_OFFERED + 1, 0)]
)
def test_programs_are_told_of_the_feeds_of_labels_while_they_are_few(
    count: int, offered: int
) -> None:
    links = [make_link("category", f"Label{number}") for number in range(count)]
    page = open_page(Window(FEED, (), guide=Guide((MAIN, *links))))
    assert len(page.find("link[rel=alternate]")) == 3 + offered


def test_page_links_to_the_list_of_all_feeds() -> None:
    assert open_page(FACET).list("footer a", "href") == [f"{ROOT}feeds.opml"]


def test_page_of_a_label_leads_back_to_the_main_feed() -> None:
    page = open_page(Window(FACET, (), guide=Guide((MAIN,))))
    assert page.list("header .up a", "href") == [ROOT]
    assert page.say("header .up a") == ["Seeds & more"]
    assert open_page(FACET).say("header .up a") == ["Nieuwste artikelen"]
    assert open_page().find("header .up") == []


def test_feeds_are_listed_by_kind_each_in_its_own_words() -> None:
    links = (
        make_link("category", "R&D"),
        make_link("category", "علوم"),
        make_link("author", "Ada"),
        make_link("language", "العربية", "ar"),
        make_link("language", "Nederlands", "nl"),
    )
    page = open_page(Window(FEED, (), guide=Guide((MAIN, *links))))
    assert page.say("body > nav h2") == ["Categorieën", "Auteurs", "Talen"]
    assert page.say("body > nav li") == [link.label for link in links]
    assert page.list("body > nav li a", "href") == [link.url for link in links]
    assert page.list("body > nav li", "dir") == ["auto", "auto", "auto", "rtl", "ltr"]
    assert page.list("body > nav li", "lang") == [None, None, None, "ar", "nl"]
    assert page.list("body > nav li a", "hreflang") == [None, None, None, "ar", None]


def test_list_of_feeds_tells_which_one_this_is() -> None:
    links = (make_link("category", "Other"), Link("category", "C++", "C++", FACET.url, "nl"))
    page = open_page(Window(FACET, (), guide=Guide((MAIN, *links))))
    assert page.list("body > nav a", "aria-current") == [None, "page"]


@pytest.mark.parametrize(("count", "folded"), [(MOST_LISTED, []), (500, ["Toon alle 500"])])
def test_long_list_is_folded(count: int, folded: list[str]) -> None:
    links = [make_link("category", f"Label{number}") for number in range(count)]
    page = open_page(Window(FEED, (), guide=Guide((MAIN, *links))))
    assert page.say("details > summary") == folded
    assert len(page.find("body > nav li")) == count


def test_newest_page_leads_back_in_time() -> None:
    page = open_page(Window(FACET, (), prev="2023", guide=Guide((MAIN,), ("2024", "2023"))))
    assert page.list("link[rel=prev]", "href") == [f"{FACET.url}archive/2023/"]
    assert page.list(".browse a", "href") == [f"{FACET.url}archive/2023/"]
    assert page.say(".browse a") == ["Ouder 2023"]
    assert page.list("body > nav a", "href") == [f"{FACET.url}archive/{y}/" for y in (2024, 2023)]
    assert page.find("link[rel=next]") == []


def test_archive_says_which_period_it_is_and_leads_both_ways() -> None:
    page = open_archive("2024-05", prev="2024-04", next="2024-06")
    assert page.say("title") == ["mei 2024 · Seeds & more"]
    assert page.say("main h2")[0] == "mei 2024"
    assert page.list("h1 a", "href") == [ROOT]
    assert page.list("link[rel=canonical]", "href") == [f"{ROOT}archive/2024-05/"]
    leads = [f"{ROOT}archive/2024-04/", f"{ROOT}archive/2024-06/"]
    assert page.list(".browse a", "href") == leads
    assert page.list("link[rel=prev]", "href") + page.list("link[rel=next]", "href") == leads
    assert page.say(".browse a") == ["Ouder april 2024", "Nieuwer juni 2024"]
    assert page.list(".browse", "aria-labelledby") == ["older newer"]


def test_last_archive_leads_on_to_the_newest_entries() -> None:
    page = open_archive("2024")
    assert page.list(".browse a", "href") == page.list("link[rel=next]", "href") == [ROOT]
    assert page.say(".browse a") == ["Nieuwste artikelen"]
    assert page.list(".browse", "aria-labelledby") == ["newer"]


def test_archive_lists_its_parts_and_what_it_is_part_of() -> None:
    page = open_archive("2024-05-30T14", guide=Guide((MAIN,), ("2024-05-30T1405",)))
    assert page.say(".trail a") == ["Nieuwste artikelen", "2024", "mei 2024", "30 mei 2024"]
    assert page.list(".trail a", "href")[1:] == [
        f"{ROOT}archive/{period}/" for period in ("2024", "2024-05", "2024-05-30")
    ]
    assert page.list("main section > nav li a", "href") == [
        *page.list(".trail a", "href"),
        f"{ROOT}archive/2024-05-30T1405/",
    ]
    assert page.find("body > nav") == []


def test_archive_can_be_subscribed_to_after_its_articles() -> None:
    names = [one.attrs.get("class") for one in open_archive("2024").find("main > *")]
    assert names == [None, "browse", "subscribe"]
    names = [one.attrs.get("class") for one in open_page(FEED, [make_entry()]).find("main > *")]
    assert names == ["subscribe", None]


def test_entry_is_listed_with_its_date_title_summary_and_labels() -> None:
    page = open_page(FEED, [make_entry("A < B", summary="In short.", categories=("C++", "R&D"))])
    assert page.say("article h3") == ["A < B"]
    assert page.list("article h3 a", "href") == [f"{ROOT}entry/a-title/"]
    assert page.say("article time") == ["31 mei 2024"]
    assert page.list("article time", "datetime") == ["2024-05-30T23:30:00+00:00"]
    assert page.say("article .body > p") == ["In short."]
    assert page.say("article .labels li") == ["C++", "R&D"]
    assert page.list("article .labels a", "href") == [
        f"{ROOT}category/c-plus-plus/",
        f"{ROOT}category/r-and-d/",
    ]
    assert "All of it." not in page.say("main")[0]


def test_entry_with_an_address_of_its_own_is_a_link_to_it() -> None:
    page = open_page(FEED, [make_entry(url="https://example.org/a")])
    assert page.list("article h3 a", "href") == ["https://example.org/a"]


def test_label_without_a_feed_is_no_link() -> None:
    page = open_page(replace(FEED, facets=()), [make_entry(categories=("C++",))])
    assert page.say("article .labels li") == ["C++"]
    assert page.find("article .labels a") == []


def test_entry_says_who_wrote_it_where_it_is_not_the_feeds_author() -> None:
    persons = (Person("Ada"), Person("سليم", url="https://example.org/s"))
    page = open_page(FEED, [make_entry(authors=persons), make_entry(authors=(FEED.author,))])
    assert page.say(".origin") == ["31 mei 2024 door Ada, سليم", "31 mei 2024"]
    assert page.list(".origin a", "href")[0] == f"{ROOT}author/ada/"


def test_author_without_a_feed_is_linked_to_where_they_are_found() -> None:
    persons = (Person("Ada"), Person("Grace", url="https://example.org/grace"))
    page = open_page(replace(FEED, facets=()), [make_entry(authors=persons)])
    assert page.list(".origin a", "href") == ["https://example.org/grace"]
    assert page.say(".origin bdi") == ["Ada"]


def test_entry_says_on_which_later_day_it_was_changed() -> None:
    days = [MOMENT.replace(minute=59), MOMENT.replace(month=6, day=2)]
    page = open_page(FEED, [make_entry(updated=day) for day in days])
    assert page.say(".origin") == ["31 mei 2024", "31 mei 2024 bijgewerkt op 3 juni 2024"]


def test_picture_of_this_site_is_shown() -> None:
    page = open_page(FEED, [make_entry(image=OWN)])
    assert page.list("article img", "src") == [OWN.url]
    assert page.list("article img", "alt") == ["A tower"]
    assert page.list("article img", "loading") == ["lazy"]


def test_picture_of_another_site_is_a_link() -> None:
    page = open_page(FEED, [make_entry(image=FOREIGN), make_entry(image=replace(FOREIGN, alt=""))])
    assert page.find("article img") == []
    assert page.list("article .aside a", "href") == [FOREIGN.url] * 2
    assert page.say("article .aside") == ["Afbeelding: A tower", "Afbeelding: a tower.jpg"]


def test_enclosures_are_links_with_type_and_size() -> None:
    files = (
        Enclosure(f"{ROOT}talk.mp3", "audio/mpeg", 34_567_890, "The talk"),
        Enclosure("https://cdn.example.com/my%20slides.pdf", "application/pdf"),
    )
    page = open_page(FEED, [make_entry(enclosures=files)])
    assert page.list(".files a", "href") == [file.url for file in files]
    assert page.say(".files li") == [
        "The talk (audio/mpeg, 35 MB)",
        "my slides.pdf (application/pdf)",
    ]


def test_entry_in_another_language_says_so_and_its_date_stays_in_the_pages() -> None:
    page = open_page(FEED, [make_entry("عنوان", language="ar", summary="نص", image=FOREIGN)])
    body = page.find("article .body")[0]
    assert (body.attrs["lang"], body.attrs["dir"]) == ("ar", "rtl")
    assert page.list(".aside", "lang") == ["nl"]
    assert page.list("article .body h3", "dir") == [None]
    assert page.say(".origin time") == ["31 mei 2024"]


def test_direction_of_an_entry_that_names_no_language_is_that_of_its_words() -> None:
    page = open_page(FEED, [make_entry("عنوان", summary="نص")])
    assert page.list("article h3", "dir") == page.list("article .body > p", "dir") == ["auto"]
    page = open_entry(make_entry("عنوان"))
    assert page.list("h1", "dir") == page.list(".text", "dir") == ["auto"]


@pytest.mark.parametrize("language", ["ar", "he", "fa"])
def test_page_of_a_right_to_left_language_runs_so(language: str) -> None:
    page = open_page(replace(FEED, language=language))
    assert page.list("html", "dir") == ["rtl"]
    assert set(page.list(".subscribe code", "dir")) == {"ltr"}


@pytest.mark.parametrize("language", list_languages())
def test_each_language_says_its_own_words_without_marking_them(language: str) -> None:
    links = (make_link("category", "C++"), make_link("author", "Ada"))
    window = Window(replace(FEED, language=language), (), prev="2023", guide=Guide((MAIN, *links)))
    page = open_page(window, [make_entry(authors=(Person("Ada"),))])
    assert page.say(".skip") == [choose_phrases(language).skip]
    assert page.list(f"body [lang={language}]", "lang") == []


def test_words_of_another_language_than_the_page_say_which() -> None:
    page = open_page(replace(FEED, language="fa"), [make_entry(authors=(Person("Ada"),))])
    assert page.say(".skip [lang=en][dir=ltr]") == ["Skip to the content"]
    assert page.list(".origin time", "lang") == [None]  # Persian has dates, if no phrases
    page = open_page(replace(FEED, language="arz"))
    assert open_page(replace(FEED, language="arz"), [make_entry()]).list("time", "lang") == ["en"]
    assert page.list("html", "dir") == ["rtl"]


def test_entry_page_holds_the_whole_text_and_is_its_permalink() -> None:
    entry = make_entry("A < B", summary="In short.", categories=("C++",), authors=(Person("Ada"),))
    page = open_entry(entry, replace(FEED, content="summary"))
    assert page.say("title") == ["A < B · Seeds & more"]
    assert page.say("h1") == ["A < B"]
    assert page.say(".text") == ["All of it."]
    assert page.list("meta[name=description]", "content") == ["In short."]
    assert page.list("link[rel=canonical]", "href") == [entry.url]
    assert page.list("header .up a", "href") == [ROOT]
    assert page.say(".origin") == ["31 mei 2024 door Ada"]
    assert page.list(".labels a", "href") == [f"{ROOT}category/c-plus-plus/"]
    assert page.list("link[rel=alternate]", "href")[0] == f"{ROOT}atom.xml"


def test_entry_page_without_a_text_has_the_summary() -> None:
    page = open_entry(make_entry(content="", summary="1 < 2"))
    assert page.say(".text p") == ["1 < 2"]
    assert open_entry(make_entry()).find("meta[name=description]") == []


def test_entry_page_in_another_language_says_so() -> None:
    article = open_entry(make_entry(language="ar")).find("article")[0]
    assert (article.attrs["lang"], article.attrs["dir"]) == ("ar", "rtl")


def test_entry_page_shows_a_picture_once() -> None:
    picture = replace(OWN, url=f"{ROOT}a?b&c")
    assert len(open_entry(make_entry(image=picture)).find("article img")) == 1
    content = f'<figure><img src="{ROOT}a?b&amp;c" alt="A tower"></figure>'
    assert len(open_entry(make_entry(image=picture, content=content)).find("article img")) == 1


def test_entry_page_has_links_in_place_of_the_images_of_others() -> None:
    content = f'<p>x</p><img src="{FOREIGN.url}" alt="A tower">'
    page = open_entry(make_entry(content=content))
    assert page.find("article img") == []
    assert page.list(".text a", "href") == [FOREIGN.url]


def test_entry_page_lists_its_attachments_under_a_heading() -> None:
    files = (Enclosure(f"{ROOT}talk.mp3", "audio/mpeg"),)
    page = open_entry(make_entry(enclosures=files, language="en"))
    assert page.say("article section h2") == ["Bijlagen"]
    assert page.list("article section h2", "lang") == ["nl"]
    assert page.list("article .files a", "href") == [files[0].url]


def test_headings_are_in_order() -> None:
    window = Window(FEED, (), prev="2023", guide=Guide((MAIN, make_link("author", "A")), ("2024",)))
    pages = [
        open_page(window, [make_entry()]),
        open_archive("2024"),
        open_entry(make_entry(enclosures=(Enclosure(f"{ROOT}a", "a/b"),))),
    ]
    for page in pages:
        levels = [int(one.name[1]) for one in page.find("h1, h2, h3")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_skip_link_leads_to_the_content() -> None:
    for page in (open_page(), open_archive("2024"), open_entry(make_entry())):
        target = page.find("#content")
        assert page.list(".skip", "href") == ["#content"]
        assert [one.attrs["tabindex"] for one in target] == ["-1"]


def test_every_name_that_a_landmark_refers_to_is_there_once() -> None:
    guide = Guide((MAIN, *(make_link(kind, "A") for kind in ("category", "author", "language"))))
    window = Window(FEED, (), prev="2023", guide=replace(guide, periods=("2024",)))
    for page in (open_page(window), open_archive("2024", guide=guide), open_entry(make_entry())):
        ids = page.list("[id]", "id")
        assert len(set(ids)) == len(ids)
        for names in page.list("[aria-labelledby]", "aria-labelledby"):
            assert names
            assert set(names.split()) <= set(ids)


def test_policy_allows_the_pages_own_style_and_no_script() -> None:
    (style,) = open_page().find("style")
    digest = base64.b64encode(hashlib.sha256(style.children[0].data.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in policy()
    assert "default-src 'none';" in policy()
    assert "img-src 'self' data:; media-src 'self';" in policy()
    assert "script" not in policy()


@pytest.mark.parametrize(
    ("icon", "logo", "shown"),
    [
        (None, None, None),
        (f"{ROOT}icon.png", None, f"{ROOT}icon.png"),
        (f"{ROOT}icon.png", f"{ROOT}logo.png", f"{ROOT}logo.png"),
        (f"{ROOT}icon.png", "https://cdn.example.com/logo.png", f"{ROOT}icon.png"),
        ("https://cdn.example.com/icon.png", None, None),
    ],
)
def test_page_shows_the_logo_or_icon_that_is_of_this_site(
    icon: str | None, logo: str | None, shown: str | None
) -> None:
    page = open_page(replace(FEED, icon=icon, logo=logo))
    assert page.list("header img", "src") == ([shown] if shown else [])


def test_browser_shows_the_icon_that_is_of_this_site() -> None:
    feed = replace(FEED, icon=f"{ROOT}icon.png")
    assert open_page(feed).list("link[rel=icon]", "href") == [f"{ROOT}icon.png"]


def test_page_asks_no_other_site_for_anything() -> None:
    feed = replace(FEED, icon=FOREIGN.url, logo=FOREIGN.url)
    entry = make_entry(image=FOREIGN, content=f'<img src="{FOREIGN.url}">')
    for page in (open_page(feed, [entry]), open_entry(entry, feed)):
        assert page.find("[src], [srcset], [style], script, object, link[rel=stylesheet]") == []
        (icon,) = page.list("link[rel=icon]", "href")
        assert icon
        assert icon.startswith("data:")
        assert "url(" not in page.find("style")[0].children[0].data


def test_page_without_an_icon_has_one_of_its_own() -> None:
    (icon,) = open_page().list("link[rel=icon]", "href")
    assert icon
    assert re.fullmatch(r"data:image/svg\+xml,[!-~]+", icon)


def test_same_values_same_bytes() -> None:
    entries = [make_entry(categories=("A", "B"))]
    window = hold(Window(FEED, (), prev="2023"), entries)
    assert render_page(window, entries) == render_page(window, entries)
