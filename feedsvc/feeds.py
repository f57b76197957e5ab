"""Feeds: which there are, what they say of themselves, and their windows.

All that a document may know of the settings passes through here, into the window's feed.
"""

from feedsvc.index import MAIN, Index
from feedsvc.model import Feed, Window
from feedsvc.settings import Settings

__all__ = ["describe_main", "newest"]


def describe_main(settings: Settings) -> Feed:
    """Describe the main feed: every entry is in it."""
    return Feed(
        root=settings.url,
        path="",
        title=settings.title,
        description=settings.description,
        language=settings.language,
        author=settings.author,
        timezone=settings.timezone,
        poll_minutes=settings.poll_minutes,
        content=settings.content,
        rights=settings.rights,
        hubs=settings.hubs,
    )


def newest(index: Index, settings: Settings) -> Window:
    """Return the newest window of the main feed: the `entries` that were updated last."""
    return Window(describe_main(settings), index.newest(MAIN, settings.entries))
