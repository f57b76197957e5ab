"""Feeds of a folder as files, as a user makes them, against other programs that make them."""

import shutil
from collections.abc import Iterator
from functools import partial

from tests.bench.bench import Bench
from tests.bench.builders import Builder, Site
from tests.bench.builders.eleventy import find_eleventy
from tests.bench.builders.hugo import find_hugo
from tests.bench.builders.ours import find_feedsvc
from tests.bench.builders.pelican import find_pelican
from tests.bench.lines import Line, note, sum_up
from tests.bench.measure import Failed, Run, least, run
from tests.bench.targets import COLD, FACETS, MEMORY

__all__ = ["bench_build"]

EDITED = "one file changed, new process"
SAME = "nothing changed, new process"
MOST_OF_SLOW = 10_000
"""Articles up to which the programs are measured that take a minute for more."""


def bench_build(bench: Bench) -> Iterator[Line]:
    """Measure cold builds, that of an edit, and that of nothing new."""
    ours = Site(find_feedsvc(), bench.home / "ours", bench.count, bench.pace.limit)
    others = [(find_hugo(), "Hugo")]
    if bench.count <= MOST_OF_SLOW:
        others += [(find_pelican(), "Pelican"), (find_eleventy(), "Eleventy")]
    for builder, name in others:
        yield from _compare(bench, ours, builder, name, COLD)
    walk = partial(run, least("walk", bench.home / "ours"), bench.pace.limit)
    ours.build_anew()
    seconds = _take_seconds(bench.pace.take_turns(ours.build, walk))
    yield sum_up(SAME, bench.count, "s", seconds, "a look at each file")
    ours.remove()
    if find_hugo():
        ours = Site(find_feedsvc(facets=True), bench.home / "ours", bench.count, bench.pace.limit)
        yield from _compare(bench, ours, find_hugo(facets=True), "Hugo", FACETS)
        ours.remove()


def _compare(
    bench: Bench, ours: Site, builder: Builder | None, name: str, work: str
) -> Iterator[Line]:
    """Build in turns with a builder that is to be `name`."""
    if builder is None:
        yield note(work, bench.count, "s", f"skipped: {name} is not installed", name)
        return
    home = bench.home / "theirs"
    theirs = Site(builder, home, bench.count, bench.pace.limit)
    try:
        pairs = bench.pace.take_turns(ours.build_anew, theirs.build_anew)
        memory = [(mine.mebibytes, their.mebibytes) for mine, their in pairs]
        yield sum_up(work, bench.count, "s", _take_seconds(pairs), name)
        yield sum_up(f"{work}{MEMORY}", bench.count, "MiB", memory, name)
        if name == "Hugo" and work == COLD:
            pairs = bench.pace.take_turns(ours.build_edited, theirs.build_edited)
            yield sum_up(EDITED, bench.count, "s", _take_seconds(pairs), name)
    except Failed as failure:
        yield note(work, bench.count, "s", str(failure), name)
    finally:
        shutil.rmtree(home)


def _take_seconds(pairs: list[tuple[Run, Run]]) -> list[tuple[float, float | None]]:
    return [(mine.seconds, their.seconds) for mine, their in pairs]
