"""The Flask app: a path to a document to a conditional response.

Nothing of a request but its path, method, validators and Accept-Encoding reaches an answer.
"""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from io import FileIO
from typing import Any

import msgspec
from flask import Blueprint, Flask, Request, Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from feedsvc.errors import BadValue, FeedsvcError, IndexMissing, IndexUnusable, Superseded
from feedsvc.formats import FEED_FORMATS, FORMATS
from feedsvc.index.engines import open_index
from feedsvc.media import stream
from feedsvc.model import Document
from feedsvc.publication import Encoding, Publication
from feedsvc.ranges import read_range
from feedsvc.replay import Replay
from feedsvc.settings import Settings

__all__ = ["create_app", "create_blueprint"]

ALLOWED = "GET, HEAD"
ROUTE: dict[str, Any] = {
    "methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"],
    "provide_automatic_options": False,
}
MEDIA_POLICY = "default-src 'none'; sandbox"
RETRY = {"Retry-After": "5"}
MOST_REFUSED = 100
"""Refused articles that /healthz lists; it counts them all."""


def create_app(settings: Settings, *, downloads: int | None = None, follow: bool = False) -> Flask:
    """Make the app that serves the folder of `settings`, from what was last ingested.

    Where it is to `follow`, it does so by the settings of whoever ingests. It sends no more than
    `downloads` media at once, for a server whose threads each one keeps.
    Hooks that you add to it don't see the answers that are replayed: for an app with hooks of
    its own, mount `create_blueprint`.
    """
    app = Flask("feedsvc", static_folder=None)
    publication = Publication(settings, open_index(settings.database), follow=follow)
    app.register_blueprint(_make_blueprint(publication, downloads))
    app.register_error_handler(HTTPException, _answer_error)
    replay = Replay(app.wsgi_app, publication.index.revision, publication.cache)
    app.wsgi_app = replay  # type: ignore[method-assign]  # as Flask's documentation says
    return app


def create_blueprint(settings: Settings) -> Blueprint:
    """Make a blueprint that serves the same under a prefix of another Flask site.

    Links come from the setting `url`: it has to be the address of that prefix.
    """
    return _make_blueprint(Publication(settings, open_index(settings.database)))


def _make_blueprint(publication: Publication, downloads: int | None = None) -> Blueprint:
    slots = threading.Semaphore(downloads) if downloads else None
    blueprint = Blueprint("feedsvc", __name__)
    blueprint.record_once(lambda state: state.app.extensions.update(feedsvc=publication))

    # Some readers follow no redirect, so no path may have one.
    @blueprint.route("/", **ROUTE)
    @blueprint.route("/<path:path>", **ROUTE, merge_slashes=False)
    def show(path: str = "") -> Response:
        if request.method not in ("GET", "HEAD"):
            return _say(405, "Method Not Allowed", {"Allow": ALLOWED})
        if path == "healthz":
            return _answer_health(publication)
        return _answer(publication, f"/{path}", request, slots)

    return blueprint


class _Response(Response):
    """A response whose 304 keeps what RFC 9110 section 15.4.5 allows and caches can use."""

    def get_wsgi_headers(self, environ: Any) -> Headers:
        headers = super().get_wsgi_headers(environ)
        for name in ("Last-Modified", "Content-Language"):
            if name in self.headers:
                headers[name] = self.headers[name]
        return headers


def _answer(
    publication: Publication, path: str, asked: Request, slots: threading.Semaphore | None
) -> Response:
    """Answer for a document: 200 or 304, 404 where there is none, 503 while there is no index."""
    try:
        for attempt in range(3):
            document = publication.document(path)
            if document is None:
                return _say(404, f"Nothing is published at {path}")
            if document.format == "media":
                return _answer_medium(publication, document, asked, slots)
            encoding = _choose_encoding(asked)
            headers = _describe(document, encoding)
            if _is_fresh(document, asked):
                return _Response(status=304, headers=headers)
            try:
                body = publication.body(document, encoding)
            except Superseded:
                continue  # the article changed twice since it was planned
            except IndexUnusable:
                if attempt:
                    raise
                continue  # what was there before may be held
            return _Response(body, 200, headers)
    except IndexMissing:
        return _say(503, "Nothing is published yet", RETRY)
    except IndexUnusable as error:
        current_app.logger.error("%s", error)
    return _say(503, "Not available for the moment", RETRY)


