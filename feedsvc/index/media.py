"""The media in the index: the files beside the articles that articles name.

A medium is kept for as long as an entry that has a file names it, and is public while one of them
is. One that can't be published is kept too, so that it is seen when it can.
"""

from collections.abc import Mapping, Sequence

import msgspec

from feedsvc.index.catalogue import Catalogue
from feedsvc.index.schema import Medium

__all__ = ["MediaTables"]

_COLUMNS = ", ".join(Medium.__struct_fields__)
_PUBLIC = (
    "m.name <> '' AND EXISTS (SELECT 1 FROM used u JOIN article a ON a.id = u.id"
    " WHERE u.path = m.path AND a.state IN ('published', 'unlisted'))"
)


class MediaTables(Catalogue):
    """The part of the index's contract that is about media."""

    # What documents are planned from

    def media_names(self, after: str, limit: int) -> list[str]:
        """Return the next names of public media, in order."""
        rows = self.execute(
            f"SELECT DISTINCT m.name FROM medium m WHERE m.name > :after AND {_PUBLIC}"
            " ORDER BY m.name LIMIT :limit",
            {"after": after, "limit": limit},
        )
        return [name for (name,) in rows]

    def media_named(self, name: str) -> list[Medium]:
        """Return the public media of a name: several files may have the same content."""
        return self._media(f"m.name = :name AND {_PUBLIC} ORDER BY m.path", {"name": name})

    # What ingest reads

    def media(self, after: str, limit: int) -> list[Medium]:
        """Return the next media, in the order of their paths."""
        return self._media(
            "m.path > :after ORDER BY m.path LIMIT :limit", {"after": after, "limit": limit}
        )

    def medium(self, path: str) -> Medium | None:
        """Return what is known of a file, if anything."""
        return next(iter(self._media("m.path = :path", {"path": path})), None)

    def _media(self, where: str, values: Mapping[str, object]) -> list[Medium]:
        rows = self.execute(f"SELECT {_COLUMNS} FROM medium m WHERE {where}", values)
        return [Medium(*row) for row in rows]

    def users(self, path: str) -> list[str]:
        """Return the paths of the articles that name a file."""
        rows = self.execute(
            "SELECT a.path FROM used u JOIN article a ON a.id = u.id WHERE u.path = :path",
            {"path": path},
        )
        return [user for (user,) in rows]

    def users_elsewhere(self, root: str) -> list[str]:
        """Return the paths of the articles that name media by addresses not below `root`."""
        rows = self.execute(
            "SELECT DISTINCT a.path FROM used u JOIN article a ON a.id = u.id"
            " WHERE u.url <> '' AND substr(u.url, 1, :length) <> :root",
            {"root": root, "length": len(root)},
        )
        return [user for (user,) in rows]

    def used(self, id: str) -> dict[str, str]:
        """Return the files that an entry names, each with its address, empty where it has none."""
        return dict(self.execute("SELECT path, url FROM used WHERE id = :id", {"id": id}))

    def users_of_media(self, ids: Sequence[str]) -> set[str]:
        """Return those of these entries that name files."""
        return {id for (id,) in self._select_all("SELECT DISTINCT id FROM used WHERE id", ids)}

    # What ingest writes

    def keep(self, medium: Medium) -> None:
        """Write what is known of a file."""
        holders = ", ".join(f":{name}" for name in Medium.__struct_fields__)
        updates = ", ".join(f"{name} = excluded.{name}" for name in Medium.__struct_fields__[1:])
        self.execute(
            f"INSERT INTO medium ({_COLUMNS}) VALUES ({holders})"
            f" ON CONFLICT (path) DO UPDATE SET {updates}",
            msgspec.structs.asdict(medium),
        )

    def use(self, id: str, files: Mapping[str, str]) -> None:
        """Replace the files that an entry names, as `used` returns them."""
        before = self.used(id)
        if files == before:
            return
        self.execute("DELETE FROM used WHERE id = :id", {"id": id})
        for path, url in files.items():
            self.execute(
                "INSERT INTO used VALUES (:id, :path, :url)", {"id": id, "path": path, "url": url}
            )

    def drop_unused(self) -> None:
        """Forget the media that no entry names any more."""
        self.execute(
            "DELETE FROM medium WHERE NOT EXISTS (SELECT 1 FROM used u WHERE u.path = medium.path)"
        )
