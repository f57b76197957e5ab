"""Syndication: which XML is a feed, what it says of its entries, and what is refused of it."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.errors import ArticleError
from feedsvc.model import Reading
from feedsvc.readers import read_record
from feedsvc.readers.media import find_nothing
from feedsvc.readers.records import Found, name_record
from feedsvc.readers.records.syndication import split_feed
from feedsvc.settings import Settings, load_settings

FEEDS = [
    *(Path(__file__).parent / "data").glob("*.xml"),
    *(path for path in Path(__file__).parent.glob("collections/*/*.[xra][mstd]*")),
]
ITEM = "<item><guid>a:1</guid><title>A title</title><description>Text.</description>{}</item>"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path, environ={})


def split(text: str, name: str = "a.rss") -> list[Found]:
    found = split_feed(name, [text.encode()])
    assert found is not None
    return found


def rss(*items: str, head: str = "") -> str:
    spaces = {
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/",
        "wp": "http://wordpress.org/export/1.2/",
    }
    said = " ".join(f'xmlns:{name}="{url}"' for name, url in spaces.items())
    return f"<rss {said}><channel>{head}{''.join(items)}</channel></rss>"


def read(found: Found, settings: Settings) -> Reading:
    assert not found.fault
    return read_record(f"a.rss/{name_record(found.key)}", found.record, settings, find_nothing)


def refuse(text: str, name: str = "a.rss") -> str:
    with pytest.raises(ArticleError) as caught:
        split_feed(name, [text.encode()])
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "<urlset/>",
        "<opml version='2.0'><body/></opml>",
        "<html xmlns='http://www.w3.org/1999/xhtml'/>",
        "<feed><entry/></feed>",  # of no namespace
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><Person/></rdf:RDF>",
        "",
        "no XML",
        "<a",
    ],
)
def test_xml_that_is_no_feed_holds_no_articles(text: str) -> None:
    assert split_feed("a.xml", [text.encode()]) is None


def test_no_more_is_read_of_what_is_no_feed() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"<urlset>"
        pytest.fail("it is known to be none")

    assert split_feed("a.xml", chunks()) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a.rss:1: file: not well-formed: "),
        ("<rss>\n<channel></rss>", "a.rss:2: file: not well-formed: Opening and ending tag"),
        (rss(ITEM.format("\n&nbsp;")), "a.rss:2: file: not well-formed: Entity 'nbsp' not defined"),
        (rss("\n\n\x01"), "a.rss:3: file: not well-formed: "),
        ("<?xml version='1.0' encoding='klingon'?><rss/>", "a.rss:1: file: not well-formed: "),
    ],
)
def test_feed_that_is_not_well_formed_is_refused_with_its_line(text: str, told: str) -> None:
    assert refuse(text).startswith(told)


BOMB = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12))


@pytest.mark.parametrize(
    "dtd",
    [
        f'<!DOCTYPE rss [<!ENTITY a0 "aaaaaaaaaa">{BOMB}]>',
        '<!DOCTYPE rss [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x"> %b;]>',
        f'<!DOCTYPE rss [<!ENTITY a11 "{"b" * 50_000}">]>',
        '<!DOCTYPE rss SYSTEM "/etc/passwd" [<!ENTITY a11 "&a11;">]>',
    ],
)
def test_entities_are_refused_at_once_and_nothing_is_fetched(dtd: str) -> None:
    begun = time.monotonic()
    told = refuse(dtd + rss(ITEM.format(f"<link>{'&a11;' * 100}</link>")))
    assert time.monotonic() - begun < 1
    assert "defines entities" in told or "amplification" in told or "not well-formed" in told
    assert "root:" not in told


def test_elements_too_deep_in_each_other_are_refused_at_once() -> None:
    begun = time.monotonic()
    assert "not well-formed" in refuse(rss(ITEM.format("<b>" * 100_000)))
    assert "not well-formed" in refuse(rss(f"<item {'a' * 20_000_000}='1'/>"))
    assert time.monotonic() - begun < 1


def test_entry_that_can_not_be_read_costs_only_itself() -> None:
    bad = '<item><guid>a:2</guid><link>http://[</link><enclosure url="http://[/a.mp3"/></item>'
    found = split(rss(f"<item xml:base='http://[/'>{bad[6:]}", ITEM.format("")))
    assert [bool(each.fault) for each in found] == [True, False]
    assert found[0].key == "id a:2"
    assert str(found[0].fault).startswith("a.rss:1: entry: not a URL: ")


def test_what_the_feed_says_of_all_may_come_last(settings: Settings) -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a:1</id><title>A</title>'
        "<updated>2024-05-01T10:00:00Z</updated><content>Text.</content></entry>"
        "<author><name>Last</name></author></feed>"
    )
    [found] = split(feed)
    assert [person.name for person in read(found, settings).article.authors] == ["Last"]


def test_record_is_the_same_wherever_it_stands(settings: Settings) -> None:
    item = ITEM.format("\n<category>Cats</category>\n<content:encoded>a\n\nb</content:encoded>")
    [first] = split(rss(item))
    before, *_, last = split(rss("\n", ITEM.format(""), "\n\n", item.replace("a:1", "a:2"), "\n"))
    assert (first.record.line, last.record.line) == (1, 4)
    assert replace(first.record, line=4, data=first.record.data.replace(b"a:1", b"a:2")) == (
        last.record
    )
    assert before.key == first.key
    lines = {rule.field: rule.line for rule in read(last, settings).rules}
    assert (lines["content:encoded"], lines["categories"]) == (6, 4)


def test_language_of_the_feed_is_of_the_nearest_that_says_it(settings: Settings) -> None:
    feed = rss(
        ITEM.format("<dc:language>nl</dc:language>"),
        ITEM.format("").replace("<item", "<item xml:lang='fr'").replace("a:1", "a:2"),
        ITEM.format("").replace("a:1", "a:3"),
        head="<language>de</language>",
    )
    languages = [read(found, settings).article.language for found in split(feed)]
    assert languages == ["nl", "fr", "de"]


def test_picture_that_is_none_and_a_label_that_is_empty_are_left_out(settings: Settings) -> None:
    item = ITEM.format(
        "<category> </category><media:content url='https://example.org/a.mp3' medium='image'/>"
    )
    reading = read(split(rss(item))[0], settings)
    assert (reading.article.categories, reading.article.image) == ((), None)


def test_posts_of_wordpress_that_are_not_public_are_drafts(settings: Settings) -> None:
    items = [
        ITEM.format(f"<wp:status>{status}</wp:status><wp:post_password>{word}</wp:post_password>")
        for status, word in (("publish", ""), ("private", ""), ("publish", "secret"))
    ]
    found = split(rss(*(item.replace("a:1", f"a:{at}") for at, item in enumerate(items))))
    assert [read(each, settings).selection.draft for each in found] == [False, True, True]


def test_draft_of_wordpress_without_a_date_is_a_draft_and_no_fault(settings: Settings) -> None:
    marks = "<pubDate>Wed, 30 Nov -0001 00:00:00 +0000</pubDate><wp:status>draft</wp:status>"
    (found,) = split(rss(ITEM.format(marks)))
    reading = read(found, settings)
    assert (reading.selection.draft, reading.article.published) == (True, None)


PIECES = (
    *(b"<", b">", b"&amp;", b"/", b'"', b"<item>", b"</item>", b"<entry>", b"&#0;", b"<link>"),
    *(b" xml:base='http://['", b" type='xhtml'", b"<![CDATA[", b"]]>"),
)


@given(st.data())
def test_fuzz_feeds_are_read_or_refused(data: st.DataObject) -> None:
    settings = load_settings(Path(__file__).parent, environ={})
    feed = bytearray(data.draw(st.sampled_from(FEEDS)).read_bytes())
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, len(feed)))
        end = at + data.draw(st.integers(0, 20))
        feed[at:end] = data.draw(st.binary(max_size=3) | st.sampled_from(PIECES))
    try:
        found = split_feed("a.rss", [bytes(feed)])
    except ArticleError:
        return
    for each in found or ():
        assert bool(each.key) or bool(each.fault)
        if each.fault:
            continue
        with suppress(ArticleError):
            read(each, settings)
