"""The WSGI layer before the app: it replays answers that the app has given.

The app is the whole answer; this layer only gives it again, to a plain GET or HEAD of the same
path, without what a Flask view costs. Everything unusual goes through to the app, and so do the
answers of which a part may be asked for: those are streamed.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, TypeAlias

from msgspec import Struct

from feedsvc.cache import Cache
from feedsvc.encodings import list_tags
from feedsvc.errors import FeedsvcError

__all__ = ["Replay"]

Environ: TypeAlias = dict[str, Any]
Headers: TypeAlias = list[tuple[str, str]]
Application: TypeAlias = Callable[[Environ, Any], Iterable[bytes]]

PATIENCE = 0.01
"""Seconds for which answers are replayed before the index is asked whether they still hold."""

MOST_ANSWERS = 500
"""Answers kept at most: what clients ask for, and send as Accept-Encoding, is up to them."""


class _Answer(Struct):
    """What the app answers to a plain GET, and to one by a client that has this version.

    `tag` is what the cache knows the body by.
    """

    headers: Headers
    tag: str
    tags: frozenset[str]
    fresh_headers: Headers


class Replay:
    """A WSGI application around `app`; `revision` is the index's, `cache` has the bodies."""

    def __init__(self, app: Application, revision: Callable[[], int], cache: Cache) -> None:
        self.app, self._ask_revision, self._cache = app, revision, cache
        self._answers: dict[tuple[str, str], _Answer] = {}
        self._headers: dict[tuple[str, str], tuple[str, str]] = {}
        self._revision = -1
        self._asked = float("-inf")

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        answers = self._answers if monotonic() - self._asked < PATIENCE else self._renew()
        path = environ.get("PATH_INFO")
        if not path:  # Flask would redirect, to wherever the Host header says
            path = environ["PATH_INFO"] = "/"
        answer = answers.get((path, environ.get("HTTP_ACCEPT_ENCODING", "")))
        method = environ["REQUEST_METHOD"]
        if answer is None or (method != "GET" and method != "HEAD"):
            return self._pass(environ, start_response)
        held = environ.get("HTTP_IF_NONE_MATCH")
        if held is None and "HTTP_IF_MODIFIED_SINCE" not in environ:
            body = self._cache.get(answer.tag) if method == "GET" else b""
            if body is None:
                return self._pass(environ, start_response)
            start_response("200 OK", answer.headers.copy())
            return [body] if body else []
        if held in answer.tags:
            start_response("304 NOT MODIFIED", answer.fresh_headers.copy())
            return []
        return self.app(environ, start_response)

    def _renew(self) -> dict[tuple[str, str], _Answer]:
        """Forget the answers where the index has changed; while it can't be asked they hold."""
        try:
            revision = self._ask_revision()
        except FeedsvcError:
            revision = self._revision
        if revision != self._revision:
            # A new one: a thread that is about to keep an older answer keeps it in the old.
            self._answers, self._headers = {}, {}
            self._revision = revision
        self._asked = monotonic()
        return self._answers

    def _pass(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Let the app answer; keep the answer where it will be the same for everybody."""
        plain = environ["REQUEST_METHOD"] == "GET" and not (
            "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
        )
        if not plain:
            return self.app(environ, start_response)
        answers = self._answers
        status, headers, chunks = _call(self.app, environ)
        named = dict(headers)
        if "Accept-Ranges" in named:
            start_response(status, headers)
            return chunks
        body = _join(chunks)
        # An answer without a date is still to get one.
        if status.startswith("200") and "Last-Modified" in named:
            tag = named["ETag"]
            _, fresh_headers, chunks = _call(self.app, environ | {"HTTP_IF_NONE_MATCH": tag})
            _join(chunks)
            if len(answers) >= MOST_ANSWERS:
                answers.clear()
                self._headers = {}
            self._cache.put(tag.strip('"'), body)
            answers[environ["PATH_INFO"], environ.get("HTTP_ACCEPT_ENCODING", "")] = _Answer(
                self._share(headers), tag.strip('"'), _list_forms(tag), self._share(fresh_headers)
            )
        start_response(status, headers.copy())
        return [body]

    def _share(self, headers: Headers) -> Headers:
        """Return the same headers, of which those of several answers are there once."""
        return [self._headers.setdefault(header, header) for header in headers]


def _call(app: Application, environ: Environ) -> tuple[str, Headers, Iterable[bytes]]:
    """Call a WSGI application; return its status, its headers, and its body yet to be read."""
    started: list[Any] = []
    chunks = app(environ, lambda status, headers, exc_info=None: started.extend((status, headers)))
    return started[0], list(started[1]), chunks


def _join(chunks: Iterable[bytes]) -> bytes:
    try:
        return b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()


def _list_forms(tag: str) -> frozenset[str]:
    """List the forms of a tag that clients commonly send back, each alone."""
    version = tag.strip('"').partition("-")[0]
    return frozenset(f'{weak}"{form}"' for weak in ("", "W/") for form in list_tags(version))
