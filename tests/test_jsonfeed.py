"""JSON Feed: what a window becomes, and the rules of its specification."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.model import Entry, Person, Picture, Window
from tests.jsonfeed_rules import ITEM, TOP, check_feed
from tests.samples import AWKWARD, FEED, FILES, PICTURE, make_entry, make_window, render_json

# What may stand in text after it was cleaned.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)


def read(window: Window, *entries: Entry) -> dict[str, Any]:
    body = render_json(window, entries)
    assert check_feed(body) == []
    feed: dict[str, Any] = json.loads(body)
    return feed


def read_item(entry: Entry, **changes: Any) -> dict[str, Any]:
    window = make_window(entry, feed=replace(FEED, **changes))
    item: dict[str, Any] = read(window, entry)["items"][0]
    return item


def test_feed_says_all_that_is_known_of_it() -> None:
    feed = replace(FEED, hubs=("https://hub.example.org/",), icon="https://example.org/i.png")
    assert read(make_window(feed=feed)) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Street & <square>",
        "home_page_url": "https://feeds.example.org/",
        "feed_url": "https://feeds.example.org/feed.json",
        "description": 'What "we" saw',
        "icon": "https://example.org/i.png",
        "favicon": "https://example.org/i.png",
        "authors": [{"name": "The editors", "url": "https://example.org/about"}],
        "language": "en",
        "hubs": [{"type": "WebSub", "url": "https://hub.example.org/"}],
        "items": [],
    }


def test_item_says_all_that_is_known_of_it() -> None:
    entry = make_entry(
        authors=(Person("Ann"), Person("Bob", url="https://example.org/bob")),
        categories=AWKWARD,
        language="nl",
        image=PICTURE,
        enclosures=FILES,
    )
    assert read_item(entry) == {
        "id": "tag:feeds.example.org,2024:1",
        "url": "https://feeds.example.org/entry/1/",
        "title": "A 'title' with \"quotes\" & <signs>",
        "content_html": "<p>The text.</p>\n<p>More &amp; more.</p>",
        "summary": "The text.",
        "image": "https://example.org/p.jpg",
        "date_published": "2024-05-01T11:00:00Z",
        "date_modified": "2024-05-01T11:05:00Z",
        "authors": [{"name": "Ann"}, {"name": "Bob", "url": "https://example.org/bob"}],
        "tags": list(AWKWARD),
        "language": "nl",
        "attachments": [
            {
                "url": "https://example.org/a.mp3",
                "mime_type": "audio/mpeg",
                "title": "Listen & <learn>",
                "size_in_bytes": 1200,
            },
            {"url": "https://example.org/b.mp4", "mime_type": "video/mp4"},
            {
                "url": "https://example.org/c.zip",
                "mime_type": "application/zip",
                "title": "All files",
                "size_in_bytes": 7,
            },
        ],
    }


def test_what_is_not_known_is_left_out() -> None:
    assert set(read_item(make_entry())) == {
        "id",
        "url",
        "title",
        "content_html",
        "summary",
        "date_published",
        "date_modified",
        "authors",
    }


@pytest.mark.parametrize(
    ("content", "summary", "setting", "expected"),
    [
        ("<p>All.</p>", "Some.", "full", {"content_html": "<p>All.</p>", "summary": "Some."}),
        ("<p>All.</p>", "", "full", {"content_html": "<p>All.</p>"}),
        ("", "Some.", "full", {"content_text": "Some.", "summary": "Some."}),
        ("", "", "full", {"content_text": "Just this"}),
        ("<p>All.</p>", "Some.", "summary", {"content_text": "Some.", "summary": "Some."}),
        ("<p>All.</p>", "", "summary", {"content_text": "Just this"}),
    ],
)
def test_item_has_its_text_as_html_or_else_its_summary_or_title(
    content: str, summary: str, setting: str, expected: dict[str, str]
) -> None:
    item = read_item(
        make_entry(title="Just this", content=content, summary=summary), content=setting
    )
    texts = {"content_html", "content_text", "summary"}
    assert {name: text for name, text in item.items() if name in texts} == expected


def test_item_without_author_has_the_feeds() -> None:
    assert read_item(make_entry())["authors"] == [
        {"name": "The editors", "url": "https://example.org/about"}
    ]


def test_mail_address_stands_in_for_an_authors_page() -> None:
    mail = Person("Zoë", "zoë+news@example.org")
    page = Person("Bob", "bob@example.org", "https://example.org/bob")
    assert read_item(make_entry(authors=(mail, page)))["authors"] == [
        {"name": "Zoë", "url": "mailto:zo%C3%AB%2Bnews@example.org"},
        {"name": "Bob", "url": "https://example.org/bob"},
    ]


def test_next_url_leads_back_in_time_and_the_feed_stays_the_same() -> None:
    feed = replace(FEED, path="category/naïve/")
    newest = read(make_window(feed=feed, prev="2023"))
    archive = read(make_window(feed=feed, period="2023", prev="2022-12", next="2024"))
    oldest = read(make_window(feed=feed, period="2022-12", next="2023"))
    home = "https://feeds.example.org/category/na%C3%AFve/"
    assert newest["next_url"] == f"{home}archive/2023/feed.json"
    assert archive["next_url"] == f"{home}archive/2022-12/feed.json"
    assert "next_url" not in oldest
    for document in (newest, archive, oldest):
        assert (document["home_page_url"], document["feed_url"]) == (home, f"{home}feed.json")


def test_document_is_utf8_for_people_with_a_line_end() -> None:
    body = render_json(make_window(), [make_entry(title="Ça & là 🍕 עברית")])
    assert '\n      "title": "Ça & là 🍕 עברית",\n' in body.decode()
    assert body.endswith(b"\n}\n")


def test_keys_are_in_the_order_of_the_specification() -> None:
    entry = make_entry(categories=("C",), language="nl", image=PICTURE, enclosures=FILES)
    feed = replace(FEED, hubs=("https://hub.example.org/",), icon="https://example.org/i.png")
    top = read(make_window(entry, feed=feed, prev="2023"), entry)
    item = top["items"][0]
    assert list(top) == [name for name in TOP if name in top]
    assert list(item) == [name for name in ITEM if name in item]


@given(title=TEXT, summary=TEXT, label=TEXT, name=TEXT)
def test_any_text_comes_out_as_it_went_in(title: str, summary: str, label: str, name: str) -> None:
    entry = make_entry(
        title=title,
        content=summary,
        summary=summary,
        categories=(label,),
        authors=(Person(name),),
        image=Picture("https://example.org/p"),
    )
    item = read_item(entry, title=title, description=summary)
    assert (item["title"], item["summary"], item["content_html"]) == (title, summary, summary)
    assert item["tags"] == [label]
    assert item["authors"] == [{"name": name}]
    assert datetime.fromisoformat(item["date_published"]) == entry.published


def break_item(**changes: Any) -> dict[str, Any]:
    return {"items": [{"id": "1", "content_text": "x", **changes}]}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"version": "https://jsonfeed.org/version/1"}, "feed.version"),
        ({"title": ""}, "feed.title"),
        ({"home_page_url": "/relative"}, "feed.home_page_url"),
        ({"next_url": "https://feeds.example.org/feed.json"}, "feed.next_url"),
        ({"authors": [{}]}, "feed.authors"),
        ({"authors": [{"mail": "a@example.org"}]}, "feed.authors"),
        ({"hubs": [{"url": "https://hub.example.org/"}]}, "feed.hubs"),
        ({"language": "not a tag"}, "feed.language"),
        ({"expired": "no"}, "feed.expired"),
        ({"_mine": "text"}, "feed._mine"),
        ({"other": 1}, "feed.other"),
        ({"items": {}}, "feed.items"),
        ({"items": [1]}, "feed.items"),
        ({"items": [{"id": "1"}]}, "items[0]"),
        ({"items": [{"content_text": "x"}]}, "items[0]"),
        ({"items": [{"id": "1", "content_text": "x"}] * 2}, "items[1].id"),
        (break_item(id=" "), "items[0].id"),
        (break_item(content_html=""), "items[0].content_html"),
        (break_item(tags=[1]), "items[0].tags"),
        (break_item(date_published="1 May 2024"), "items[0].date_published"),
        (break_item(date_modified="2024-02-30T00:00:00Z"), "items[0].date_modified"),
        (
            break_item(attachments=[{"url": "https://a/", "mime_type": "mp3"}]),
            "items[0].attachments",
        ),
        (
            break_item(
                attachments=[{"url": "https://a/", "mime_type": "a/b", "size_in_bytes": ""}]
            ),
            "items[0].attachments",
        ),
    ],
)
def test_rules_find_each_fault(change: dict[str, Any], place: str) -> None:
    good = json.loads(render_json(make_window(make_entry()), [make_entry()]))
    (fault,) = check_feed(json.dumps({**good, **change}).encode())
    assert fault.startswith(f"{place}:")


@pytest.mark.parametrize("name", ["version", "title", "home_page_url", "feed_url", "items"])
def test_rules_miss_what_is_required(name: str) -> None:
    good = json.loads(render_json(make_window(), []))
    del good[name]
    assert f"feed: {name} is missing" in check_feed(json.dumps(good).encode())


@pytest.mark.parametrize("data", [b"[]", b"{", b"\xff", b'{"a": NaN}', b'{"a": 1, "a": 1}'])
def test_rules_refuse_what_is_no_json_object(data: bytes) -> None:
    (fault,) = check_feed(data)
    assert fault.startswith("document:")
