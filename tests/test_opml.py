"""OPML: the list of feeds, as listparser and newsboat import it."""

import shutil
import subprocess
from pathlib import Path

import listparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from feedsvc.formats.opml import render_opml
from feedsvc.model import Guide, Link, Person
from tests.samples import AWKWARD, FEED, make_entry, make_guide, make_window

# What may stand in text after it was cleaned.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1).filter(str.strip)


def test_list_says_of_each_feed_what_a_reader_needs() -> None:
    body = render_opml(make_window(make_entry(), guide=make_guide("R&D")), [make_entry()])
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<opml ")
    root = etree.fromstring(body)
    assert [(child.tag, child.text) for child in root[0]] == [
        ("title", "Street & <square>"),
        ("ownerName", "The editors"),
        ("ownerEmail", "editors@example.org"),
        ("ownerId", "https://example.org/about"),
        ("docs", "http://opml.org/spec2.opml"),
    ]
    assert [list(outline.items()) for outline in root[1]] == [
        [
            ("type", "rss"),
            ("text", "Street & <square>"),
            ("title", "Street & <square>"),
            ("xmlUrl", "https://feeds.example.org/atom.xml"),
            ("htmlUrl", "https://feeds.example.org/"),
            ("language", "en"),
        ],
        [
            ("type", "rss"),
            ("text", "Street & <square>: R&D"),
            ("title", "Street & <square>: R&D"),
            ("xmlUrl", "https://feeds.example.org/category/0/atom.xml"),
            ("htmlUrl", "https://feeds.example.org/category/0/"),
            ("language", "nl"),
        ],
    ]


def test_owner_is_told_as_far_as_known() -> None:
    window = make_window(feed=replace(FEED, author=Person("Ann")), guide=make_guide())
    head = etree.fromstring(render_opml(window, [])).find("head")
    assert head is not None
    assert [child.tag for child in head] == ["title", "ownerName", "docs"]


def test_listparser_finds_every_feed() -> None:
    guide = make_guide(*AWKWARD)
    found = listparser.parse(render_opml(make_window(guide=guide), []))
    assert not found.bozo
    assert found.version == "opml2"
    assert found.meta.title == FEED.title
    assert found.meta.author.name == "The editors"
    assert [(feed.title, feed.url) for feed in found.feeds] == [
        (link.title, f"{link.url}atom.xml") for link in guide.feeds
    ]


@pytest.mark.skipif(not shutil.which("newsboat"), reason="newsboat isn't installed")
def test_newsboat_imports_every_feed(tmp_path: Path) -> None:
    guide = make_guide(*AWKWARD)
    (tmp_path / "feeds.opml").write_bytes(render_opml(make_window(guide=guide), []))
    (tmp_path / "urls").touch()
    (tmp_path / "config").touch()
    subprocess.run(
        ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-i", "feeds.opml"],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        check=True,
        timeout=60,
        capture_output=True,
    )
    lines = (tmp_path / "urls").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines] == [f"{link.url}atom.xml" for link in guide.feeds]


@given(title=TEXT, label=TEXT)
def test_any_title_comes_out_as_it_went_in(title: str, label: str) -> None:
    link = Link("category", label, f"{title}: {label}", "https://example.org/c/", "pt-BR")
    window = make_window(feed=replace(FEED, title=title), guide=Guide((link,)))
    root = etree.fromstring(render_opml(window, []))
    (outline,) = root.iter("outline")
    assert root.findtext("head/title") == title
    assert outline.get("text") == outline.get("title") == f"{title}: {label}"
