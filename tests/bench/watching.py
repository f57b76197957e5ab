"""A change, from when a file is renamed into the folder until the feed's new bytes are received.

Beside it Hugo's own server, which watches too.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

from tests.bench.bench import Bench
from tests.bench.builders import Site
from tests.bench.builders.hugo import find_hugo
from tests.bench.client import Client, find_port, running
from tests.bench.corpus import URL, write_article
from tests.bench.lines import Line, note, sum_up
from tests.bench.measure import feedsvc

__all__ = ["bench_watch", "see_article"]

PATH = "/atom.xml"
WORK = "change seen by a running server"
PATIENCE = 5
"""Seconds after which a server is taken not to watch."""
REST = 0.5
"""Seconds before each change, so that it finds the server at rest."""


def bench_watch(bench: Bench) -> Iterator[Line]:
    """Measure new articles of ours and edits of Hugo's, one at a time."""
    port = find_port()
    command = feedsvc("serve", bench.settings.folder, "--port", str(port), "--url", URL)
    with ExitStack() as opened:
        opened.enter_context(running(command, port, PATH))
        client = opened.enter_context(closing(Client(port)))
        if see_article(bench, client) is None:
            yield note(WORK, bench.count, "ms", "not yet")
            return
        hugo = opened.enter_context(_run_hugo(bench))
        pairs = bench.pace.take_turns(lambda: see_article(bench, client), hugo or (lambda: None))
    seen = [(mine * 1e3, their and their * 1e3) for mine, their in pairs if mine is not None]
    yield sum_up(WORK, bench.count, "ms", seen, "Hugo" if hugo else "")


@contextmanager
def _run_hugo(bench: Bench) -> Iterator[Callable[[], float | None] | None]:
    """Run Hugo's server; give what returns the seconds until it has an edit, None without Hugo."""
    builder = find_hugo()
    if builder is None:
        yield None
        return
    site = Site(builder, bench.home / "hugo", bench.count, bench.pace.limit)
    port = find_port()
    options = ["--source", str(site.folder), "--disableFastRender", "--renderToMemory"]
    command = [builder.command[0], "server", "--port", str(port), *options]
    with running(command, port, PATH), closing(Client(port)) as client:
        yield lambda: see(client, site.edit, f"Article v{site.edits + 1} ")
    site.remove()


def see_article(bench: Bench, client: Client) -> float | None:
    """Return the seconds until a new article is in our feed, None where it doesn't get there."""
    number = bench.next_number()
    made = write_article(bench.home / "made", number)
    path = bench.folder / "new" / made.name
    path.parent.mkdir(exist_ok=True)
    return see(client, lambda: os.replace(made, path), f"Article new {number}<")


def see(client: Client, change: Callable[[], None], marker: str) -> float | None:
    """Return the seconds from a change until the feed has the marker, None where it never has."""
    time.sleep(REST)
    tag = client.get(PATH).tag
    began = time.perf_counter()
    change()
    while time.perf_counter() < began + PATIENCE:
        answer = client.get(PATH, If_None_Match=tag) if tag else client.get(PATH)
        seconds = time.perf_counter() - began
        if marker.encode() in answer.body:
            return seconds
        tag = answer.tag
        time.sleep(0.0005)
    return None
