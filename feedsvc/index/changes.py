"""The changes in the index: what whoever watches the folder asks, and leaves for whoever serves.

Each question costs its answer, not the corpus: a change of one file asks several of them.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from feedsvc.index.entries import EntryTables
from feedsvc.index.schema import Glance, Medium
from feedsvc.model import Finding

__all__ = ["ChangeTables"]

# A path, and all that is below it where it is a folder; "0" comes after "/".
_AT = "(path = :path OR (path >= :below AND path < :beyond))"


def _name_place(path: str) -> dict[str, Any]:
    return {"path": path, "below": f"{path}/", "beyond": f"{path}0"}


class ChangeTables(EntryTables):
    """The part of the index's contract that is about what changes while others serve."""

    def glances_at(self, path: str, now: int) -> list[Glance]:
        """Glance at the entry of a file, or at those of the files in a folder, as `glances`."""
        return self._glance(_AT, {**_name_place(path), "now": now})

    def media_at(self, path: str) -> list[Medium]:
        """Return what is known of a file beside the articles, or of those in a folder."""
        return self._media(_AT, _name_place(path))

    def contested(self) -> list[str]:
        """Return the paths of what is refused because of others.

        That are articles whose id is another's, and files whose records may be others' by now.
        """
        rows = self.execute("SELECT DISTINCT path FROM refused WHERE field IN ('id', 'records')")
        return [path for (path,) in rows]

    def next_due(self) -> int | None:
        """Return when the next entry is to be published or to expire; None where none is."""
        moments = self.execute(
            "SELECT min(published) FROM article WHERE state = 'waiting' UNION ALL"
            " SELECT min(expires) FROM article WHERE expires > 0"
            " AND state IN ('published', 'unlisted', 'waiting')"
        )
        return min((int(moment) for (moment,) in moments if moment is not None), default=None)

    def settings(self) -> str:
        """Return the settings that the last edition was made with, "" where nobody left any."""
        return str(self.execute("SELECT settings FROM revision")[0][0])

    def trouble(self) -> str:
        """Return what keeps whoever watches from going on, a fault a line; "" where all is well."""
        return str(self.execute("SELECT trouble FROM revision")[0][0])

    def tell(self, trouble: str) -> None:
        """Write what `trouble` returns from then on."""
        self.execute("UPDATE revision SET trouble = :trouble", {"trouble": trouble})

    def refuse(self, refused: Iterable[Finding], places: Iterable[str] | None = None) -> None:
        """Replace the list of what is refused: all of it, or what is at `places`."""
        if places is None:
            self.execute("DELETE FROM refused")
        for path in places or ():
            self.execute(f"DELETE FROM refused WHERE {_AT}", _name_place(path))
        self.execute_many(
            "INSERT INTO refused VALUES (:path, :line, :field, :what, :why)",
            [msgspec.structs.asdict(finding) for finding in refused],
        )
