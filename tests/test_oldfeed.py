"""The old feed: read from a file or a host, to its last document, and no further."""

import json
from pathlib import Path

import pytest

from feedsvc import oldfeed
from feedsvc.errors import FeedsvcError
from feedsvc.oldfeed import read_old_feed
from feedsvc.settings import Settings, load_settings
from tests.hosting import Host


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path, environ={})


def write(*ids: str, **older: str) -> str:
    links = "".join(
        f'<link rel="{rel.replace("_", "-")}" href="{at}"/>' for rel, at in older.items()
    )
    entries = "".join(f"<entry><id>{id}</id></entry>" for id in ids)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{links}{entries}</feed>'


def read(place: object, settings: Settings) -> tuple[list[str], list[str]]:
    """Read a feed; return the ids of its entries, and what is warned of."""
    warnings: list[str] = []
    return [trace.id for trace in read_old_feed(str(place), settings, warnings.append)], warnings


def refuse(place: object, settings: Settings) -> str:
    with pytest.raises(FeedsvcError) as refused:
        read(place, settings)
    return str(refused.value)


def test_archives_are_read_to_the_first(host: Host, settings: Settings) -> None:
    feed = host.put("/feed", write("e", "d", prev_archive="/2"))
    host.put("/2", write("c", prev_archive="/1"))
    host.put("/1", write("b", "a"))
    assert read(feed, settings) == (["e", "d", "c", "b", "a"], [])
    assert host.asked == ["/feed", "/2", "/1"]


def test_pages_are_read_to_the_last(host: Host, settings: Settings) -> None:
    def page(number: int, **more: str) -> str:
        items = [{"id": f"{number}"}]
        return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **more})

    feed = host.put("/feed", page(1, next_url="?page=2"))
    host.put("/feed?page=2", page(2, next_url="/feed?page=3"))
    host.put("/feed?page=3", page(3))
    assert read(feed, settings) == (["1", "2", "3"], [])


def test_pages_in_a_ring_or_of_nothing_new_end(host: Host, settings: Settings) -> None:
    ring = host.put("/a", write("a", next="/b"))
    host.put("/b", write("b", next="/a"))
    assert read(ring, settings) == (["a", "b"], [])
    same = host.put("/1", write("a", next="/2"))
    host.put("/2", write("a", next="/3"))
    assert read(same, settings) == (["a", "a"], [])
    assert "/3" not in host.asked


def test_pages_without_end_are_left_and_told(
    host: Host, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oldfeed, "MOST_DOCUMENTS", 3)
    for number in range(5):
        host.put(f"/{number}", write(f"{number}", next=f"/{number + 1}"))
    ids, (warning,) = read(f"{host.address}/0", settings)
    assert ids == ["0", "1", "2"]
    assert warning == f"{host.address}/2: not followed any further: 3 documents"


def test_document_that_is_gone_costs_no_more_than_it(host: Host, settings: Settings) -> None:
    feed = host.put("/feed", write("a", prev_archive="/gone", next="ftp://e.example/"))
    ids, warnings = read(feed, settings)
    assert ids == ["a"]
    assert len(warnings) == 2
    assert warnings[0] == f"{host.address}/gone: HTTP status 404: Not Found"
    assert warnings[1].startswith("ftp://e.example/: ")


def test_entry_that_is_refused_is_told(host: Host, settings: Settings) -> None:
    feed = host.put("/feed", write("a", ""))
    ids, (warning,) = read(feed, settings)
    assert ids == ["a"]
    assert warning.startswith(f"{feed}:1: id: missing")


def test_redirected_feed_is_read_where_it_is(host: Host, settings: Settings) -> None:
    host.put("/old", status=302, headers=(("Location", "/new/feed"),))
    host.put("/new/feed", write("b", prev_archive="1"))
    host.put("/new/1", write("a"))
    assert read(f"{host.address}/old", settings) == (["b", "a"], [])


def test_file_is_read_and_nothing_fetched(host: Host, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "atom.xml").write_text(write("a", prev_archive=f"{host.address}/1"))
    ids, (warning,) = read(tmp_path / "atom.xml", settings)
    assert ids == ["a"]
    assert warning == f"{tmp_path}/atom.xml: older entries are at {host.address}/1: adopt that too"
    assert host.asked == []


def test_file_that_can_not_be_read_is_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = refuse(tmp_path / "none.xml", settings)
    assert why == f"{tmp_path}/none.xml: can't be read: No such file or directory"
    (tmp_path / "a.xml").write_text(write("a"))
    monkeypatch.setattr(oldfeed, "MOST", 10)
    assert refuse(tmp_path / "a.xml", settings) == f"{tmp_path}/a.xml: too large: over 10 bytes"


def test_page_instead_of_a_feed_tells_which_feeds_it_names(host: Host, settings: Settings) -> None:
    head = '<!doctype html><link rel="alternate" type="application/{}" href="{}">'
    links = head.format("atom+xml", "a.xml") + head.format("rss+xml", "/b.xml")
    page = host.put("/blog/", links, type="text/html; charset=utf-8")
    feeds = f"{host.address}/blog/a.xml, {host.address}/b.xml"
    assert refuse(page, settings) == f"{page}: a page, not a feed: its feeds are {feeds}"
    bare = host.put("/bare", "<!doctype html>", type="text/html")
    assert refuse(bare, settings) == f"{bare}: a page, not a feed: it names no feed"


def test_what_is_no_feed_is_told_with_its_address(host: Host, settings: Settings) -> None:
    assert refuse(host.put("/a", "<opml/>"), settings).startswith(f"{host.address}/a:1: file: ")
