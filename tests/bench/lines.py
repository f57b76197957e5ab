"""Lines: what a piece of work takes, beside what somebody else takes for it in the same run."""

import statistics
from collections.abc import Sequence

from msgspec import Struct

from tests.bench.targets import Target, find_target

__all__ = ["HEADS", "Line", "Pairs", "note", "show", "sum_up"]


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of work at a number of articles: medians in `unit`, and the ratio of the pairs.

    `spread` is that of the ratios, or of our own figures where nobody is `beside`. Without a
    figure, the `note` says why. `met` is what `Target.judge` returns.
    """

    work: str
    count: int
    unit: str
    ours: float | None = None
    beside: str = ""
    peer: float | None = None
    ratio: float | None = None
    spread: tuple[float, float] | None = None
    rounds: int = 0
    target: Target | None = None
    met: str = ""
    note: str = ""


Pairs = Sequence[tuple[float, float | None]]
"""Our figure and the peer's, round by round."""


def sum_up(work: str, count: int, unit: str, pairs: Pairs, beside: str = "") -> Line:
    """Make the line that rounds come to."""
    ours = statistics.median(mine for mine, _ in pairs)
    theirs = [their for _, their in pairs if their is not None]
    ratios = [mine / their for mine, their in pairs if their is not None]
    spread = ratios or [mine for mine, _ in pairs]
    ratio = statistics.median(ratios) if ratios else None
    target = find_target(work, count, beside)
    return Line(
        work=work,
        count=count,
        unit=unit,
        ours=_round(ours),
        beside=beside,
        peer=_round(statistics.median(theirs)) if theirs else None,
        ratio=None if ratio is None else _round(ratio),
        spread=(_round(min(spread)), _round(max(spread))),
        rounds=len(pairs),
        target=target,
        met=target.judge(ours, ratio) if target else "",
    )


def note(work: str, count: int, unit: str, text: str, beside: str = "") -> Line:
    """Make the line of work that has no figure, and say why."""
    target = find_target(work, count, beside)
    return Line(work=work, count=count, unit=unit, beside=beside, target=target, note=text)


def _round(figure: float) -> float:
    return float(f"{figure:.3g}")


HEADS = f"{'work':<58} {'ours':>9} {'':<5} {'beside':>9} {'ratio':>7}   spread, rounds"


def show(line: Line) -> str:
    """Write a line for people."""
    name = f"{line.work} ({line.beside})" if line.beside else line.work
    if line.ours is None:
        return f"{name:<58} {line.note}"
    peer, ratio = (f"{each:g}" if each is not None else "-" for each in (line.peer, line.ratio))
    low, high = line.spread or (0, 0)
    shown = f"{name:<58} {line.ours:9g} {line.unit:<5} {peer:>9} {ratio:>7}"
    shown += f"   {low:g} to {high:g}, {line.rounds}"
    if line.target:
        sign = "≥" if line.target.more else "≤"
        of = "ratio " if line.target.of == "ratio" else ""
        shown += f"; target {of}{sign} {line.target.goal:g} ({line.target.stretch:g})"
        shown += f": {line.met or 'not measured'}"
    return shown
