"""The hubs in the index: what each has heard, and which feeds changed since.

A hub is known by its address and the `root` of those feeds: an index may be published at several
addresses. What is at one of them is a topic, as WebSub has it.
"""

from collections.abc import Collection

from msgspec.structs import asdict

from feedsvc.index.changes import ChangeTables
from feedsvc.index.schema import Hub

__all__ = ["HubTables"]


class HubTables(ChangeTables):
    """The part of the index's contract that is about hubs."""

    def changed_feeds(self, after: int, last: int) -> list[str]:
        """Return the feeds that changed after a revision, up to the last one; in order."""
        rows = self.execute(
            "SELECT path FROM feed WHERE changed > :after AND changed <= :last ORDER BY path",
            {"after": after, "last": last},
        )
        return [path for (path,) in rows]

    def hubs(self, root: str) -> list[Hub]:
        """Return the hubs that were told of the feeds below an address, in order."""
        rows = self.execute(
            "SELECT url, heard, terms, waiting, trouble FROM hub WHERE root = :root ORDER BY url",
            {"root": root},
        )
        return [Hub(*row) for row in rows]

    def announced(self, hub: str, topic: str) -> str:
        """Return the version of a topic that a hub was told of, "" where it was of none."""
        rows = self.execute(
            "SELECT version FROM announced WHERE hub = :hub AND topic = :topic",
            {"hub": hub, "topic": topic},
        )
        return str(rows[0][0]) if rows else ""

    def keep_hub(self, root: str, hub: Hub) -> None:
        """Remember how far a hub is."""
        self.execute(
            "INSERT INTO hub VALUES (:url, :root, :heard, :terms, :waiting, :trouble)"
            " ON CONFLICT (url, root) DO UPDATE SET heard = excluded.heard,"
            " terms = excluded.terms, waiting = excluded.waiting, trouble = excluded.trouble",
            asdict(hub) | {"root": root},
        )

    def forget_hubs(self, root: str, hubs: Collection[str]) -> None:
        """Forget what these hubs were told of the feeds below an address."""
        values = [{"hub": hub, "root": root, "beyond": f"{root[:-1]}0"} for hub in hubs]
        self.execute_many("DELETE FROM hub WHERE url = :hub AND root = :root", values)
        self.execute_many(
            "DELETE FROM announced WHERE hub = :hub AND topic > :root AND topic < :beyond", values
        )

    def announce(self, hub: str, topic: str, version: str) -> None:
        """Remember that a hub was told of a version."""
        self.execute(
            "INSERT INTO announced VALUES (:hub, :topic, :version)"
            " ON CONFLICT (hub, topic) DO UPDATE SET version = excluded.version",
            {"hub": hub, "topic": topic, "version": version},
        )

    def retract(self, hub: str, topic: str) -> None:
        """Forget which version of a topic a hub was told of."""
        self.execute(
            "DELETE FROM announced WHERE hub = :hub AND topic = :topic",
            {"hub": hub, "topic": topic},
        )
