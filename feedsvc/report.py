"""The report: what one ingest did, and how that is told."""

import os
from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from feedsvc.model import Finding

__all__ = ["Report", "show_finding"]


def show_finding(folder: str, finding: Finding) -> str:
    """Write a finding with its path as it is reached from here."""
    return str(replace(finding, path=os.path.relpath(os.path.join(folder, finding.path))))


class Report(Struct):
    """What a run did: how many articles, and what was refused.

    And what is no article (`ignored`, by kind) or is taken for none (`left_out`, by rule).
    `waiting` counts the entries whose time is to come, `hidden` those that are drafts, unlisted
    or expired, `kept` those that an empty folder would have withdrawn; `aside` is where a
    damaged index is kept, that was made anew; `restless` are the files that are still being
    written, or whose media are. A run that is told what has changed counts what it looked at, and
    neither of the first two.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    waiting: int = 0
    hidden: int = 0
    kept: int = 0
    aside: str = ""
    refused: list[Finding] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    restless: list[str] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """How many articles were dealt with."""
        return self.new + self.changed + self.unchanged + self.withdrawn + len(self.refused)

    def tell(self) -> str:
        """Tell all that was counted."""
        return (
            f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged, "
            f"{self.withdrawn} withdrawn, {self.waiting} waiting, {self.hidden} hidden, "
            f"{len(self.refused)} refused"
        )

    def tell_check(self, found: int) -> str:
        """Tell what a check came to, that `found` so much, refusals among it."""
        told = (
            f"{self.new} articles, {len(self.refused)} refused, "
            f"{found - len(self.refused)} other findings"
        )
        for name, counts in (("not articles", self.ignored), ("left out", self.left_out)):
            if counts:
                each = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
                told += f"; {name}: {each}"
        return told

    def tell_kept(self, folder: str) -> str:
        """Tell that an empty folder withdrew nothing, "" where it wasn't empty."""
        kept = f"{folder} has no articles; the {self.kept} published stay"
        return f"{kept} (--allow-empty withdraws them)" if self.kept else ""

    def tell_damage(self) -> str:
        """Tell what became of a damaged index, "" where there was none."""
        made = f"the index was damaged: it is kept as {self.aside}, and was made anew"
        return made if self.aside else ""

    def tell_change(self) -> str:
        """Tell what has changed, "" where nothing has."""
        names = ("new", "changed", "withdrawn")
        return ", ".join(f"{count} {name}" for name in names if (count := getattr(self, name)))

    def warn(self, folder: str) -> Iterator[str]:
        """Yield what somebody should look after."""
        yield from filter(None, (self.tell_kept(folder), self.tell_damage()))
