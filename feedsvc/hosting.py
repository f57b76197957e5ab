"""Hosting: what Netlify and Cloudflare Pages are told to send with the files of an export.

They read it from the file `_headers`, and show that to nobody. No two rules give one path the
same header: hosts differ in what becomes of it then.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec.structs import replace

from feedsvc.feeds import has_archives, list_feeds
from feedsvc.formats import FEED_FORMATS
from feedsvc.headers import describe
from feedsvc.model import Feed, Window
from feedsvc.paths import Place
from feedsvc.publication import Publication, make_document
from feedsvc.readers.media import TYPES

__all__ = ["RULES", "write_rules"]

RULES = "_headers"

MOST_RULES, LONGEST_LINE = 100, 2000
"""What is more, or longer, Cloudflare ignores."""

HOST_S_OWN = {"ETag", "Vary", "Accept-Ranges"}
"""What hosts make themselves, as they do the encodings."""


def write_rules(publication: Publication) -> bytes:
    """Write a rule for each path that there may be; as many for few feeds as for many.

    One that stands for many paths, of which `:slug` is a part, has what their documents share:
    not the Link. All archives are told as closed ones. Languages have rules of their own, the
    last of very many none.
    """
    settings = publication.settings
    *facets, main = list_feeds(settings, publication.index)
    rules = [*_list_rules(publication, main)]
    # Where `/language/nl/*` is taken to be of `nl-BE` too, what comes later counts.
    languages = sorted(feed.language for feed in facets if feed.path.startswith("language/"))
    rules += (
        (f"/language/{language}/*", {"Content-Language": language})
        for language in languages[: MOST_RULES - len(rules)]
    )
    prefix = urlsplit(settings.url).path.removesuffix("/")
    return "\n".join(_write_rule(prefix + path, headers) for path, headers in rules).encode()


def _list_rules(publication: Publication, main: Feed) -> Iterator[tuple[str, dict[str, str]]]:
    settings = publication.settings
    for feed in (main, *(replace(main, path=f"{kind}/:slug/") for kind in settings.facets)):
        for period in ("", ":period") if has_archives(settings, feed) else ("",):
            for format in FEED_FORMATS:
                yield _make_rule(publication, Place(format, feed.path, period), feed)
    singles = (Place("opml"), Place("css"), Place("entry", slug=":slug"))
    for place in (*singles, Place("media", slug=":name")):
        yield _make_rule(publication, place, main)
    for suffix, media_type in TYPES.items():
        yield f"/media/*.{suffix}", {"Content-Type": media_type}


def _make_rule(publication: Publication, place: Place, feed: Feed) -> tuple[str, dict[str, str]]:
    window = Window(feed, (), period=place.period, closed=bool(place.period))
    headers = describe(make_document(publication.settings, place, window))
    differing = set(HOST_S_OWN)
    if ":" in place.path:
        differing.add("Link")
    if place.feed.startswith("language/"):
        differing.add("Content-Language")
    if place.format == "media":
        differing.add("Content-Type")
    return place.path, {name: headers[name] for name in headers if name not in differing}


def _write_rule(path: str, headers: dict[str, str]) -> str:
    lines = (f"  {name}: {value}\n" for name, value in headers.items())
    return f"{path}\n" + "".join(line for line in lines if len(line) <= LONGEST_LINE)
