"""The section of docs/speed.md on the last run, as the results have it."""

from collections.abc import Iterator

from tests.bench.lines import Line
from tests.bench.results import Results
from tests.bench.targets import ANY, COLD, FACETS, MEMORY, TARGETS, Target

__all__ = ["find_line", "rewrite_page", "write_section"]

BEGIN, END = "<!-- results of make bench -->", "<!-- end of results -->"
CHART = "../tests/bench/results.svg"
BUILDERS = (
    *((COLD, name) for name in ("feedsvc", "Hugo", "Pelican", "Eleventy")),
    *((FACETS, name) for name in ("feedsvc", "Hugo")),
)


def rewrite_page(page: str, results: Results) -> str:
    """Return the page with the section of these results."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"docs/speed.md has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{write_section(results)}{END}{after}"


def write_section(results: Results) -> str:
    """Write what stands between the marks."""
    alt = "Chart: seconds of a cold build by number of articles, and shares of what nginx serves"
    return "\n".join(
        [
            f"![{alt}]({CHART})",
            "",
            f"Last run: {results.date}, {results.machine}.",
            "",
            "| cold build | feedsvc | Hugo | Pelican | Eleventy | feedsvc, facets | Hugo, facets |",
            "|---|---|---|---|---|---|---|",
            *_write_builds(results),
            "",
            "| work | articles | target (stretch) | feedsvc | beside it | ratio (spread) | met |",
            "|---|---|---|---|---|---|---|",
            *_write_targets(results),
            "",
        ]
    )


def find_line(results: Results, work: str, count: int | None, beside: str = "") -> Line | None:
    """Return the line of a work, beside anyone or a peer; at the most articles for None.

    The lines of feedsvc itself are those beside Hugo, or whoever is there.
    """
    found = [
        line
        for line in results.lines
        if line.work == work
        and (count is None or line.count == count)
        and (beside in ("", "feedsvc") or line.beside == beside)
    ]
    return max(found, key=lambda line: (line.count, line.ours is not None), default=None)


def _write_builds(results: Results) -> Iterator[str]:
    counts = sorted({line.count for line in results.lines if line.work == COLD})
    for count in counts:
        cells = [_write_build(results, count, work, name) for work, name in BUILDERS]
        yield f"| {count:,} articles | {' | '.join(cells)} |"


def _write_build(results: Results, count: int, work: str, name: str) -> str:
    """Write the seconds and MiB of a builder."""
    time = find_line(results, work, count, name)
    memory = find_line(results, f"{work}{MEMORY}", count, name)
    if time is None:
        return ""
    if memory is None or time.ours is None:
        return time.note
    mine = name == "feedsvc"
    seconds, mebibytes = (line.ours if mine else line.peer for line in (time, memory))
    return f"{seconds:g} s, {mebibytes:.0f} MiB"


def _write_targets(results: Results) -> Iterator[str]:
    for work, targets in TARGETS.items():
        lines = [line for line in results.lines if line.work == work and line.target]
        if ANY in targets:  # it holds at the most of them, or nowhere
            lines = lines[-1:]
        for line in lines:
            yield f"| {' | '.join(_write_cells(line))} |"


def _write_cells(line: Line) -> Iterator[str]:
    assert line.target
    goal, stretch = (_show(each, line.target) for each in (line.target.goal, line.target.stretch))
    sign = "≥" if line.target.more else "≤"
    unit = f" {line.unit}" if line.target.of == "ours" else ""
    yield line.work
    yield f"{line.count:,}"
    yield f"{sign} {goal} ({stretch}){unit}"
    if line.ours is None or line.spread is None:
        yield from (line.note, "", "", "")
        return
    yield f"{line.ours:,g} {line.unit}"
    yield f"{line.beside} {line.peer:,g} {line.unit}" if line.peer is not None else ""
    low, high = (_show(each, line.target) for each in line.spread)
    yield f"{_show(line.ratio, line.target)} ({low} to {high})" if line.ratio is not None else ""
    yield line.met


def _show(figure: float, target: Target) -> str:
    return f"{figure:.0%}" if target.more else f"{figure:g}"
