"""Places: what else a run has to look at, where what changed decides over it.

Whether a file is an article may hang on others: the page of a folder on whether the folder holds
more, all of a site on its configuration.
"""

import os
from collections.abc import Collection, Container, Iterator
from contextlib import closing

from feedsvc.folder import approach, scan
from feedsvc.listing import Listing
from feedsvc.manifest import MANIFEST
from feedsvc.readers import is_collection
from feedsvc.sieve import Area, Sieve, is_index, list_parts
from feedsvc.sites import survey

__all__ = ["widen"]


def widen(root: str, changed: Collection[str], sieve: Sieve) -> set[str] | None:
    """Return the paths that have changed and those that they decide over; None: all of them.

    Of what may have made a folder a site, or another's, that is all in it.
    """
    places: set[str] = set()
    asked: dict[str, set[str]] = {}
    for path in changed:
        area = sieve.begin_at(path)
        if area is None:  # above one of the folders, or out of all
            places |= {name for name in sieve.folders if name.startswith(f"{path}/")}
            continue
        places.add(path)
        places |= set(_list_sites(root, path, area, asked))
        parts = (part[:-1] for part in list_parts(path))
        places |= {part for part in parts if os.path.isdir(os.path.join(root, part))}
        _, area = approach(root, path, sieve)
        if area and area.bundles and area.inside and is_index(path.rpartition("/")[2]):
            places.add(area.path[:-1])
    if "" in places:
        return None
    seen: set[str] = set()
    return places.union(*(_list_pages(root, path, places, sieve, seen) for path in places))


def _list_sites(root: str, path: str, area: Area, asked: dict[str, set[str]]) -> Iterator[str]:
    """Yield the folders that a path is in which it may have made a site, another's, or none.

    Those are the ones of which it was asked whether it is there.
    """
    end = len(area.path)
    while end >= 0:
        folder = path[:end]
        if folder not in asked:
            listing = Listing(root, folder)
            survey(listing, listing.read)
            asked[folder] = listing.asked | {MANIFEST}
        inner = path[end:]
        if inner in asked[folder] or any(name.startswith(f"{inner}/") for name in asked[folder]):
            yield folder[:-1]
        end = path.find("/", end) + 1 or -1


def _list_pages(
    root: str, path: str, places: Container[str], sieve: Sieve, seen: set[str]
) -> Iterator[str]:
    """Yield the pages of the folders that a path is in, where nothing else holds them there.

    What was `seen` isn't looked at again.
    """
    while (path := path.rpartition("/")[0]) and path not in seen:
        seen.add(path)
        area = _enter(root, path, sieve)
        if area is None or area.top:
            continue
        pages = []
        with closing(scan(root, area, sieve)) as found:
            for file, _ in found:
                if is_index(file[len(area.path) :]):
                    pages.append(file)
                elif not (is_collection(file) or _is_within(file, places)):
                    return  # so it is for the folders that this is in
        yield from pages


def _enter(root: str, path: str, sieve: Sieve) -> Area | None:
    """Return the area of a folder, None where no walk enters it."""
    _, area = approach(root, f"{path}/-", sieve)
    return area if area and area.path == f"{path}/" else None


def _is_within(path: str, places: Container[str]) -> bool:
    """Whether a path is one of the places, or in one."""
    while path:
        if path in places:
            return True
        path = path.rpartition("/")[0]
    return False
