"""A change, from when a file is renamed into the folder until the feed's new bytes are received."""

import os
import time
from collections.abc import Iterator
from contextlib import closing

from tests.bench.bench import Bench
from tests.bench.client import Client, find_port, running
from tests.bench.corpus import URL, write_article
from tests.bench.lines import Line, note, sum_up
from tests.bench.measure import feedsvc

__all__ = ["bench_watch"]

PATH = "/atom.xml"
WORK = "change seen by a running server"
PATIENCE = 5
"""Seconds after which a server is taken not to watch."""
SETTLED = 0.5
"""Seconds between changes: each is to find the server at rest."""


def bench_watch(bench: Bench) -> Iterator[Line]:
    """Measure new articles, one at a time."""
    port = find_port()
    command = feedsvc("serve", bench.settings.folder, "--port", str(port), "--url", URL)
    times: list[tuple[float, float | None]] = []
    with running(command, port, PATH), closing(Client(port)) as client:
        for _ in range(bench.pace.rounds):
            time.sleep(SETTLED)
            seconds = see_change(bench, client)
            if seconds is None:
                yield note(WORK, bench.count, "not yet")
                return
            times.append((seconds * 1e3, None))
    yield sum_up(WORK, bench.count, "ms", times)


def see_change(bench: Bench, client: Client) -> float | None:
    """Return the seconds until a new article is in the feed, None where it doesn't get there."""
    number = bench.next_number()
    made = write_article(bench.home / "made", number)
    path = bench.folder / "new" / made.name
    path.parent.mkdir(exist_ok=True)
    tag = client.get(PATH).tag
    began = time.perf_counter()
    os.replace(made, path)
    while time.perf_counter() < began + PATIENCE:
        answer = client.get(PATH, If_None_Match=tag)
        if answer.status == 200:
            seconds = time.perf_counter() - began
            if f"Article new {number}<".encode() in answer.body:
                return seconds
            tag = answer.tag
        time.sleep(0.0005)
    return None
