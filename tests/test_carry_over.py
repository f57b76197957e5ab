"""Carry-over: a feed that another program, or an earlier feedsvc, wrote is published on as it was.

Who follows it must see nothing new: ids, titles, addresses, dates, people, labels, texts, files.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import feedparser
import pytest
from feedgen.feed import FeedGenerator

from tests.bench.builders.eleventy import MODULES, find_eleventy
from tests.bench.builders.hugo import find_hugo
from tests.bench.builders.pelican import find_pelican
from tests.conftest import Site

MakeSite = Callable[..., Site]
DATA = Path(__file__).parent / "data"
OWN = sorted(path.name for path in DATA.glob("*.*") if re.search(r"\.(?:xml|json)$", path.name))
URL = "https://feeds.example.org/"


def carry_over(make_site: MakeSite, name: str, feed: bytes, path: str) -> tuple[Any, Any]:
    """Publish what a feed holds; return the entries of the feed, and of what became of it."""
    site = make_site(name.replace(".", "-"), url=URL, language="en")
    (site.folder / name).write_bytes(feed)
    report = site.ingest()
    assert report.refused == []
    assert report.new > 0
    before, after = read(feed), read(site.body(path))
    for id, entry in before.items():
        # Where an entry has none, the author of the feed stands in, and the time of an update.
        for name in ("authors", "published"):
            if not entry.setdefault(name, None):
                after[id][name] = entry[name]
    return before, after


def read(feed: bytes) -> dict[str, dict[str, Any]]:
    """Read the entries of a feed by their ids: all that is to stay."""
    return read_json(feed) if feed.lstrip()[:1] == b"{" else read_xml(feed)


def read_xml(feed: bytes) -> dict[str, dict[str, Any]]:
    parsed = feedparser.parse(feed, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo
    return {
        entry.get("id", entry.get("link")): {
            "title": entry.get("title"),
            "link": entry.get("link"),
            "published": entry.get("published_parsed"),
            # feedparser itself would take the other.
            "updated": dict.get(entry, "updated_parsed"),
            "categories": [tag.label or tag.term for tag in entry.get("tags", ())],
            # An address beside a name is another author to feedparser, and in RSS.
            "authors": list(dict.fromkeys(author.name for author in entry.get("authors", ()))),
            "text": flatten(
                (entry.get("content") or [{}])[0].get("value") or entry.get("summary", "")
            ),
            "files": [(file.href, file.type, file.get("length")) for file in entry.enclosures],
            "pictures": [picture["url"] for picture in entry.get("media_thumbnail", ())],
        }
        for entry in parsed.entries
    }


def read_json(feed: bytes) -> dict[str, dict[str, Any]]:
    top = json.loads(feed)
    entries = {item["id"]: item for item in top["items"]}
    for entry in entries.values():
        entry.setdefault("language", top["language"])
        entry.setdefault("date_modified", entry["date_published"])
        # What has no text is one of its own where a summary, or a title, had to stand in.
        entry.pop("summary", None)
        entry["text"] = flatten(entry.pop("content_html", "") or entry.pop("content_text"))
    return entries


def flatten(html: str) -> str:
    """Return the text of HTML, whatever it is marked up by."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())


@pytest.mark.parametrize("name", OWN)
def test_feed_of_feedsvc_itself_is_the_same(make_site: MakeSite, name: str) -> None:
    kind = next(kind for kind in ("atom", "rss", "json") if f".{kind}" in name)
    path = {"atom": "/atom.xml", "rss": "/rss.xml", "json": "/feed.json"}[kind]
    before, after = carry_over(make_site, name, (DATA / name).read_bytes(), path)
    assert after == before


def test_feed_of_feedgen_is_the_same(make_site: MakeSite) -> None:
    before, after = carry_over(make_site, "p.rss", generate("rss").rss_str(), "/rss.xml")
    assert after == before
    before, after = carry_over(make_site, "p.atom", generate("atom").atom_str(), "/atom.xml")
    assert after == before


