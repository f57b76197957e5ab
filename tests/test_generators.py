"""Sites of other generators, published as they lie there: as their own feeds are, where these run.

Jekyll, Zola and Astro don't run here: what they would give is written down by their documentation.
"""

import html
import json
import re
import shutil
from calendar import timegm
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import feedparser

from tests.conftest import Site
from tests.generators import SITES, build_eleventy, build_hugo, build_pelican


class Post(NamedTuple):
    """What a feed says of an article, and any other must say too."""

    title: str
    link: str
    published: str | None
    updated: str | None
    categories: frozenset[str]
    text: str


def show_text(markup: str) -> str:
    """Return the words of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def show_time(time: Any) -> str | None:
    return datetime.fromtimestamp(timegm(time), UTC).isoformat() if time else None


def read_feed(data: bytes) -> list[Post]:
    """Read a feed as a reader does; the newest come first."""
    parsed = feedparser.parse(data, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.bozo_exception
    return [
        Post(
            entry.title,
            entry.link,
            show_time(entry.get("published_parsed")),
            show_time(entry.get("updated_parsed")),
            frozenset(tag.term for tag in entry.get("tags", ())),
            show_text((entry.get("content") or [{"value": entry.get("summary", "")}])[0]["value"]),
        )
        for entry in parsed.entries
    ]


def publish(make_site: Callable[..., Site], name: str, **options: Any) -> Site:
    """Publish a site's folder as it is."""
    site = make_site(name, **options)
    shutil.copytree(SITES / name, site.folder, dirs_exist_ok=True)
    report = site.ingest()
    assert report.refused == []
    return site


def by_link(posts: Iterable[Post]) -> dict[str, Post]:
    return {post.link: post for post in posts}


def test_hugo_site_gives_what_hugo_gives(make_site: Callable[..., Site], tmp_path: Path) -> None:
    public = build_hugo(tmp_path / "theirs")
    site = publish(
        make_site,
        "hugo",
        url="https://feeds.example/",
        site_url="https://hugo.example/",
        permalink="/:sections/:slugorcontentbasename/",
        default_time="00:00",
    )
    ours = read_feed(site.body("/atom.xml"))
    theirs = [
        Post(
            post["title"],
            post["link"],
            datetime.fromisoformat(post["date"]).astimezone(UTC).isoformat(),
            datetime.fromisoformat(post["updated"]).astimezone(UTC).isoformat(),
            frozenset(post["categories"]),
            show_text(post["content"]),
        )
        for post in json.loads((public / "index.json").read_text())
    ]
    assert by_link(ours) == by_link(theirs)
    assert [post.link for post in ours] == [post.link for post in theirs]
    rss = feedparser.parse((public / "index.xml").read_bytes())
    mine = feedparser.parse(site.body("/rss.xml"))
    assert {entry.id for entry in mine.entries} == {entry.id for entry in rss.entries}
    gauge = next(entry for entry in mine.entries if entry.link.endswith("/gauge/"))
    assert "https://feeds.example/media/" in gauge.content[0].value


