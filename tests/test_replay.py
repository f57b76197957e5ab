"""The replay layer: it answers as the app behind it does, and never what no longer holds."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any, TypeAlias
from wsgiref.validate import validator

import pytest
from flask import Flask
from werkzeug.test import create_environ

from feedsvc import create_app
from feedsvc.cache import Cache
from feedsvc.errors import IndexMissing
from feedsvc.publication import Publication
from feedsvc.replay import PATIENCE, Environ, Replay
from tests.conftest import Site

Answer: TypeAlias = tuple[str, list[tuple[str, str]], bytes]

TAG = '"v1"'


def call(app: Any, path: str = "/atom.xml", method: str = "GET", **headers: str) -> Answer:
    """Ask a WSGI application, as a server would: its status, headers and body.

    What is in capitals is no header, but a variable of the request.
    """
    environ = create_environ(path, method=method)
    environ |= {n if n.isupper() else f"HTTP_{n.upper()}": headers[n] for n in headers}
    started: list[Any] = []
    chunks = app(environ, lambda status, headers, exc_info=None: started.extend((status, headers)))
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    return started[0], started[1], body


# In front of the real app


@pytest.fixture
def published(make_site: Callable[..., Site]) -> Site:
    site = make_site(hubs="https://hub.example/", encodings="br gzip")
    site.write("a.txt")
    site.ingest()
    return site


@pytest.fixture
def app(published: Site) -> Iterator[Flask]:
    app = create_app(published.settings)
    yield app
    app.extensions["feedsvc"].index.close()


PATHS = ("/", "/atom.xml", "/rss.xml", "/nothing", "/healthz")
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
ENCODINGS = (None, "", "gzip", "gzip, deflate, br", "zstd", "identity;q=0, *", "gzip;q=0")
DATES = (None, "Sat, 01 Jun 2024 13:00:00 GMT", "Sun, 01 Jan 2012 00:00:00 GMT", "nonsense")
TAGS = (
    None,
    "",
    "*",
    '"x"',
    '"{}"',
    'W/"{}"',
    '"{}-gzip"',
    'W/"{}-gzip"',
    '"{}-br"',
    '"x", "{}"',
    'W/"{}-zstd"',
)


@pytest.mark.parametrize("path", PATHS)
def test_layer_and_app_answer_the_same_requests_alike(
    published: Site, app: Flask, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay: Any = app.wsgi_app
    monkeypatch.setattr("feedsvc.replay.PATIENCE", 3600.0)  # all that is kept is replayed
    document = published.publication.document(path)
    version = document.version if document else "x"
    for encoding in ENCODINGS:
        call(replay, path, **({} if encoding is None else {"accept_encoding": encoding}))
    statuses = set()
    for method, encoding, tag, date in product(METHODS, ENCODINGS, TAGS, DATES):
        given = {
            "accept_encoding": encoding,
            "if_none_match": tag and tag.format(version),
            "if_modified_since": date,
        }
        headers = {name: value for name, value in given.items() if value is not None}
        answer = call(replay, path, method, **headers)
        assert answer == call(replay.app, path, method, **headers), (method, headers)
        statuses.add(answer[0][:3])
    expected = {"/nothing": {"404", "405"}, "/healthz": {"200", "405"}}
    assert statuses == expected.get(path, {"200", "304", "405"})


def test_layer_and_publication_keep_a_body_once(app: Flask) -> None:
    publication: Publication = app.extensions["feedsvc"]
    document = publication.document("/atom.xml")
    assert document
    call(app.wsgi_app, accept_encoding="gzip")
    body = publication.body(document, "gzip")
    replay: Any = app.wsgi_app
    environ = create_environ("/atom.xml", headers={"Accept-Encoding": "gzip"})
    assert next(iter(replay(environ, lambda *_: None))) is body


def test_a_commit_is_seen_when_patience_is_over(published: Site, app: Flask) -> None:
    assert b"A new title" not in call(app.wsgi_app)[2]
    published.write("a.txt", title="A new title")
    published.ingest()
    time.sleep(PATIENCE)
    assert b"A new title" in call(app.wsgi_app)[2]


def test_nothing_is_replayed_that_is_still_to_get_a_date(
    published: Site, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.replay.PATIENCE", 0.0)
    published.index.execute("DELETE FROM edition")
    with published.index.transaction():  # who writes keeps others from recording one
        assert "Last-Modified" not in dict(call(app.wsgi_app)[1])
    assert "Last-Modified" in dict(call(app.wsgi_app)[1])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("tag", ["", "*"])
def test_layer_and_app_keep_to_wsgi(app: Flask, path: str, method: str, tag: str) -> None:
    checked = validator(app.wsgi_app)
    headers = {"if_none_match": tag} if tag else {}
    first = call(checked, path, method, **headers)
    assert first == call(checked, path, method, **headers)
    assert call(checked, path) == call(checked, path)


def test_a_path_that_a_server_leaves_out_is_empty(app: Flask) -> None:
    environ = create_environ("/", method="POST")  # PEP 3333: what is empty may be missing
    del environ["PATH_INFO"]
    replay: Any = app.wsgi_app
    started: list[str] = []
    list(replay(environ, lambda status, headers, exc_info=None: started.append(status)))
    assert int(started[0][:3]) < 500


# In front of an app that tells how often it was asked


class Origin:
    """An app that answers with its revision, as the feeds' app does; `asked` is what it got."""

    def __init__(self) -> None:
        self.status, self.dated, self.revision = "200 OK", True, 1
        self.asked: list[Environ] = []
        self.cache = Cache(10_000)
        self.replay = Replay(self, lambda: self.revision, self.cache)
        self.meanwhile: Callable[[], None] = lambda: None

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        self.asked.append(environ)
        tag, body = f'"v{self.revision}"', [b"body ", str(self.revision).encode()]
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        dates = [("Last-Modified", "Sat, 01 Jun 2024 13:00:00 GMT")] if self.dated else []
        if environ.get("HTTP_IF_NONE_MATCH") == tag:
            start_response("304 NOT MODIFIED", [("ETag", tag)])
            return []
        start_response(self.status, [("ETag", tag), *dates])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body


