"""Measuring and telling: a piece of work against its limit, in turns."""

import statistics
import time
from collections.abc import Callable

__all__ = ["compare", "measure", "show"]

ROUNDS = 5
LONGEST = 40
"""Seconds after which no further round is begun."""


def compare(
    name: str, unit: float, ours: Callable[[], object], limit: Callable[[], object]
) -> None:
    """Measure both in turns and print: ours, the limit, the ratio of the medians, its spread."""
    pairs: list[tuple[float, float]] = []
    while len(pairs) < ROUNDS and sum(map(sum, pairs)) < LONGEST:
        pairs.append((measure(ours), measure(limit)))
    show(name, unit, pairs)


def show(name: str, unit: float, pairs: list[tuple[float, float]]) -> None:
    """Print what pairs of ours and the limit, in seconds, come to; `unit` is in seconds too."""
    mine, least = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(first / second for first, second in pairs)
    print(
        f"{name:<58} {mine / unit:9.2f} {least / unit:9.2f} {mine / least:8.2f}"
        f"   {ratios[0]:.2f} to {ratios[-1]:.2f} of {len(pairs)}",
        flush=True,
    )


def measure(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds that a piece of work takes by a clock."""
    began = clock()
    work()
    return clock() - began
