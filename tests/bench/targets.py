"""The targets: what each line of work should take, and what it would take at its best."""

from typing import Literal

from msgspec import Struct

__all__ = ["ANY", "COLD", "FACETS", "MEMORY", "TARGETS", "Target", "find_target"]

ANY = 0
"""Any number of articles."""

COLD, FACETS, MEMORY = "cold build, home feed", "cold build, with facets", ", peak memory"
"""The works that are charted; the last is added to the name of each."""


class Target(Struct, frozen=True):
    """A goal and a stretch, for our own figure or for its ratio to the peer's: at most these.

    Where more is better, at least these. `beside` is the peer that it is about, if about one.
    """

    goal: float
    stretch: float
    of: Literal["ours", "ratio"] = "ours"
    more: bool = False
    beside: str = ""

    def judge(self, ours: float, ratio: float | None) -> str:
        """Return `stretch`, `yes` or `no`; nothing where there is no ratio to judge."""
        figure = ours if self.of == "ours" else ratio
        if figure is None:
            return ""
        for limit, word in ((self.stretch, "stretch"), (self.goal, "yes")):
            if figure >= limit if self.more else figure <= limit:
                return word
        return "no"


def _share(goal: float, stretch: float) -> dict[int, Target]:
    return {ANY: Target(goal, stretch, of="ratio", more=True)}


TARGETS: dict[str, dict[int, Target]] = {
    COLD: {
        1_000: Target(0.9, 0.6, of="ratio", beside="Hugo"),
        10_000: Target(0.5, 0.3, of="ratio", beside="Hugo"),
        100_000: Target(0.45, 0.25, of="ratio", beside="Hugo"),
    },
    "one file changed, new process": {10_000: Target(0.13, 0.1, of="ratio", beside="Hugo")},
    "nothing changed, new process": {10_000: Target(0.1, 0.07), 100_000: Target(0.6, 0.5)},
    "change seen by a running server": {ANY: Target(50, 15)},
    "first request for any newest window": {ANY: Target(20, 5)},
    "export of all archives and facets": {10_000: Target(4, 2.5), 100_000: Target(40, 25)},
    "ingest from nothing, peak memory": {ANY: Target(300, 100)},
    "serving worker, peak memory": {ANY: Target(64, 48)},
    "serving /atom.xml, 200": _share(0.6, 0.8),
    "serving /atom.xml, 200 gzip": _share(0.4, 0.55),
    "serving /atom.xml, 304": _share(0.4, 0.55),
    "serving /atom.xml, 200, p99": {ANY: Target(5, 3)},
    "serving /atom.xml, 200 gzip, p99": {ANY: Target(5, 3)},
    "serving /atom.xml, 304, p99": {ANY: Target(5, 3)},
    "prepared answer in the WSGI layer": {ANY: Target(3, 1)},
    "feedsvc --version": {ANY: Target(50, 30)},
    "feedsvc serve to the first 200": {ANY: Target(400, 250)},
}
"""By work and number of articles."""


def find_target(work: str, count: int, beside: str) -> Target | None:
    """Return the target of a work at a number of articles, None where it has none."""
    targets = TARGETS.get(work, {})
    found = targets.get(count, targets.get(ANY))
    return found if found and found.beside in ("", beside) else None