def _answer_medium(
    publication: Publication,
    document: Document,
    asked: Request,
    slots: threading.Semaphore | None,
) -> Response:
    """Answer for a medium with its file as it is, or with the part that is asked for."""
    headers = Headers(
        {
            "Content-Type": document.media_type,
            "ETag": f'"{document.version}"',
            "Cache-Control": f"public, max-age={document.max_age}, immutable",
            "Accept-Ranges": "bytes",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, Last-Modified, Accept-Ranges, Content-Range",
            "Content-Security-Policy": MEDIA_POLICY,
        }
    )
    if modified := _last_modified(document):
        headers["Last-Modified"] = http_date(modified)
    if _is_fresh(document, asked):
        return _Response(status=304, headers=headers)
    try:
        file = publication.open(document)
    except Superseded:
        return _say(404, f"Nothing is published at {document.path}")
    length = os.fstat(file.fileno()).st_size
    try:
        part = _choose_part(asked, headers, length)
    except BadValue as fault:
        file.close()
        held = {"Content-Range": f"bytes */{length}", "Accept-Ranges": "bytes"}
        return _say(416, f"{fault}", held)
    start, end = part or (0, length)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{length}"
    headers["Content-Length"] = str(end - start)
    if asked.method == "HEAD":
        file.close()
        return _Response(status=200, headers=headers)
    if slots and not slots.acquire(blocking=False):
        file.close()
        return _say(503, "Too many downloads at once", RETRY)
    response = _Response(_send(file, start, end), 206 if part else 200, headers)
    response.call_on_close(file.close)  # where nobody reads to the end
    if slots:
        response.call_on_close(slots.release)
    return response


def _send(file: FileIO, start: int, end: int) -> Iterator[bytes]:
    with file:
        yield from stream(file, start, end)


def _choose_part(asked: Request, headers: Headers, length: int) -> tuple[int, int] | None:
    """Return the part that a GET asks for, if it holds none of another version (RFC 9110, 13.1.5).

    Raises BadValue where there is no such part.
    """
    held = asked.headers.get("If-Range")
    if asked.method != "GET" or held not in (None, headers["ETag"], headers.get("Last-Modified")):
        return None
    return read_range(asked.headers.get("Range", ""), length)


def _describe(document: Document, encoding: Encoding) -> Headers:
    """Make the headers of 200 and 304."""
    window = document.window
    age = document.max_age
    headers = Headers(
        {
            "Content-Type": f"{document.media_type}; charset=utf-8",
            "Content-Language": window.feed.language,
            "ETag": f'"{document.tag(encoding)}"',
            "Cache-Control": f"public, max-age={age}"
            + ("" if window.closed else f", stale-while-revalidate={age}, stale-if-error=86400"),
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
            "Content-Security-Policy": FORMATS[document.format].policy(),
        }
    )
    if modified := _last_modified(document):
        headers["Last-Modified"] = http_date(modified)
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    # A hub is only found where both it and self are in double quotes.
    links = [f'<{window.feed.address(document.path)}>; rel="self"']
    if document.format in FEED_FORMATS:
        links += [f'<{hub}>; rel="hub"' for hub in window.feed.hubs]
    if not document.media_type.startswith("text/html"):
        links.append(f'<{window.url}>; rel="alternate"; type="text/html"')
    headers["Link"] = ", ".join(links)
    return headers


def _tags(version: str) -> list[str]:
    """Every form in which a version's tag may come back: caches keep what they were sent."""
    return [version, *(f"{version}-{encoding}" for encoding in ("gzip", "br", "zstd"))]


def _is_fresh(document: Document, asked: Request) -> bool:
    """Whether the client has this version (RFC 9110, section 13.2.2)."""
    if "If-None-Match" in asked.headers:
        held = asked.if_none_match
        return any(held.contains_weak(tag) for tag in _tags(document.version))
    since, modified = asked.if_modified_since, _last_modified(document)
    return since is not None and modified is not None and modified <= since


def _last_modified(document: Document) -> datetime | None:
    """Return a document's date, None while it is yet to come.

    Two changes in one second are told apart by the next second: till then neither has a date.
    """
    modified = document.modified
    return modified if modified and modified <= datetime.now(UTC) else None


def _choose_encoding(asked: Request) -> Encoding:
    accepted = asked.accept_encodings
    wish = accepted.quality("gzip")
    return "gzip" if wish > 0 and wish >= accepted.quality("identity") else "identity"


def _say(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    response = Response(f"{text}\n", status, headers, content_type="text/plain; charset=utf-8")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _answer_error(error: HTTPException) -> Response:
    """Answer for what Flask refuses by itself, such as a method, in a line of text."""
    response = _say(error.code or 500, error.name)
    if error.code == 405:
        response.headers["Allow"] = ALLOWED
    return response


def _answer_health(publication: Publication) -> Response:
    """Answer for operators: what is published, what is refused and why, and what is wrong.

    What is wrong with whoever ingests is told with 200, and so is an index that can't be asked
    for as long as there is an edition to go on with.
    """
    index, status = publication.index, 200
    try:
        revision = index.revision()
        refused = [msgspec.to_builtins(finding) for finding in index.refused()[:MOST_REFUSED]]
        counts = msgspec.structs.asdict(index.counts())
        ingested = datetime.fromtimestamp(counts.pop("time"), UTC)
        told: dict[str, Any] = {"revision": revision, "ingested": ingested, **counts}
        told["articles_refused"] = refused
        trouble = index.trouble().splitlines()
        health = {"status": "troubled" if trouble else "ok"} | told | {"trouble": trouble}
    except FeedsvcError as error:
        status = 200 if publication.holds else 503
        health = {"status": error.what}
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    body = msgspec.json.encode(health)
    return Response(body, status, headers, content_type="application/json")
