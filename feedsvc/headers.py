"""Headers: what a document is sent with, whoever sends it: our server, or a host of files."""

from feedsvc.encodings import Encoding
from feedsvc.formats import FEED_FORMATS, FORMATS
from feedsvc.model import Document

__all__ = ["describe", "describe_bytes"]

MEDIA_POLICY = "default-src 'none'; sandbox"
PRIVACY = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def describe(
    document: Document, encoding: Encoding = "identity", *, private: bool = False
) -> dict[str, str]:
    """Return the headers of an answer with a document's bytes, or with 304; but for its date.

    One that is `private` is for no other cache than its reader's, and its address for nobody.
    """
    headers = describe_bytes(document, encoding, private=private) | {
        "ETag": f'"{document.tag(encoding)}"',
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
    }
    if document.format == "media":
        exposed = "ETag, Last-Modified, Accept-Ranges, Content-Range"
        own = {"Content-Security-Policy": MEDIA_POLICY, "Accept-Ranges": "bytes"}
    else:
        exposed = "ETag, Last-Modified, Link"
        own = {"Content-Security-Policy": FORMATS[document.format].policy()}
        own |= {"Vary": "Accept-Encoding", "Link": _link(document)}
    return headers | own | {"Access-Control-Expose-Headers": exposed} | (PRIVACY if private else {})


def describe_bytes(
    document: Document, encoding: Encoding = "identity", *, private: bool = False
) -> dict[str, str]:
    """Return type, language, lifetime and encoding: what object stores keep with the bytes."""
    scope, age = "private" if private else "public", document.max_age
    if document.format == "media":
        lifetime = f"{scope}, max-age={age}, immutable"
        return {"Content-Type": document.media_type, "Cache-Control": lifetime}
    lifetime = f"{scope}, max-age={age}"
    if not private and not document.window.closed:
        lifetime += f", stale-while-revalidate={age}, stale-if-error=86400"
    headers = {
        "Content-Type": f"{document.media_type}; charset=utf-8",
        "Content-Language": document.window.feed.language,
        "Cache-Control": lifetime,
    }
    return headers if encoding == "identity" else headers | {"Content-Encoding": encoding}


def _link(document: Document) -> str:
    """Link a document to itself, its hubs and its page.

    A hub is only found where both it and self are in double quotes.
    """
    window = document.window
    links = [f'<{window.feed.address(document.path)}>; rel="self"']
    if document.format in FEED_FORMATS:
        links += [f'<{hub}>; rel="hub"' for hub in window.feed.hubs]
    if not document.media_type.startswith("text/html"):
        links.append(f'<{window.url}>; rel="alternate"; type="text/html"')
    return ", ".join(links)