def test_pelican_site_gives_what_pelican_gives(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    output = build_pelican(tmp_path / "theirs")
    site = publish(
        make_site,
        "pelican",
        url="https://feeds.example/",
        site_url="https://pelican.example/",
        permalink="/:slug.html",
        timezone="Europe/Amsterdam",
        default_time="00:00",
        author_name="Ilse Brand",
    )
    theirs = read_feed((output / "feeds" / "all.atom.xml").read_bytes())
    assert by_link(read_feed(site.body("/atom.xml"))) == by_link(theirs)


def test_eleventy_site_gives_what_eleventy_gives(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    feed = (build_eleventy(tmp_path / "theirs") / "feed.xml").read_bytes()
    site = publish(
        make_site,
        "eleventy",
        url="https://feeds.example/",
        site_url="https://eleventy.example/",
        permalink="/:sections/:filename/",
        default_time="00:00",
    )
    theirs = read_feed(feed)
    ours = [post._replace(published=None) for post in read_feed(site.body("/atom.xml"))]
    assert by_link(ours) == by_link(post._replace(published=None) for post in theirs)
    mine, their = (
        {entry.id for entry in feedparser.parse(data).entries}
        for data in (site.body("/atom.xml"), feed)
    )
    assert mine == their


JEKYLL = [
    Post(
        "The first cut",
        "https://jekyll.example/garden/tools/2021/02/14/the-first-cut/",
        "2021-02-14T00:00:00+00:00",
        "2021-02-14T00:00:00+00:00",
        frozenset({"garden", "tools", "hedge", "shears"}),
        'The shears were blunt. Oil, a stone, half an hour . puts "snip"',
    ),
    Post(
        "Birds in the hedge",
        "https://jekyll.example/2021/03/01/birds/",
        "2021-03-01T06:05:00+00:00",
        "2021-03-03T18:00:00+00:00",
        frozenset(),
        "A wren has moved in, see the first cut.",
    ),
    Post(
        "No title",
        "https://jekyll.example/2021/04/09/no-title/",
        "2021-04-09T00:00:00+00:00",
        "2021-04-09T00:00:00+00:00",
        frozenset(),
        "A post without front matter, as an editor left it.",
    ),
]


def test_jekyll_site_gives_what_jekyll_feed_would(make_site: Callable[..., Site]) -> None:
    site = publish(
        make_site,
        "jekyll",
        url="https://feeds.example/",
        site_url="https://jekyll.example/",
        permalink="pretty",
        default_time="00:00",
    )
    assert by_link(read_feed(site.body("/atom.xml"))) == by_link(JEKYLL)
    assert b"https://feeds.example/media/" in site.body("/atom.xml")
    birds = next(
        entry
        for entry in feedparser.parse(site.body("/atom.xml")).entries
        if entry.link.endswith("/birds/")
    )
    assert birds.author == "Liv Holm"
    assert birds.summary == "From March on nobody cuts here."


ZOLA = [
    Post(
        "Aperture, drawn",
        "https://zola.example/blog/aperture/",
        "2022-06-01T00:00:00+00:00",
        "2022-06-09T00:00:00+00:00",
        frozenset({"optics", "basics", "Lessons"}),
        "The number is a fraction: f/4 is a quarter of the focal length. "
        "YouTube See the shutter for the other half.",
    ),
    Post(
        "The shutter",
        "https://zola.example/blog/shutter/",
        "2022-07-15T00:00:00+00:00",
        "2022-07-15T00:00:00+00:00",
        frozenset(),
        "A five-hundredth stops a runner, not a wheel. Hold your breath.",
    ),
]


def test_zola_site_gives_what_zola_would(make_site: Callable[..., Site]) -> None:
    site = publish(
        make_site,
        "zola",
        url="https://feeds.example/",
        site_url="https://zola.example/",
        permalink="/:sections/:stem/",
        default_time="00:00",
    )
    ours = by_link(read_feed(site.body("/atom.xml")))
    assert ours == by_link(ZOLA)
    aperture = json.loads(site.body("/feed.json"))["items"][-1]
    assert aperture["authors"] == [{"name": "Ada Quist"}]
    assert aperture["image"].startswith("https://feeds.example/media/")
    assert "https://zola.example/blog/shutter/" in aperture["content_html"]


ASTRO = [
    Post(
        "First snow",
        "https://astro.example/blog/first-snow/",
        "2024-01-08T00:00:00+00:00",
        "2024-01-08T00:00:00+00:00",
        frozenset(),
        "Four centimetres by noon, gone by four. What the gauge said "
        "It said nothing: it was under the snow.",
    ),
    Post(
        "Thaw",
        "https://astro.example/blog/thaw/",
        "2024-01-19T00:00:00+00:00",
        "2024-01-21T00:00:00+00:00",
        frozenset({"water"}),
        "A week of water. Then the ground was there again.",
    ),
]


def test_astro_site_gives_what_astro_would(make_site: Callable[..., Site]) -> None:
    site = publish(
        make_site,
        "astro",
        url="https://feeds.example/",
        site_url="https://astro.example/",
        permalink="/:sections/:filename/",
        default_time="00:00",
    )
    assert by_link(read_feed(site.body("/atom.xml"))) == by_link(ASTRO)
    first = json.loads(site.body("/feed.json"))["items"][-1]
    assert first["image"].startswith("https://feeds.example/media/")
    assert first["summary"] == "Four centimetres by noon."
