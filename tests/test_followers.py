"""Moves: who followed a feed of another program sees no entry twice when feedsvc takes over.

Each program writes the feeds of a site, and real readers subscribe to them and read all there is.
Then the same addresses have what feedsvc makes of the site: elsewhere, with other permalinks, in
another format. Without `feedsvc adopt` all of it would be new.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from feedgen.feed import FeedGenerator

from feedsvc.cli import main
from tests.generators import SITES, build_eleventy, build_hugo, build_pelican
from tests.hosting import Host
from tests.subscribers import SUBSCRIBERS, Subscriber

NEW = "---\ntitle: After the move\ndate: 2024-06-02\n---\nWritten when all was elsewhere.\n"


class Site(NamedTuple):
    """A site that moves.

    Its articles as they lie there and where new ones are put, the settings of feedsvc, the feed to
    adopt, and the feeds that people follow: what there was, and what there will be.
    """

    articles: Path
    posts: str
    settings: str
    adopted: Path
    followed: dict[Path, str]


def move_hugo(home: Path) -> Site:
    """From http to https."""
    public = build_hugo(home, "--baseURL", "http://hugo.example/")
    feed = public / "index.xml"
    settings = (
        'site_url = "https://hugo.example/"\npermalink = "/:sections/:slugorcontentbasename/"\n'
    )
    return Site(SITES / "hugo", "content/posts", settings, feed, {feed: "rss.xml"})


def move_pelican(home: Path) -> Site:
    """To other permalinks, and from RSS to Atom."""
    output = build_pelican(home)
    atom, rss = (output / "feeds" / f"all.{kind}.xml" for kind in ("atom", "rss"))
    settings = 'site_url = "https://pelican.example/"\npermalink = "/:year/:slug/"\n'
    return Site(SITES / "pelican", "content", settings, atom, {atom: "atom.xml", rss: "atom.xml"})


def move_eleventy(home: Path) -> Site:
    """To another host, with other permalinks, and from Atom to RSS."""
    feed = build_eleventy(home) / "feed.xml"
    again = feed.with_name("again.xml")
    again.write_bytes(feed.read_bytes())
    settings = 'site_url = "https://bread.example/"\npermalink = "/:year/:month/:slug/"\n'
    return Site(SITES / "eleventy", "posts", settings, feed, {feed: "atom.xml", again: "rss.xml"})


def move_feedgen(home: Path) -> Site:
    """To articles without addresses and dates, whose ids were no IRIs."""
    articles = home / "articles"
    articles.mkdir(parents=True)
    generator = FeedGenerator()
    generator.title("Walls")
    generator.link(href="https://walls.example/")
    generator.description("Of stone")
    for number in range(4):
        title = f"Wall number {number}"
        (articles / f"{number}.txt").write_text(
            f"{title}\n2024-05-0{number + 1}\n\nIt stands, and it is {number} metres high."
        )
        entry = generator.add_entry()
        entry.title(title)
        entry.guid(f"wall & {number}", permalink=False)
        entry.link(href=f"https://walls.example/?p={number}")
        entry.pubDate(datetime(2024, 5, number + 1, 6, 30, tzinfo=UTC))
        entry.description(f"It stands, and it is {number} metres high.")
    feed = home / "feed.xml"
    generator.rss_file(str(feed))
    return Site(articles, "", "", feed, {feed: "rss.xml"})


class Move(NamedTuple):
    """What each followed feed is by turns: before, moved, moved without adopting, with one more."""

    before: list[bytes]
    moved: list[bytes]
    bare: list[bytes]
    later: list[bytes]


@pytest.fixture(scope="module", params=[move_feedgen, move_pelican, move_eleventy, move_hugo])
def move(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Move:
    home = tmp_path_factory.mktemp("move")
    site: Site = request.param(home / "theirs")
    folder = Path(shutil.copytree(site.articles, home / "ours"))
    (folder / "feedsvc.toml").write_text(f'url = "https://feeds.example/"\n{site.settings}')

    def export(name: str) -> list[bytes]:
        database = home / f"{name}.sqlite"
        run("export", folder, "--quiet", "--output", home / name, "--database", database)
        return [(home / name / file).read_bytes() for file in site.followed.values()]

    bare = export("bare")
    run("adopt", site.adopted, folder)
    moved = export("moved")
    (folder / site.posts / "after-the-move.md").write_text(NEW)
    later = export("moved")
    return Move([feed.read_bytes() for feed in site.followed], moved, bare, later)


def run(*arguments: str | Path) -> None:
    assert not main([str(argument) for argument in arguments], standalone_mode=False)


@pytest.mark.parametrize("subscribe", SUBSCRIBERS)
def test_followers_see_no_entry_twice_and_each_new_one_once(
    move: Move, host: Host, tmp_path: Path, subscribe: type[Subscriber]
) -> None:
    def serve(bodies: list[bytes], prefix: str = "/feed") -> list[str]:
        return [host.put(f"{prefix}{number}", body) for number, body in enumerate(bodies)]

    subscriber = subscribe(tmp_path)
    feeds, others = serve(move.before), serve(move.before, "/bare")
    subscriber.subscribe(feeds + others)
    first = subscriber.poll()
    assert set(first) == {*feeds, *others}
    assert subscriber.poll() == {}

    serve(move.moved)
    assert subscriber.poll() == {}
    assert subscriber.list_all() == first

    serve(move.later)
    assert subscriber.poll() == {feed: ["After the move"] for feed in feeds}

    for number, address in enumerate(serve(move.later, "/elsewhere")):
        host.put(f"/feed{number}", status=301, headers=(("Location", address),))
    assert subscriber.poll() == {}

    serve(move.bare, "/bare")
    assert subscriber.poll() == {other: first[other] for other in others}
