"""The memory of a worker that has served all kinds of documents."""

from collections.abc import Iterator
from contextlib import closing
from itertools import cycle, islice
from urllib.parse import quote

from feedsvc.feeds import list_feeds
from feedsvc.formats import FEED_FORMATS
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.paths import Place
from feedsvc.settings import Settings
from feedsvc.windows import Windows
from tests.bench.bench import Bench
from tests.bench.client import Client, find_children, find_port, read_memory, read_ticks, running
from tests.bench.corpus import URL
from tests.bench.lines import Line, sum_up
from tests.bench.measure import feedsvc

__all__ = ["bench_memory", "list_documents"]

ARCHIVES = 20
"""Archives that are asked for, of each feed."""
REQUESTS = 4000


def bench_memory(bench: Bench) -> Iterator[Line]:
    """Ask for newest windows and archives of all feeds in all formats, plain and packed."""
    paths = list(list_documents(bench.settings))
    port = find_port()
    command = feedsvc("serve", bench.settings.folder, "--port", str(port), "--url", URL)
    with running(command, port, "/atom.xml") as server, closing(Client(port)) as client:
        children = find_children(server)
        ticks, before = ([read(child) for child in children] for read in (read_ticks, read_most))
        packings = cycle(("identity", "gzip", "gzip"))
        for path, packing in zip(islice(cycle(paths), REQUESTS), packings, strict=False):
            answer = client.get(path, Accept_Encoding=packing)
            assert answer.status == 200, path
        # The worker is who has worked: there may be others, which watch the folder.
        work = [read_ticks(child) - first for child, first in zip(children, ticks, strict=True)]
        worker = work.index(max(work))
        pair = read_most(children[worker]), before[worker]
    beside = "its first answer"
    yield sum_up("serving worker, peak memory", bench.count, "MiB", [pair], beside)


def read_most(process: int) -> float:
    """Return the MiB that a process had resident at most."""
    return read_memory(process, "VmHWM")


def list_documents(settings: Settings) -> Iterator[str]:
    """Yield the paths, as they are asked for, of every feed's newest window and some archives."""
    formats = cycle(FEED_FORMATS)
    with closing(SqliteIndex(settings.database)) as index:
        for feed in list_feeds(settings, index):
            for format in FEED_FORMATS:
                yield quote(Place(format, feed.path).path)
            archives = Windows(index, feed, settings.archive_size).archives()
            for (_, period), format in zip(islice(archives, ARCHIVES), formats, strict=False):
                yield quote(Place(format, feed.path, period).path)
