"""The first request after a change, for each kind of document, against feedgen alone.

The process is warm: its renderers are imported. The document is cold: an article was ingested,
and each request is the first to a new app, which keeps nothing, and goes through all of it. The
limit is feedgen writing the same entries in Atom; for a document without entries, the app's
answer that there is no such document.

`ours` is the time until the plain answer is there, in the median round, `most` in the worst,
`gzip` that of the packed answer; `cpu` is what the processor took of `ours`, and `limit` what it
took for the limit: on a busy machine, these two are what tells.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from feedgen.feed import FeedGenerator
from msgspec import Struct

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
from tests.bench.answers import Answer, first_answer
from tests.bench.corpus import CATEGORY, write_article
from tests.bench.ingesting import run_ingest
from tests.bench.measure import measure

__all__ = ["bench_documents", "bench_new_process"]

ROUNDS = 9
COLUMNS = ("entries", "kB", "ours", "most", "gzip", "cpu", "limit", "ratio")


class Times(Struct):
    """The seconds that a document took in each round: ours, packed, and its limit."""

    path: str
    goal: str
    plain: list[Answer] = []
    packed: list[float] = []
    limit: list[float] = []


def bench_documents(settings: Settings) -> None:
    """Measure each kind of document in rounds, before each of which an article is added."""
    with closing(SqliteIndex(settings.database)) as index:
        documents = [Times(*chosen) for chosen in choose_documents(settings, index)]
        for times in documents:
            first_answer(settings, times.path)  # what a process pays once
        for number in range(ROUNDS):
            write_article(Path(settings.folder), number)
            run_ingest(settings)
            for times in documents:
                times.plain.append(first_answer(settings, times.path))
                times.packed.append(first_answer(settings, times.path, "gzip").seconds)
                times.limit.append(measure_limit(settings, index, times.path))
        heads = " ".join(f"{name:>7}" for name in COLUMNS)
        print(f"\n{'first request after a change, ms (feedgen alone)':<49} {heads}")
        for times in documents:
            tell(times, len(plan_window(settings, index, times.path).stamps))


def tell(times: Times, entries: int) -> None:
    """Print the medians, and the most of ours; the ratio is that of the processor's time."""
    seconds = [answer.seconds for answer in times.plain]
    columns = (seconds, times.packed, [each.processor for each in times.plain], times.limit)
    ours, packed, processor, least = (statistics.median(column) * 1e3 for column in columns)
    print(
        f"{times.path:<49} {entries:7} {times.plain[-1].length / 1000:7.1f} {ours:7.2f}"
        f" {max(seconds) * 1e3:7.2f} {packed:7.2f} {processor:7.2f} {least:7.2f}"
        f" {processor / least:7.2f}   {times.goal}",
        flush=True,
    )


def choose_documents(settings: Settings, index: Index) -> Iterator[tuple[str, str]]:
    """Yield the path of a document of each kind, and in what time it should be there."""
    feeds = (MAIN, locate("category", CATEGORY))
    for feed in feeds:
        for format in FEED_FORMATS:
            yield Place(format, feed).path, "goal 20"
    for feed in feeds:
        period = find_fullest(settings, index, feed)
        for format in FEED_FORMATS:
            yield Place(format, feed, period).path, "goal 50"
    yield Place("entry", slug=index.slugs("", 1)[0]).path, ""
    yield Place("opml").path, ""
    yield Place("css").path, ""


def find_fullest(settings: Settings, index: Index, path: str) -> str:
    """Find the closed archive of a feed with the most entries, of those that aren't split."""
    feed = describe_feed(settings, index, path)
    assert feed
    windows = Windows(index, feed, settings.archive_size)
    found = (windows.archive(name) for _, name in windows.archives() if not windows.parts(name))
    return max((len(one.stamps), one.period) for one in found if one and one.closed)[1]


def plan_window(settings: Settings, index: Index, path: str) -> Window:
    document = Publication(settings, index).plan(path)
    assert document, path
    return document.window


def measure_limit(settings: Settings, index: Index, path: str) -> float:
    """Return the processor's seconds that the limit for a document takes."""
    window = plan_window(settings, index, path)
    if not window.stamps:
        return first_answer(settings, "/nothing").processor
    return measure(use_feedgen(index, window), time.process_time)


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


def bench_new_process(settings: Settings) -> None:
    """Tell what a process pays once: imports, and what else the first use of a format takes."""
    command = [sys.executable, "-m", "tests.bench.cold", settings.folder]
    subprocess.run(command, check=True)
