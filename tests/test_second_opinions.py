"""What independent readers make of the seeds: feedparser and reader, in both formats.

The expectation is taken from the files by other means than ours.
"""

import html
import re
from calendar import timegm
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from reader import make_reader

from tests.conftest import SEEDS, Site

AUTHOR = "De redactie van Seeds"
DATES = {
    "000": datetime(2022, 12, 30, 19, 47, 45, tzinfo=UTC),
    "001": datetime(2022, 3, 9, 14, 5, 30, tzinfo=UTC),
    "002": datetime(2023, 5, 17, 7, 30, tzinfo=UTC),  # no offset: Amsterdam's, in summer
    "003": datetime(2023, 10, 3, 7, tzinfo=UTC),  # no time: nine o'clock, by the settings
    "004": datetime(2023, 7, 25, 6, tzinfo=UTC),
    "005": datetime(2023, 11, 4, 22, tzinfo=UTC),
    "006": datetime(2023, 3, 14, 6, 15, tzinfo=UTC),
    "007": datetime(2024, 2, 29, 18, tzinfo=UTC),
    "008": datetime(2023, 10, 3, 7, tzinfo=UTC),
}
# Lines at the end of each file that are labels, prompt included.
TAILS = {"000": 3, "001": 3, "002": 0, "003": 4, "004": 2, "005": 3, "006": 11, "007": 3, "008": 3}


class Expected:
    """A seed as a person reads it."""

    def __init__(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").split("\n")
        number = path.name[:3]
        tail = TAILS[number]
        end = len(lines) - tail
        self.title, self.address = lines[0], lines[2]
        self.published = DATES[number]
        self.paragraphs = lines[4:end]
        self.categories = list(dict.fromkeys(lines[end : end + max(tail - 1, 0)]))


def expect() -> dict[str, Expected]:
    seeds = [Expected(path) for path in sorted(SEEDS.glob("*.txt"))]
    return {seed.title: seed for seed in seeds}


def to_text(markup: str) -> str:
    return html.unescape(re.sub(r"</?p>", "", markup))


def to_paragraphs(markup: str) -> list[str]:
    return [to_text(line) for line in markup.split("\n")]


@pytest.fixture
def published(make_site: Any, tmp_path: Path) -> Path:
    """The seeds' feeds in a folder."""
    site: Site = make_site("seeds", url="https://feeds.example.org/")
    for path in SEEDS.iterdir():
        if path.is_file():
            (site.folder / path.name).write_bytes(path.read_bytes())
    report = site.ingest()
    assert (report.new, report.refused) == (9, [])
    for name in ("atom.xml", "rss.xml"):
        (tmp_path / name).write_bytes(site.body(f"/{name}"))
    return tmp_path


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_feedparser_sees_every_seed_as_in_its_file(published: Path, name: str) -> None:
    feed = feedparser.parse((published / name).read_bytes())
    assert not feed.bozo
    assert feed.feed.title == "Seeds"
    expected = expect()
    assert {entry.title for entry in feed.entries} == set(expected)
    for entry in feed.entries:
        seed = expected[entry.title]
        assert entry.link.isascii()
        assert entry.link == entry.id
        assert entry.link[:20] == seed.address[:20]
        assert timegm(entry.published_parsed) == seed.published.timestamp()
        assert entry.author == AUTHOR
        assert [tag.term for tag in entry.get("tags", [])] == seed.categories
        summary = entry.summary if name == "atom.xml" else html.unescape(entry.summary)
        assert summary == seed.paragraphs[0]
        assert to_paragraphs(entry.content[0].value) == seed.paragraphs


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_reader_sees_every_seed_as_in_its_file(published: Path, name: str) -> None:
    expected = expect()
    with make_reader(":memory:", feed_root=str(published)) as reader:
        reader.add_feed(name)
        reader.update_feeds()
        feed = reader.get_feed(name)
        assert feed.last_exception is None
        assert feed.title == "Seeds"
        entries = list(reader.get_entries())
    assert {entry.title for entry in entries} == set(expected)
    for entry in entries:
        assert entry.title
        seed = expected[entry.title]
        assert entry.link == entry.id
        assert entry.published == seed.published
        assert entry.authors_str == AUTHOR
        assert to_text(entry.summary or "") == seed.paragraphs[0]
        assert to_paragraphs(entry.content[0].value) == seed.paragraphs


def test_two_seeds_of_one_moment_are_updated_a_second_apart(published: Path) -> None:
    feed = feedparser.parse((published / "atom.xml").read_bytes())
    updated = sorted(entry.updated for entry in feed.entries)
    assert len(set(updated)) == len(updated)
    assert "2023-10-03T07:00:01+00:00" in updated
