"""The folder into the index, against the least that an index takes."""

import shutil
from collections.abc import Iterator
from functools import partial

from tests.bench.bench import Bench
from tests.bench.corpus import URL
from tests.bench.lines import Line, sum_up
from tests.bench.measure import Run, feedsvc, least, run

__all__ = ["bench_ingest"]


def bench_ingest(bench: Bench) -> Iterator[Line]:
    """Measure the ingest of all articles, and one that finds them all as they were."""
    limit, folder = bench.pace.limit, bench.folder
    command = feedsvc("ingest", str(folder), "--url", URL)

    def ingest_anew() -> Run:
        shutil.rmtree(folder / ".feedsvc", ignore_errors=True)
        return run(command, limit)

    beside = "one row and its text"
    pairs = bench.pace.take_turns(ingest_anew, partial(run, least("ingest", folder), limit))
    seconds = [(mine.seconds, their.seconds) for mine, their in pairs]
    memory = [(mine.mebibytes, their.mebibytes) for mine, their in pairs]
    yield sum_up("ingest from nothing", bench.count, "s", seconds, beside)
    yield sum_up("ingest from nothing, peak memory", bench.count, "MiB", memory, beside)
    pairs = bench.pace.take_turns(
        partial(run, command, limit), partial(run, least("walk", folder), limit)
    )
    seconds = [(mine.seconds, their.seconds) for mine, their in pairs]
    yield sum_up("ingest, nothing changed", bench.count, "s", seconds, "a look at each file")
