"""Traces: each entry's id, links, title and dates, as its feed writes them, in every format."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from feedsvc.errors import ArticleError
from feedsvc.readers.records.traces import OldDocument, Trace, read_traces
from feedsvc.settings import Settings, load_settings

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"{more}>{inner}</feed>'
RSS = '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{inner}</channel></rss>'
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom">{inner}</rdf:RDF>'
)
WEST = timezone(timedelta(hours=-8))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path, environ={}, timezone="Europe/Amsterdam")


def read(
    settings: Settings, data: str | bytes, place: str = "https://e.example/feed", charset: str = ""
) -> OldDocument:
    data = data.encode() if isinstance(data, str) else data
    return read_traces(place, data, settings, charset)


def refuse(settings: Settings, data: str | bytes) -> str:
    with pytest.raises(ArticleError) as refused:
        read(settings, data)
    return str(refused.value)


def test_atom_entry_is_known_by_its_id(settings: Settings) -> None:
    inner = (
        "<entry><id> tag:e.example,2024:a </id><title type='html'>A &amp;lt;b> b</title>"
        "<link href='a/'/><link rel='self' href='x'/><published>2024-05-01T23:00:00-08:00"
        "</published><updated>2024-05-02T01:00:00Z</updated></entry>"
    )
    more = ' xml:base="https://base.example/blog/"'
    document = read(settings, ATOM.format(more=more, inner=inner))
    assert document == OldDocument(
        (
            Trace(
                "tag:e.example,2024:a",
                ("https://base.example/blog/a/",),
                "A <b> b",
                datetime(2024, 5, 1, 23, tzinfo=WEST),
                datetime(2024, 5, 2, 1, tzinfo=UTC),
            ),
        )
    )
    assert document.traces[0].published.tzinfo == WEST  # type: ignore[union-attr]  # it is there


def test_rss_item_is_known_by_its_guid_character_by_character(settings: Settings) -> None:
    inner = (
        "<item><guid>Cafe\u0301  12 &amp; 3</guid><link>/a</link><title>A</title>"
        "<pubDate>Wed, 01 May 24 23:00:00 PST</pubDate></item>"
    )
    (trace,) = read(settings, RSS.format(inner=inner)).traces
    assert (trace.id, trace.links) == ("Cafe\u0301  12 & 3", ("https://e.example/a",))
    assert trace.published == datetime(2024, 5, 1, 23, tzinfo=WEST)


def test_rss_item_without_a_guid_is_known_by_its_link_as_it_is(settings: Settings) -> None:
    inner = "<item><guid> </guid><link> https://e.example/caf\u00e9 1 </link></item>"
    (trace,) = read(settings, RSS.format(inner=inner)).traces
    assert trace.id == "https://e.example/caf\u00e9 1"


def test_guid_that_is_an_address_is_a_link(settings: Settings) -> None:
    item = "<item><guid{how}>http://e.example/?p=1</guid><link>http://e.example/a</link></item>"
    inner = item.format(how="") + item.format(how=' isPermaLink="false"').replace("=1", "=2")
    first, second = read(settings, RSS.format(inner=inner)).traces
    assert first.links == ("http://e.example/a", "http://e.example/?p=1")
    assert (second.id, second.links) == ("http://e.example/?p=2", ("http://e.example/a",))


def test_item_of_rss_1_is_known_by_what_it_is_about(settings: Settings) -> None:
    inner = (
        "<channel rdf:about='https://e.example/'><atom:link rel='next' href='2.rdf'/></channel>"
        "<item rdf:about='urn:a'><title>A</title><link>https://e.example/a</link>"
        "<dc:date>2024-05-01</dc:date></item>"
    )
    document = read(settings, RDF.format(inner=inner))
    (trace,) = document.traces
    assert (trace.id, trace.links) == ("urn:a", ("https://e.example/a",))
    assert str(trace.published) == "2024-05-01 12:00:00+02:00"
    assert document.older == ("https://e.example/2.rdf",)


def test_item_of_json_feed_is_known_by_its_id_be_it_a_number(settings: Settings) -> None:
    items = [
        {
            "id": 12,
            "url": "/a",
            "external_url": "https://else.example/",
            "title": "A",
            "date_published": "2024-05-01T10:00:00Z",
            "date_modified": "yesterday",
        },
        {"url": "https://e.example/b", "title": None},
        "nothing",
    ]
    top = {"version": "https://jsonfeed.org/version/1.1", "items": items, "next_url": "?page=2"}
    document = read(settings, b"\xef\xbb\xbf" + json.dumps(top).encode())
    assert document == OldDocument(
        (
            Trace(
                "12",
                ("https://e.example/a", "https://else.example/"),
                "A",
                datetime(2024, 5, 1, 10, tzinfo=UTC),
            ),
            Trace("https://e.example/b", ("https://e.example/b",)),
        ),
        older=("https://e.example/feed?page=2",),
    )


def test_older_documents_are_named_by_the_feed_not_by_its_entries(settings: Settings) -> None:
    links = "<atom:link rel='{rel}' href='{rel}.xml'/>"
    said = "".join(links.format(rel=rel) for rel in ("self", "next", "prev-archive", "current"))
    inner = f"{said}<item><guid>a</guid>{links.format(rel='next')}</item><atom:link rel='next'/>"
    document = read(settings, RSS.format(inner=inner))
    assert document.older == ("https://e.example/prev-archive.xml", "https://e.example/next.xml")
    atom = said.replace("atom:", "")
    document = read(settings, ATOM.format(more="", inner=atom))
    assert document.older == ("https://e.example/prev-archive.xml", "https://e.example/next.xml")


def test_entry_that_nobody_can_know_again_is_told_and_costs_no_other(settings: Settings) -> None:
    inner = (
        "\n<entry><title>Only this</title></entry>"
        "\n<entry><id>b</id><content type='image/png'>AAAA</content></entry>"
        f"\n<entry><id>{'b' * 2001}</id></entry><entry><id>c</id></entry>"
        "\n<entry><id>d&#x9b;d</id></entry>"
    )
    document = read(settings, ATOM.format(more="", inner=inner))
    assert [trace.id for trace in document.traces] == ["c"]
    assert [str(fault) for fault in document.faults] == [
        "https://e.example/feed:3: entry: not text: its type is 'image/png'",
        "https://e.example/feed:2: id: missing, and no link: no reader knows the entry again",
        "https://e.example/feed:4: id: too long: over 2000 characters",
        "https://e.example/feed:5: id: can't be kept: it holds what can't be shown",
    ]


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (RSS.encode("utf-8"), ""),
        (RSS.encode("utf-8-sig"), "iso-8859-1"),
        (RSS.encode("utf-16"), "utf-8"),
        (RSS.encode("utf-8"), "UTF-8"),
        (f'<?xml version="1.0" encoding="utf-8"?>{RSS}'.encode("latin-1"), "iso-8859-1"),
        (f"<?xml version='1.0' encoding='iso-8859-1'?>{RSS}".encode("latin-1"), ""),
        (f"<?xml version='1.0' encoding='iso-8859-1'?>{RSS}".encode("latin-1"), "utf-8"),
        (RSS.encode("utf-8"), "no-such-encoding"),
        (RSS.encode("utf-8"), "undefined"),
    ],
)
def test_encoding_is_that_of_its_mark_its_sender_or_itself(
    settings: Settings, data: bytes, charset: str
) -> None:
    encoding = "latin-1" if b"iso-8859-1" in data or charset == "iso-8859-1" else "utf-8"
    encoding = "utf-16-le" if data[:1] == b"\xff" else encoding
    encoding = "utf-8" if data[:1] == b"\xef" else encoding
    item = "<item><guid>caf\u00e9</guid></item>".encode(encoding)
    document = read(settings, data.replace("{inner}".encode(encoding), item), charset=charset)
    assert document.traces == (Trace("caf\u00e9"),)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("<opml/>", "file: not a feed: neither Atom, RSS nor JSON Feed"),
        ("<rss><channel>", "file: not well-formed: "),
        ("Not found", "file: not well-formed: "),
        ('{"items": []', "file: not JSON: "),
        ('{"items": []}', "file: not a feed: JSON, but no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1"}', "file: not a feed: "),
        (b'{"a": "\xff"}', "file: not JSON: "),
    ],
)
def test_what_is_no_feed_is_refused(settings: Settings, data: str | bytes, fault: str) -> None:
    assert refuse(settings, data).startswith(f"https://e.example/feed:1: {fault}")
