"""Reports: what an ingest did, in numbers, and what it refused."""

from msgspec import Struct, field

from feedsvc.model import Finding

__all__ = ["Report"]


class Report(Struct):
    """What a run did: how many articles, and what was refused, or is no article (by kind).

    `waiting` counts the entries whose time is to come, `hidden` those that are drafts, unlisted
    or expired, `kept` those that an empty folder would have withdrawn. `aside` is where a
    damaged index is kept, that was made anew.
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

    @property
    def seen(self) -> int:
        """How many articles were dealt with."""
        return self.new + self.changed + self.unchanged + self.withdrawn + len(self.refused)

    def __str__(self) -> str:
        """All of the numbers, in a line."""
        return (
            f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged,"
            f" {self.withdrawn} withdrawn, {self.waiting} waiting, {self.hidden} hidden,"
            f" {len(self.refused)} refused"
        )
