"""The Flask app: a path to a document to a conditional response.

Nothing of a request but its path, method, validators and Accept-Encoding reaches an answer.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import FileIO
from typing import Any

import msgspec
from flask import Blueprint, Flask, Request, Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from feedsvc.admission import Admission
from feedsvc.board import Board
from feedsvc.encodings import Encoding, choose_encoding, list_tags
from feedsvc.errors import BadValue, IndexMissing, IndexUnusable, Superseded
from feedsvc.headers import describe
from feedsvc.health import CHECKS, tell_check, tell_health
from feedsvc.index.engines import open_index
from feedsvc.media import stream
from feedsvc.model import Document
from feedsvc.proxies import Network
from feedsvc.publication import Publication
from feedsvc.ranges import read_range
from feedsvc.replay import Replay
from feedsvc.settings import Settings

__all__ = ["create_app", "create_blueprint"]

ALLOWED = "GET, HEAD"
ROUTE: dict[str, Any] = {
    "methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"],
    "provide_automatic_options": False,
    "strict_slashes": False,  # where there is no path at all, as for CONNECT, it would redirect
}
RETRY = {"Retry-After": "5"}
UNCACHED = {"Cache-Control": "no-store"}


def create_app(
    settings: Settings,
    *,
    downloads: int | None = None,
    follow: bool = False,
    board: Board | None = None,
    trusted: Sequence[Network] = (),
) -> Flask:
    """Make the app that serves the folder of `settings`, from what was last ingested.

    Where it is to `follow`, it does so by the settings of whoever ingests. It sends no more than
    `downloads` media at once, for a server whose threads each one keeps. Where a client's address
    counts, proxies that are `trusted` tell it. Where the settings ask for metrics, it counts on the
    `board` that its processes have in common.
    Hooks that you add to it don't see the answers that are replayed: for an app with hooks of
    its own, mount `create_blueprint`.
    """
    app = Flask("feedsvc", static_folder=None)
    publication = Publication(settings, open_index(settings.database), follow=follow)
    app.register_blueprint(_make_blueprint(publication, downloads))
    app.register_error_handler(HTTPException, _answer_error)
    outer: Any = Replay(app.wsgi_app, publication.index.revision, publication.cache)
    # Few ask for these, and nobody else waits for their imports.
    if settings.polls_per_hour:
        from feedsvc.polls import Polls

        outer = Polls(outer, settings.polls_per_hour, trusted)
    if settings.metrics:
        from feedsvc.metrics import Meter

        outer = Meter(outer, board or Board(1), publication.index)
    app.wsgi_app = outer  # type: ignore[method-assign]  # as Flask's documentation says
    return app


def create_blueprint(settings: Settings) -> Blueprint:
    """Make a blueprint that serves the same under a prefix of another Flask site.

    Links come from the setting `url`: it has to be the address of that prefix.
    """
    return _make_blueprint(Publication(settings, open_index(settings.database)))


def _make_blueprint(publication: Publication, downloads: int | None = None) -> Blueprint:
    admission = Admission(publication)
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
        if path.startswith("healthz/"):
            return _answer_check(publication, path.removeprefix("healthz/"))
        return _answer(admission, f"/{path}", request, slots)

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
    admission: Admission, path: str, asked: Request, slots: threading.Semaphore | None
) -> Response:
    """Answer for a document: 200 or 304, 404 where there is none, 503 while there is no index."""
    try:
        for attempt in range(3):
            publication, document = admission.find(path)
            if document is None:
                return _say(404, f"Nothing is published at {path}")
            if document.format == "media":
                return _answer_medium(publication, document, asked, slots)
            offered = publication.settings.encodings
            encoding = choose_encoding(asked.accept_encodings.quality, offered)
            headers = _describe(publication, document, encoding)
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
    headers = _describe(publication, document)
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


def _describe(
    publication: Publication, document: Document, encoding: Encoding = "identity"
) -> Headers:
    """Make the headers of 200 and 304."""
    private = bool(publication.settings.access)
    headers = Headers(describe(document, encoding, private=private))
    if modified := _last_modified(document):
        headers["Last-Modified"] = http_date(modified)
    return headers


def _is_fresh(document: Document, asked: Request) -> bool:
    """Whether the client has this version (RFC 9110, section 13.2.2)."""
    if "If-None-Match" in asked.headers:
        held = asked.if_none_match
        return any(held.contains_weak(tag) for tag in list_tags(document.version))
    since, modified = asked.if_modified_since, _last_modified(document)
    return since is not None and modified is not None and modified <= since


def _last_modified(document: Document) -> datetime | None:
    """Return a document's date, None while it is yet to come.

    Two changes in one second are told apart by the next second: till then neither has a date.
    """
    modified = document.modified
    return modified if modified and modified <= datetime.now(UTC) else None


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
    """Answer for operators and load balancers: whether there is anything to serve, and all else."""
    serves, told = tell_health(publication, datetime.now(UTC))
    headers = {**UNCACHED, "X-Content-Type-Options": "nosniff"}
    status, body = 200 if serves else 503, msgspec.json.encode(told)
    return Response(body, status, headers, content_type="application/json")


def _answer_check(publication: Publication, name: str) -> Response:
    """Answer with one check: 503 with what fails it, or 200."""
    if name not in CHECKS:
        return _say(404, f"There is no such check, but {', '.join(CHECKS)}")
    fault = tell_check(publication, name, datetime.now(UTC))
    return _say(503 if fault else 200, fault or "ok", UNCACHED)