def generate(kind: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.load_extension("dc")
    generator.id("https://example.org/")
    generator.title("A <b>podcast</b>")
    generator.link(href="https://example.org/")
    generator.description("Cats & walls")
    for number in range(3):
        entry = generator.add_entry()
        entry.id(f"tag:example.org,2024:{number}")
        if kind == "rss":
            entry.guid(f"episode {number}", permalink=False)
        entry.title(f"Number {number} & <more>")
        entry.link(href=f"https://example.org/{number}?a=1&b=2")
        entry.published(datetime(2024, 5, number + 1, 10, tzinfo=UTC))
        entry.updated(datetime(2024, 5, number + 2, 10, tzinfo=UTC))
        entry.description(f"In short, {number}")
        entry.content(f"<p>Text <em>{number}</em>.</p>", type="html")
        entry.author({"name": "Jan", "email": "jan@example.org"})
        entry.dc.dc_creator("Jan")
        entry.category([{"term": "cats", "label": "Cats"}, {"term": "walls", "label": "Walls"}])
        if kind == "rss":  # in Atom it writes links that say nothing of themselves
            entry.enclosure(f"https://example.org/{number}.mp3", 1000, "audio/mpeg")
    return generator


# What other programs make of this, by their own templates, if they are installed.

POSTS = {
    "first": ("The first & <best>", "2024-05-01", "Cats", "Text with *emphasis*."),
    "second": ("De tweede: é", "2024-05-02", "Walls", "A [link](https://example.com/)\n\n- item"),
}


def write_posts(folder: Path, form: str) -> None:
    folder.mkdir(parents=True)
    for slug, (title, date, label, text) in POSTS.items():
        written = form.format(title=title, date=date, label=label, slug=slug, text=text)
        (folder / f"{slug}.md").write_text(written, encoding="utf-8")


YAML = '---\ntitle: "{title}"\ndate: {date}\ntags: [{label}]\n---\n{text}\n'


def build(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_feeds_of_pelican_are_the_same(make_site: MakeSite, tmp_path: Path) -> None:
    if find_pelican() is None:
        pytest.skip("Pelican isn't installed")
    home = tmp_path / "pelican"
    write_posts(
        home / "content",
        "Title: {title}\nDate: {date} 10:00\nAuthor: Jan\nCategory: {label}\nTags: a b, c\n\n"
        "{text}\n",
    )
    (home / "conf.py").write_text(
        'SITENAME, SITEURL, TIMEZONE = "Articles", "https://example.org", "UTC"\n'
        'FEED_DOMAIN, FEED_ALL_ATOM, FEED_ALL_RSS = SITEURL, "all.atom.xml", "all.rss.xml"\n'
        "RSS_FEED_SUMMARY_ONLY = False\n"
    )
    build(home, sys.executable, "-m", "pelican", "content", "-o", "out", "-s", "conf.py", "-q")
    for kind in ("atom", "rss"):
        feed = (home / "out" / f"all.{kind}.xml").read_bytes()
        before, after = carry_over(make_site, f"all.{kind}.xml", feed, f"/{kind}.xml")
        assert len(before) == 2
        assert after == before


def test_feed_of_hugo_is_the_same(make_site: MakeSite, tmp_path: Path) -> None:
    hugo = find_hugo()
    if hugo is None:
        pytest.skip("Hugo isn't installed")
    home = tmp_path / "hugo"
    write_posts(home / "content" / "posts", YAML)
    (home / "hugo.toml").write_text('baseURL = "https://example.org/"\ntitle = "Articles"\n')
    build(home, hugo.command[0], "--quiet")
    feed = (home / "public" / "posts" / "index.xml").read_bytes()
    before, after = carry_over(make_site, "index.xml", feed, "/rss.xml")
    assert len(before) == 2
    assert after == before


def test_feeds_of_eleventy_are_the_same(make_site: MakeSite, tmp_path: Path) -> None:
    eleventy = find_eleventy()
    if eleventy is None:
        pytest.skip("Eleventy isn't installed")
    home = tmp_path / "eleventy"
    write_posts(home / "content", YAML.replace("tags: [", "tags: [post, "))
    plugin = MODULES / "@11ty" / "eleventy-plugin-rss" / ".eleventy.js"
    metadata = {
        "language": "nl",
        "title": "Articles",
        "subtitle": "All of them",
        "base": "https://example.org/",
        "author": {"name": "Jan"},
    }
    feeds = "".join(
        f"config.addPlugin(feedPlugin, {{ type: '{kind}', outputPath: '/{kind}.xml',"
        f" collection: {{ name: 'post', limit: 0 }}, metadata: {json.dumps(metadata)} }});"
        for kind in ("atom", "rss", "json")
    )
    (home / "eleventy.config.mjs").write_text(
        f"import {{ feedPlugin }} from {json.dumps(plugin.as_uri())};"
        f"export default (config) => {{ {feeds} return {{ dir: {{ input: 'content' }} }}; }};"
    )
    build(home, *eleventy.command)
    for kind, name, path in (
        ("atom", "a.atom", "/atom.xml"),
        ("rss", "a.rss", "/rss.xml"),
        ("json", "a.json", "/feed.json"),
    ):
        feed = (home / "_site" / f"{kind}.xml").read_bytes()
        before, after = carry_over(make_site, name, feed, path)
        assert len(before) == 2
        assert after == before
