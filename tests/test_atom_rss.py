"""Atom and RSS: what a window becomes, by the schema and by feedparser."""

import html
from calendar import timegm
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from feedsvc.facets import locate
from feedsvc.formats.addresses import list_links, locate_facet
from feedsvc.model import Entry, Person, Picture, Window
from tests.conftest import SHARED
from tests.samples import (
    AWKWARD,
    FEED,
    FILES,
    PICTURE,
    make_entry,
    make_window,
    render_atom,
    render_rss,
)

Render = Callable[[Window, Sequence[Entry]], bytes]

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
FH = "{http://purl.org/syndication/history/1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MEDIA = "{http://search.yahoo.com/mrss/}"
BOTH = pytest.mark.parametrize("render", [render_atom, render_rss])
RNG = SHARED / "schemas" / "atom-rfc4287.rng"
SCHEMA = etree.RelaxNG(etree.parse(RNG)) if RNG.exists() else None
# What may stand in text after it was cleaned.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1).filter(str.strip)
ARCHIVE: dict[str, Any] = {"period": "2023", "prev": "2022-12", "next": "2024", "closed": True}


def read(render: Render, window: Window, *entries: Entry) -> Any:
    """Parse what is rendered; Atom by the schema too, where it is at hand."""
    root = etree.fromstring(render(window, entries))
    if SCHEMA and render is render_atom:
        SCHEMA.assertValid(root.getroottree())
    return root if render is render_atom else root.find("channel")


def read_entry(render: Render, entry: Entry, **changes: Any) -> Any:
    window = make_window(entry, feed=replace(FEED, **changes))
    return read(render, window, entry).find(f"{ATOM}entry" if render is render_atom else "item")


def read_links(root: Any) -> dict[str, str]:
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert len(links) == len(root.findall(f"{ATOM}link"))
    return links


def read_media(entry: Any) -> list[tuple[str, dict[str, str], list[tuple[str, str]]]]:
    """List an entry's media elements: name, attributes, and the texts inside."""
    return [
        (
            element.tag.removeprefix(MEDIA),
            dict(element.attrib),
            [(inner.tag.removeprefix(MEDIA), inner.text) for inner in element],
        )
        for element in entry
        if element.tag.startswith(MEDIA)
    ]


@BOTH
def test_stylesheet_is_named_by_its_absolute_address(render: Render) -> None:
    body = render(make_window(feed=replace(FEED, root="https://example.org/a&b/", path="c/")), [])
    expected = b'<?xml-stylesheet type="text/css" href="https://example.org/a&amp;b/feed.css"?>'
    assert body.split(b"\n")[1] == expected


@BOTH
def test_newest_document_leads_to_itself_its_page_and_the_archive_before(render: Render) -> None:
    name = "atom.xml" if render is render_atom else "rss.xml"
    root = read(render, make_window(prev="2023"))
    links = read_links(root)
    page = links.pop("alternate") if render is render_atom else root.findtext("link")
    assert page == "https://feeds.example.org/"
    assert links == {
        "self": f"https://feeds.example.org/{name}",
        "prev-archive": f"https://feeds.example.org/archive/2023/{name}",
    }


@BOTH
def test_archive_leads_to_itself_its_page_the_newest_and_both_neighbours(render: Render) -> None:
    name = "atom.xml" if render is render_atom else "rss.xml"
    feed = replace(FEED, path="category/naïve/")
    root = read(render, make_window(feed=feed, **ARCHIVE))
    home = "https://feeds.example.org/category/na%C3%AFve/"
    links = read_links(root)
    page = links.pop("alternate") if render is render_atom else root.findtext("link")
    assert page == f"{home}archive/2023/"
    assert links == {
        "self": f"{home}archive/2023/{name}",
        "current": f"{home}{name}",
        "prev-archive": f"{home}archive/2022-12/{name}",
        "next-archive": f"{home}archive/2024/{name}",
    }


@BOTH
def test_oldest_archive_leads_to_none_before_it(render: Render) -> None:
    links = read_links(read(render, make_window(period="2020", next="2021", closed=True)))
    assert "prev-archive" not in links
    assert "next-archive" in links


@BOTH
def test_newest_document_has_no_archive_after_it(render: Render) -> None:
    assert "next-archive" not in read_links(read(render, make_window(next="2024")))


@BOTH
def test_each_hub_is_named(render: Render) -> None:
    hubs = ("https://hub.example.org/", "https://other.example.org/?a&b")
    root = read(render, make_window(feed=replace(FEED, hubs=hubs)))
    found = [link for link in root.findall(f"{ATOM}link") if link.get("rel") == "hub"]
    assert tuple(link.get("href") for link in found) == hubs
    assert all(link.get("type") is None for link in found)


def test_archive_has_the_id_of_its_newest_document() -> None:
    feed = replace(FEED, path="author/zoë/")
    ids = {
        read(render_atom, window).findtext(f"{ATOM}id")
        for window in (make_window(feed=feed), make_window(feed=feed, **ARCHIVE))
    }
    assert ids == {"https://feeds.example.org/author/zo%C3%AB/"}


@BOTH
@pytest.mark.parametrize(
    ("changes", "marks"),
    [
        ({"prev": "2023"}, []),
        ({"complete": True}, [f"{FH}complete"]),
        (ARCHIVE, [f"{FH}archive"]),
        ({"period": "2024", "closed": False}, []),
    ],
)
def test_history_marks_are_there_for_what_is_closed_or_complete(
    render: Render, changes: dict[str, Any], marks: list[str]
) -> None:
    root = read(render, make_window(**changes))
    assert [child.tag for child in root if str(child.tag).startswith(FH)] == marks


@BOTH
def test_categories_carry_the_address_of_their_feed(render: Render) -> None:
    entry = read_entry(render, make_entry(categories=AWKWARD), facets=("author", "category"))
    addresses = ["https://feeds.example.org/" + quote(locate("category", one)) for one in AWKWARD]
    if render is render_atom:
        found = entry.findall(f"{ATOM}category")
        assert [one.get("term") for one in found] == list(AWKWARD)
        assert [one.get("label") for one in found] == list(AWKWARD)
        assert [one.get("scheme") for one in found] == addresses
    else:
        found = entry.findall("category")
        assert [one.text for one in found] == list(AWKWARD)
        assert [one.get("domain") for one in found] == addresses


@BOTH
def test_category_without_a_feed_has_no_address(render: Render) -> None:
    entry = read_entry(render, make_entry(categories=("C",)), facets=("author",))
    (category,) = [child for child in entry if child.tag.endswith("category")]
    assert not {"scheme", "domain"} & set(category.attrib)


def test_atom_entry_links_to_every_file() -> None:
    entry = read_entry(render_atom, make_entry(enclosures=FILES))
    assert [dict(link.attrib) for link in entry.findall(f"{ATOM}link")] == [
        {"rel": "alternate", "href": "https://feeds.example.org/entry/1/", "type": "text/html"},
        {
            "rel": "enclosure",
            "href": "https://example.org/a.mp3",
            "type": "audio/mpeg",
            "length": "1200",
            "title": "Listen & <learn>",
        },
        {"rel": "enclosure", "href": "https://example.org/b.mp4", "type": "video/mp4"},
        {
            "rel": "enclosure",
            "href": "https://example.org/c.zip",
            "type": "application/zip",
            "length": "7",
            "title": "All files",
        },
    ]


def test_rss_item_has_one_enclosure_and_the_other_files_as_media() -> None:
    item = read_entry(render_rss, make_entry(enclosures=FILES))
    assert [dict(one.attrib) for one in item.findall("enclosure")] == [
        {"url": "https://example.org/a.mp3", "length": "1200", "type": "audio/mpeg"}
    ]
    assert read_media(item) == [
        (
            "content",
            {"url": "https://example.org/b.mp4", "type": "video/mp4", "medium": "video"},
            [],
        ),
        (
            "content",
            {"url": "https://example.org/c.zip", "type": "application/zip", "fileSize": "7"},
            [("title", "All files")],
        ),
    ]


def test_rss_enclosure_of_unknown_length_says_zero() -> None:
    item = read_entry(render_rss, make_entry(enclosures=FILES[1:2]))
    assert item.find("enclosure").get("length") == "0"


@BOTH
def test_picture_is_a_thumbnail_and_a_described_image(render: Render) -> None:
    entry = read_entry(render, make_entry(image=PICTURE))
    address = "https://example.org/p.jpg"
    assert read_media(entry) == [
        ("thumbnail", {"url": address}, []),
        (
            "content",
            {"url": address, "medium": "image", "type": "image/jpeg"},
            [("description", 'A dog & a "cat"')],
        ),
    ]
    assert entry.find(f"{MEDIA}content")[0].get("type") == "plain"


@BOTH
def test_picture_of_which_nothing_is_known_is_just_there(render: Render) -> None:
    entry = read_entry(render, make_entry(image=Picture("https://example.org/p")))
    assert read_media(entry)[1] == (
        "content",
        {"url": "https://example.org/p", "medium": "image"},
        [],
    )


@BOTH
@pytest.mark.parametrize("setting", ["full", "summary"])
@pytest.mark.parametrize("summary", ["The summary.", ""])
def test_feedparser_never_takes_a_picture_for_the_text(
    render: Render, setting: str, summary: str
) -> None:
    entry = make_entry(image=PICTURE, enclosures=FILES, summary=summary, title="The title")
    window = make_window(entry, feed=replace(FEED, content=setting))
    parsed = feedparser.parse(render(window, [entry])).entries[0]
    texts = [
        parsed.title,
        parsed.get("summary", ""),
        *(one.value for one in parsed.get("content", [])),
    ]
    assert parsed.title == "The title"
    assert set(texts) <= {"The title", summary, entry.article.content}


@BOTH
def test_feed_says_its_rights_and_that_feedsvc_made_it(render: Render) -> None:
    root = read(render, make_window(feed=replace(FEED, rights="© us & them")))
    name = "rights" if render is render_atom else "copyright"
    assert root.findtext(f"{{*}}{name}") == "© us & them"
    assert root.findtext("{*}generator") == "feedsvc"
    assert read(render, make_window()).find(f"{{*}}{name}") is None


def test_icon_and_logo_are_atoms() -> None:
    feed = replace(FEED, icon="https://example.org/i.png", logo="https://example.org/l.png")
    root = read(render_atom, make_window(feed=feed))
    assert root.findtext(f"{ATOM}icon") == "https://example.org/i.png"
    assert root.findtext(f"{ATOM}logo") == "https://example.org/l.png"
    assert read(render_atom, make_window()).find(f"{ATOM}icon") is None


@pytest.mark.parametrize(
    ("logo", "icon", "chosen"),
    [
        ("https://example.org/l.png", "https://example.org/i.png", "https://example.org/l.png"),
        ("https://example.org/l.svg", "https://example.org/i.JPG", "https://example.org/i.JPG"),
        (None, "https://example.org/i.gif?v=1.2", "https://example.org/i.gif?v=1.2"),
        (None, "https://example.org/icons/7", "https://example.org/icons/7"),
        ("https://example.org/l.webp", "https://example.org/favicon.ico", None),
        (None, None, None),
    ],
)
def test_rss_image_is_the_first_that_rss_can_show(
    logo: str | None, icon: str | None, chosen: str | None
) -> None:
    channel = read(render_rss, make_window(feed=replace(FEED, logo=logo, icon=icon), **ARCHIVE))
    assert channel.findtext("image/url") == chosen
    if chosen:
        assert channel.findtext("image/title") == channel.findtext("title")
        assert channel.findtext("image/link") == channel.findtext("link")


@BOTH
def test_entry_leads_to_its_permalink(render: Render) -> None:
    entry = read_entry(render, make_entry())
    address = "https://feeds.example.org/entry/1/"
    if render is render_atom:
        assert read_links(entry) == {"alternate": address}
    else:
        assert entry.findtext("link") == address


def test_guid_is_a_permalink_exactly_where_it_is_the_entrys_address() -> None:
    entry = make_entry()
    for identity, permalink in ((entry.id, "false"), (entry.url, "true")):
        guid = read_entry(render_rss, replace(entry, id=identity)).find("guid")
        assert (guid.text, guid.get("isPermaLink")) == (identity, permalink)


@pytest.mark.parametrize(
    ("content", "summary", "setting", "expected"),
    [
        ("<p>All.</p>", "Some.", "full", ("<p>All.</p>", "Some.")),
        ("<p>All.</p>", "", "full", ("<p>All.</p>", None)),
        ("", "Some.", "full", (None, "Some.")),
        ("", "", "full", (None, "Just this")),
        ("<p>All.</p>", "Some.", "summary", (None, "Some.")),
        ("<p>All.</p>", "", "summary", (None, "Just this")),
    ],
)
def test_atom_entry_without_content_has_a_summary(
    content: str, summary: str, setting: str, expected: tuple[str | None, str | None]
) -> None:
    made = make_entry(title="Just this", content=content, summary=summary)
    entry = read_entry(render_atom, made, content=setting)
    assert (entry.findtext(f"{ATOM}content"), entry.findtext(f"{ATOM}summary")) == expected


@pytest.mark.parametrize(
    ("content", "summary", "setting", "expected"),
    [
        ("<p>All.</p>", "A & b.", "full", ("A &amp; b.", "<p>All.</p>")),
        ("<p>All.</p>", "", "full", ("<p>All.</p>", None)),
        ("", "A & b.", "full", ("A &amp; b.", None)),
        ("", "", "full", (None, None)),
        ("<p>All.</p>", "A & b.", "summary", ("A &amp; b.", None)),
    ],
)
def test_rss_item_describes_itself_in_html(
    content: str, summary: str, setting: str, expected: tuple[str | None, str | None]
) -> None:
    item = read_entry(render_rss, make_entry(content=content, summary=summary), content=setting)
    assert (item.findtext("description"), item.findtext("{*}encoded")) == expected


def test_atom_entry_says_its_language_where_it_is_another() -> None:
    for language, expected in ((None, None), ("en", None), ("ar", "ar")):
        assert read_entry(render_atom, make_entry(language=language)).get(LANG) == expected


@BOTH
def test_every_entry_has_an_author_its_own_or_the_feeds(render: Render) -> None:
    tag = f"{ATOM}author/{ATOM}name" if render is render_atom else f"{DC}creator"
    people = (Person("Ann"), Person("Zoë", "z@example.org", "https://example.org/z"))
    for authors, names in (((), ["The editors"]), (people, ["Ann", "Zoë"])):
        entry = read_entry(render, make_entry(authors=authors))
        assert [one.text for one in entry.findall(tag)] == names


@BOTH
def test_feed_was_updated_with_its_newest_entry_and_long_ago_where_it_has_none(
    render: Render,
) -> None:
    def updated(*entries: Entry) -> int:
        parsed = feedparser.parse(render(make_window(*entries), entries))
        return timegm(parsed.feed.updated_parsed)

    assert updated() == 0
    assert updated(make_entry(2), make_entry(1)) == make_entry(1).updated.timestamp()


@BOTH
def test_feedparser_sees_what_went_in(render: Render) -> None:
    feed = replace(FEED, facets=("category",), path="été/")
    entries = [
        make_entry(number, categories=AWKWARD, image=PICTURE, enclosures=FILES[:1])
        for number in range(1, 4)
    ]
    parsed = feedparser.parse(render(make_window(*entries, feed=feed, **ARCHIVE), entries))
    assert not parsed.bozo
    assert parsed.feed.title == FEED.title
    assert parsed.feed.link == "https://feeds.example.org/%C3%A9t%C3%A9/archive/2023/"
    assert "fh_archive" in parsed.feed
    assert [one.id for one in parsed.entries] == [entry.id for entry in entries]
    for one, entry in zip(parsed.entries, entries, strict=True):
        assert one.title == entry.article.title
        assert one.link == entry.url
        assert [tag.term for tag in one.tags] == list(AWKWARD)
        assert [(file.href, file.type, file.length) for file in one.enclosures] == [
            ("https://example.org/a.mp3", "audio/mpeg", "1200")
        ]
        assert one.media_thumbnail == [{"url": PICTURE.url}]
        assert one.content[0].value == entry.article.content


@given(title=TEXT, summary=TEXT, labels=st.lists(TEXT, max_size=3, unique=True), alt=TEXT)
def test_any_text_comes_out_as_it_went_in(
    title: str, summary: str, labels: list[str], alt: str
) -> None:
    made = make_entry(
        title=title,
        content=f"<p>{html.escape(summary)}</p>",
        summary=summary,
        categories=tuple(labels),
        image=replace(PICTURE, alt=alt),
        enclosures=(replace(FILES[0], title=title),),
    )
    changes = {"title": title, "facets": ("category",), "description": summary}
    entry = read_entry(render_atom, made, **changes)
    item = read_entry(render_rss, made, **changes)
    assert entry.findtext(f"{ATOM}title") == item.findtext("title") == title
    assert entry.findtext(f"{ATOM}summary") == html.unescape(item.findtext("description"))
    assert [one.get("term") for one in entry.findall(f"{ATOM}category")] == labels
    assert [one.text for one in item.findall("category")] == labels
    assert entry.findall(f"{ATOM}link")[1].get("title") == title
    for one in (entry, item):
        assert one.findtext(f"{MEDIA}content/{MEDIA}description") == alt


@BOTH
def test_same_values_make_the_same_bytes(render: Render) -> None:
    entry = make_entry(categories=AWKWARD, image=PICTURE, enclosures=FILES)
    window = make_window(entry, **ARCHIVE)
    assert render(window, [entry]) == render(window, [entry])


def test_kind_without_feeds_has_no_addresses() -> None:
    assert locate_facet(FEED, "category", "C++") is None
    feed = replace(FEED, facets=("category", "language"))
    assert (
        locate_facet(feed, "category", "C++") == "https://feeds.example.org/category/c-plus-plus/"
    )
    assert locate_facet(feed, "language", "pt-BR") == "https://feeds.example.org/language/pt-BR/"
    assert locate_facet(feed, "author", "Ann") is None


def test_links_of_a_document_keep_their_order() -> None:
    window = make_window(feed=replace(FEED, hubs=("https://hub.example.org/",)), **ARCHIVE)
    rels = [rel for rel, _, _ in list_links(window, "atom.xml", "application/atom+xml")]
    assert rels == ["self", "alternate", "current", "prev-archive", "next-archive", "hub"]
