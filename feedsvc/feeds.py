"""Feeds: which there are, what they say of themselves, and how others name them.

All that a document may know of the settings passes through here, into the window's feed.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from feedsvc.facets import KINDS
from feedsvc.index import MAIN, Index, Labelled
from feedsvc.keys import Override
from feedsvc.languages import name_language
from feedsvc.model import Feed, Link
from feedsvc.settings import Settings

__all__ = ["describe_feed", "has_archives", "link_main", "list_changed", "list_feeds", "list_links"]


def describe_feed(settings: Settings, index: Index, path: str = MAIN) -> Feed | None:
    """Describe the feed at a path, None where there is none.

    The main feed is always there; a facet is where it has entries, and that of a language where
    there are several.
    """
    if path == MAIN:
        return _describe_main(settings)
    kind = path.partition("/")[0]
    found = index.facet(path)
    if kind not in settings.facets or found is None:
        return None
    if kind == "language" and len(index.facets(kind)) < 2:
        return None
    return _describe_facet(settings, kind, found)


def list_feeds(settings: Settings, index: Index) -> Iterator[Feed]:
    """Yield every feed that there is, facets first, in the order of their paths."""
    for kind, found in _list_facets(settings, index):
        yield _describe_facet(settings, kind, found)
    yield _describe_main(settings)


def list_changed(index: Index, after: int, last: int) -> list[str]:
    """Return the paths of feeds that may have changed after a revision, up to the last one.

    The main one comes first. With an entry in one language, the feeds of all may come or go: that
    of one that is alone, and was, isn't there.
    """
    changed = index.changed_feeds(after, last)
    languages = {path for path in changed if path.startswith("language/")}
    if languages:
        known = languages | {found.feed for found in index.facets("language")}
        others = [path for path in changed if path not in languages]
        changed = others + (sorted(known) if len(known) > 1 else [])
    return changed


def list_links(settings: Settings, index: Index) -> tuple[Link, ...]:
    """Name the feeds for people and readers: the main one, then each kind's by label.

    Those with fewer than `min_entries` entries are left out.
    """
    links = []
    for kind, found in _list_facets(settings, index):
        if found.entries >= settings.min_entries:
            feed = _describe_facet(settings, kind, found)
            label = _name_facet(kind, found.label)
            links.append(Link(kind, label, feed.title, feed.url, feed.language))
    links.sort(key=lambda link: (KINDS.index(link.kind), link.label.casefold(), link.url))
    return (link_main(settings), *links)


def link_main(settings: Settings) -> Link:
    """Name the main feed."""
    feed = _describe_main(settings)
    return Link("", feed.title, feed.title, feed.url, feed.language)


def has_archives(settings: Settings, feed: Feed) -> bool:
    """Whether a feed has its history in archives."""
    return settings.archives == "all" or (settings.archives == "main" and feed.path == MAIN)


def _list_facets(settings: Settings, index: Index) -> Iterator[tuple[str, Labelled]]:
    for kind in settings.facets:
        found = index.facets(kind)
        if kind != "language" or len(found) > 1:
            yield from ((kind, facet) for facet in found)


def _describe_main(settings: Settings) -> Feed:
    return Feed(
        root=settings.url,
        path=MAIN,
        title=settings.title,
        description=settings.description,
        language=settings.language,
        author=settings.author,
        timezone=settings.timezone,
        poll_minutes=settings.poll_minutes,
        content=settings.content,
        rights=settings.rights,
        hubs=settings.hubs,
        icon=settings.icon,
        logo=settings.logo,
        facets=settings.facets,
    )


def _describe_facet(settings: Settings, kind: str, found: Labelled) -> Feed:
    main = _describe_main(settings)
    own = settings.overrides.get(found.feed, Override())
    name = _name_facet(kind, found.label)
    return replace(
        main,
        path=found.feed,
        title=own.title or f"{main.title}: {name}",
        description=own.description or f"{name}: {main.description}",
        language=found.label if kind == "language" else main.language,
        logo=own.image or main.logo,
    )


def _name_facet(kind: str, label: str) -> str:
    return name_language(label) if kind == "language" else label
