"""The identities in the index: what is found by them, taken from a file of them, and kept there.

Which entries a file of identities tells of, and what becomes of them, is for `takeover` to decide.
"""

from collections.abc import Iterable, Sequence

from feedsvc.index.changes import ChangeTables
from feedsvc.index.schema import COLUMNS, Row

__all__ = ["NamingTables"]


class NamingTables(ChangeTables):
    """The part of the index's contract that is about which entry is which."""

    def has_tied(self) -> bool:
        """Whether the id of any entry is another one than what its file would say anywhere."""
        return bool(self.execute("SELECT 1 FROM article WHERE tied = 1 LIMIT 1"))

    def tied_to(self, sources: Sequence[str]) -> list[Row]:
        """Return the rows of such entries that were made of these bytes, in the order of paths."""
        found = self._select_all(
            f"SELECT {COLUMNS} FROM article WHERE tied = 1 AND source", sources
        )
        return sorted((Row(*row) for row in found), key=lambda row: (row.path or "", row.id))

    def slugs_of(self, slugs: Sequence[str]) -> dict[str, str]:
        """Return those of these names that pages have, each with the id of its entry."""
        return dict(
            self._select_all("SELECT slug, id FROM article WHERE slug <> '' AND slug", slugs)
        )

    def identified(self, after: str, limit: int) -> list[Row]:
        """Return the next rows of entries that have a file, or may have, in the order of paths."""
        rows = self.execute(
            f"SELECT {COLUMNS} FROM article WHERE path > :after AND state <> 'withdrawn'"
            " ORDER BY path LIMIT :limit",
            {"after": after, "limit": limit},
        )
        return [Row(*row) for row in rows]

    def displaced(self) -> list[Row]:
        """Return the rows of entries that aren't withdrawn, and whose paths others have by now."""
        rows = self.execute(
            f"SELECT {COLUMNS} FROM article WHERE path IS NULL AND state <> 'withdrawn'"
        )
        return [Row(*row) for row in rows]

    def rename(self, ids: Iterable[tuple[str, str]]) -> None:
        """Give entries other ids, which nobody has: pairs of the old and the new one."""
        self.execute_many(
            "UPDATE article SET id = :new WHERE id = :old",
            [{"old": old, "new": new} for old, new in ids],
        )
        self.execute_many(
            "UPDATE used SET id = :new WHERE id = :old",
            [{"old": old, "new": new} for old, new in ids],
        )

    def leave_paths(self, ids: Iterable[str]) -> None:
        """Take their paths from entries, for others to have them."""
        self.execute_many(
            "UPDATE article SET path = NULL WHERE id = :id", [{"id": id} for id in ids]
        )

    # The file of identities

    def taken_ids(self) -> str:
        """Return how the file of identities was that was taken over, or written, last."""
        return str(self.execute("SELECT ids FROM revision")[0][0])

    def has_kept(self) -> bool:
        """Whether nothing has changed since that file held all that is to be kept."""
        return bool(self.execute("SELECT kept FROM revision")[0][0])

    def note_change(self) -> None:
        """Note that there is more to be kept than what that file holds."""
        self.execute("UPDATE revision SET kept = 0")

    def keep_ids(self, looks: str, *, kept: bool) -> None:
        """Remember what `taken_ids` and `has_kept` return from then on."""
        self.execute(
            "UPDATE revision SET ids = :looks, kept = :kept", {"looks": looks, "kept": kept}
        )
