"""The first request after a change, for each kind of document, against feedgen alone.

The process is warm: its renderers are imported. The document is cold: an article was ingested,
and each request is the first to a new app, which keeps nothing, and goes through all of it. The
limit is feedgen writing the same entries in Atom; for a document without entries, the app's
answer that there is no such document.
"""

import statistics
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice

from feedgen.feed import FeedGenerator

from feedsvc.facets import locate
from feedsvc.feeds import describe_feed
from feedsvc.formats import FEED_FORMATS
from feedsvc.index import MAIN, Index
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.model import Window
from feedsvc.paths import Place
from feedsvc.publication import Publication
from feedsvc.settings import Settings
from feedsvc.windows import Windows
from tests.bench.answers import first_answer
from tests.bench.bench import Bench, run_ingest
from tests.bench.corpus import CATEGORY, write_article
from tests.bench.lines import Line, Pairs, sum_up
from tests.bench.measure import measure

__all__ = ["bench_window"]

NEWEST = "first request for any newest window"
FEEDS = {"main": MAIN, "category": locate("category", CATEGORY)}

OLDEST = 100
"""Archives among which one is chosen."""


def bench_window(bench: Bench) -> Iterator[Line]:
    """Measure each kind of document in rounds, before each of which an article is added.

    The slowest of the newest windows stands for all of them, once plain and once packed.
    """
    settings = bench.settings
    newest = {
        f"{name}, newest, {format}": Place(format, feed).path
        for name, feed in FEEDS.items()
        for format in FEED_FORMATS
    }
    plain: dict[str, list[tuple[float, float | None]]] = {}
    packed: dict[str, list[tuple[float, float | None]]] = {}
    with closing(SqliteIndex(settings.database)) as index:
        chosen = newest | dict(choose_others(settings, index))
        for path in newest.values():
            first_answer(settings, path)  # what a process pays once
        for _ in range(bench.pace.rounds):
            write_article(bench.folder, bench.next_number())
            run_ingest(settings)
            for name, path in chosen.items():
                least = measure_limit(settings, index, path) * 1e3
                took = first_answer(settings, path) * 1e3
                plain.setdefault(name, []).append((took, least))
                took = first_answer(settings, path, "gzip") * 1e3
                packed.setdefault(name, []).append((took, least))
    for work, figures in ((NEWEST, plain), (f"{NEWEST}, gzip", packed)):
        slowest = max(newest, key=lambda name: take_median(figures[name]))
        yield sum_up(work, bench.count, "ms", figures[slowest], "feedgen alone")
    for name, pairs in plain.items():
        yield sum_up(f"first request: {name}", bench.count, "ms", pairs, "feedgen alone")


def take_median(pairs: Pairs) -> float:
    return statistics.median(ours for ours, _ in pairs)


def choose_others(settings: Settings, index: Index) -> Iterator[tuple[str, str]]:
    """Yield the name and the path of a document of each other kind."""
    for name, feed in FEEDS.items():
        if period := find_fullest(settings, index, feed):
            for format in FEED_FORMATS:
                yield f"{name}, archive, {format}", Place(format, feed, period).path
    yield "an entry's page", Place("entry", slug=index.slugs("", 1)[0]).path
    yield "OPML", Place("opml").path
    yield "CSS", Place("css").path


def find_fullest(settings: Settings, index: Index, path: str) -> str:
    """Find the closed archive of a feed with the most entries, of its oldest."""
    feed = describe_feed(settings, index, path)
    assert feed
    windows = Windows(index, feed, settings.archive_size)
    names = islice(windows.archives(), OLDEST)
    found = (windows.archive(name) for _, name in names if not windows.parts(name))
    closed = [(len(one.stamps), one.period) for one in found if one and one.closed]
    return max(closed, default=(0, ""))[1]


def measure_limit(settings: Settings, index: Index, path: str) -> float:
    """Return the seconds that the limit for a document takes."""
    document = Publication(settings, index).plan(path)
    assert document, path
    if not document.window.stamps:
        return first_answer(settings, "/nothing")
    return measure(use_feedgen(index, document.window))


def use_feedgen(index: Index, window: Window) -> Callable[[], None]:
    """Return the work of writing a window's entries with feedgen, their texts at hand."""
    articles = index.articles([stamp.digest for stamp in window.stamps])

    def work() -> None:
        generator = FeedGenerator()
        generator.id("x")
        generator.title("x")
        generator.link(href="x")
        for stamp in window.stamps:
            entry = generator.add_entry(order="append")
            entry.id(stamp.id)
            entry.title(articles[stamp.digest].title)
            entry.updated(stamp.updated)
            entry.content(articles[stamp.digest].content, type="html")
        generator.atom_str()

    return work
