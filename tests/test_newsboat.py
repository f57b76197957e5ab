"""A real feed reader subscribes to the real server: newsboat, from Debian."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.request import Request, urlopen

import listparser
import pytest

from tests.conftest import SEEDS, serve
from tests.corpus import AUTHORS, write_corpus
from tests.subscribers import Newsboat


@pytest.fixture
def newsboat(tmp_path: Path) -> Newsboat:
    return Newsboat(tmp_path / "newsboat")


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_newsboat_lists_the_seeds_and_polls_them_for_nothing(
    seeds_served: str, newsboat: Newsboat, name: str
) -> None:
    (newsboat.home / "urls").write_text(f"{seeds_served}{name}\n")
    newsboat.run("-x", "reload")
    assert newsboat.run("-x", "print-unread").startswith("9 unread")
    listed = {title for (title,) in newsboat.ask("SELECT title FROM rss_item")}
    assert listed == {
        path.read_text(encoding="utf-8").split("\n")[0] for path in SEEDS.glob("*.txt")
    }
    assert set(newsboat.ask("SELECT author FROM rss_item")) == {("De redactie van Seeds",)}
    # newsboat has no row to keep the validators in before the first
    newsboat.run("-x", "reload")
    asked = Request(f"{seeds_served}{name}", headers={"Accept-Encoding": "gzip"})
    with urlopen(asked) as answer:
        expected = answer.headers["ETag"], parsedate_to_datetime(answer.headers["Last-Modified"])
    ((etag, modified),) = newsboat.ask("SELECT etag, lastmodified FROM rss_feed")
    assert (etag, datetime.fromtimestamp(int(modified), UTC)) == expected
    newsboat.run("-x", "reload")
    assert newsboat.run("-x", "print-unread").startswith("9 unread")


def test_newsboat_imports_every_feed_and_lists_every_facet(
    newsboat: Newsboat, tmp_path: Path
) -> None:
    """By feeds.opml, as listparser does; with labels, authors and titles of every script."""
    folder = tmp_path / "articles"
    write_corpus(folder, 80)
    (folder / "feedsvc.toml").write_text('title = "Corpus"\n')
    with serve(folder, tmp_path / "index.sqlite") as address:
        with urlopen(f"{address}feeds.opml") as answer:
            opml = answer.read()
        (newsboat.home / "feeds.opml").write_bytes(opml)
        newsboat.run("-i", "feeds.opml")
        feeds = {feed.url: feed.title for feed in listparser.parse(opml.decode()).feeds}
        urls = (newsboat.home / "urls").read_text().splitlines()
        assert {line.split()[0] for line in urls if line} == set(feeds)
        newsboat.run("-x", "reload")
    listed = newsboat.ask("SELECT rssurl, title FROM rss_feed")
    assert set(listed) == set(feeds.items())
    titles = {title for _, title in listed}
    assert {f"Corpus: {name}" for name in AUTHORS} <= titles
    names = ("C++", "中文", "חדשות", "🚲", "Ελληνικά", "العربية")
    assert {f"Corpus: {name}" for name in names} <= titles
    # newsboat keeps an entry once, whatever feeds it is in.
    assert len(newsboat.ask("SELECT DISTINCT title FROM rss_item")) > 70