@pytest.fixture
def origin(monkeypatch: pytest.MonkeyPatch) -> Origin:
    monkeypatch.setattr("feedsvc.replay.PATIENCE", 0.0)
    return Origin()


def count_calls(origin: Origin, *args: Any, **headers: str) -> int:
    """Ask through the layer; tell how often the app was asked for it."""
    before = len(origin.asked)
    call(origin.replay, *args, **headers)
    return len(origin.asked) - before


def test_what_was_answered_is_not_asked_again(origin: Origin) -> None:
    first = call(origin.replay)
    asked = len(origin.asked)
    assert call(origin.replay) == first
    assert call(origin.replay, method="HEAD") == (*first[:2], b"")
    for tag in (TAG, 'W/"v1"', '"v1-gzip"', 'W/"v1-gzip"', '"v1-br"', 'W/"v1-zstd"'):
        assert call(origin.replay, if_none_match=tag)[0] == "304 NOT MODIFIED"
    assert len(origin.asked) == asked


@pytest.mark.parametrize(
    ("args", "headers"),
    [
        (["/rss.xml", "HEAD"], {}),
        (["/atom.xml", "POST"], {}),
        (["/atom.xml"], {"if_none_match": '"v1", "v2"'}),
        (["/atom.xml"], {"if_modified_since": "Sat, 01 Jun 2024 13:00:00 GMT"}),
        (["/atom.xml"], {"if_none_match": '"x"', "if_modified_since": "now"}),
        (["/rss.xml"], {"if_none_match": TAG}),
    ],
)
def test_the_unusual_is_the_app_s_each_time(
    origin: Origin, args: list[str], headers: dict[str, str]
) -> None:
    call(origin.replay)
    assert [count_calls(origin, *args, **headers) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize(
    ("status", "dated"), [("503 SERVICE UNAVAILABLE", True), ("200 OK", False)]
)
def test_what_may_soon_be_another_is_not_kept(origin: Origin, status: str, dated: bool) -> None:
    origin.status, origin.dated = status, dated
    assert [count_calls(origin) for _ in range(2)] == [1, 1]


def test_a_body_is_not_lost_to_a_head_before_it(origin: Origin) -> None:
    call(origin.replay, method="HEAD")
    assert call(origin.replay)[2] == b"body 1"


def test_within_patience_the_index_is_not_asked(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(origin.replay)
    origin.revision = 2
    monkeypatch.setattr("feedsvc.replay.PATIENCE", 3600.0)
    assert call(origin.replay)[2] == b"body 1"
    monkeypatch.setattr("feedsvc.replay.PATIENCE", 0.0)
    assert call(origin.replay)[2] == b"body 2"


def test_answers_hold_while_the_index_is_gone_and_its_return_is_seen(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise IndexMissing("index.sqlite", "no index yet")

    call(origin.replay)
    monkeypatch.setattr(origin.replay, "_ask_revision", fail)
    origin.status, origin.revision = "503 SERVICE UNAVAILABLE", 2
    assert [call(origin.replay)[2] for _ in range(2)] == [b"body 1", b"body 1"]
    assert call(origin.replay, "/rss.xml")[0][:3] == "503"
    monkeypatch.undo()
    origin.status = "200 OK"
    monkeypatch.setattr("feedsvc.replay.PATIENCE", 0.0)
    assert call(origin.replay)[2] == b"body 2"


def test_an_answer_that_a_commit_overtakes_is_not_kept_for_long(origin: Origin) -> None:
    def commit() -> None:
        origin.revision = 2
        assert call(origin.replay, "/rss.xml")[2] == b"body 2"

    origin.meanwhile = commit
    assert call(origin.replay)[2] == b"body 1"
    assert call(origin.replay)[2] == b"body 2"


def test_answers_are_kept_by_encoding_and_no_more_than_a_bound(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.replay.MOST_ANSWERS", 3)
    assert [count_calls(origin, accept_encoding=f"x-{n}") for n in (1, 2, 3)] == [2, 2, 2]
    assert [count_calls(origin, accept_encoding=f"x-{n}") for n in (1, 2, 3)] == [0, 0, 0]
    assert [count_calls(origin, accept_encoding=f"x-{n}") for n in (4, 1, 2)] == [2, 2, 2]


def test_body_that_the_cache_let_go_is_asked_for_again(origin: Origin) -> None:
    first = call(origin.replay)
    origin.cache.put("other", b"-" * 20_000)
    assert count_calls(origin, method="HEAD") == 0
    assert count_calls(origin) == 2
    assert count_calls(origin) == 0
    assert call(origin.replay) == first


def test_what_a_server_does_to_headers_stays_its_own(origin: Origin) -> None:
    for _ in range(3):
        for headers in ({}, {"if_none_match": TAG}):
            status, given, _ = call(origin.replay, **headers)
            assert ("X-Server", "mine") not in given, status
            given.append(("X-Server", "mine"))


class Chunks:
    """A body that tells whether it was closed."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self.chunks, self.closed = chunks, False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("chunks", [Chunks(b"a", b"b"), Chunks(b"a", OSError("broken"))])
def test_the_app_s_body_is_closed_also_where_it_breaks(chunks: Chunks) -> None:
    def app(environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return chunks

    replay = Replay(app, lambda: 1, Cache(20))
    if isinstance(chunks.chunks[-1], OSError):
        with pytest.raises(OSError, match="broken"):
            call(replay)
    else:
        assert call(replay)[2] == b"ab"
    assert chunks.closed
