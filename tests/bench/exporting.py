"""The whole publication into a folder, against copying that folder and looking at its files."""

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache, partial

from tests.bench.bench import Bench
from tests.bench.corpus import URL, write_article
from tests.bench.lines import Line, note, sum_up
from tests.bench.measure import Failed, Run, feedsvc, least, measure, run

__all__ = ["bench_export"]

WORK = "export of all archives and facets"


def bench_export(bench: Bench) -> Iterator[Line]:
    """Measure an export from nothing but an index, one of nothing new, one of one article more."""
    output, copy, limit = bench.home / "exported", bench.home / "copy", bench.pace.limit
    folder = bench.settings.folder
    command = feedsvc("export", folder, "--output", str(output), "--url", URL, *find_jobs())

    def copy_all() -> float:
        try:
            return measure(lambda: shutil.copytree(output, copy))
        finally:
            shutil.rmtree(copy)

    def export_more() -> Run:
        write_article(bench.folder, bench.next_number())
        return run(command, limit)

    try:
        first = run(command, limit)
    except Failed as failure:
        yield note(WORK, bench.count, "s", str(failure))
        shutil.rmtree(output, ignore_errors=True)
        return
    yield sum_up(WORK, bench.count, "s", [(first.seconds, copy_all())], "a copy")
    files = sum(1 for path in output.rglob("*") if path.is_file())
    rate = files / (1 + len(bench.settings.encodings)) / first.seconds
    yield sum_up(f"{WORK}, documents", bench.count, "/s", [(rate, None)])
    yield sum_up(f"{WORK}, peak memory", bench.count, "MiB", [(first.mebibytes, None)])
    look = partial(run, least("walk", output), limit)
    for work, export in (
        ("export, nothing new", partial(run, command, limit)),
        ("export, one article more", export_more),
    ):
        pairs = bench.pace.take_turns(export, look)
        seconds = [(mine.seconds, their.seconds) for mine, their in pairs]
        yield sum_up(work, bench.count, "s", seconds, "a look at each file")
    shutil.rmtree(output)


@cache
def find_jobs() -> tuple[str, ...]:
    """Return the options that let two processes export, none where there are no such."""
    command = feedsvc("export", "--help")
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return ("--jobs", "2") if "--jobs" in said else ()
