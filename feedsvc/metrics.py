"""Metrics: a WSGI layer that counts what is asked for, and tells it to Prometheus.

Nothing of a request is kept but which document it was for, the status, and how many subscribers
a reader told of itself: no address, no name of a person.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from feedsvc.board import Board
from feedsvc.index import Index
from feedsvc.late import import_late
from feedsvc.paths import read_path
from feedsvc.tally import Tally, read_tally
from feedsvc.useragents import read_agent

__all__ = ["PATH", "Meter"]

PATH = "/metrics"

INTERVAL = 1.0
"""Seconds between two times that a process shows the others what it has counted."""

MOST_PATHS = 4096
"""Paths of which is remembered what they stand for, and how long their answer was."""

LONGEST = 200
"""Characters of a path whose subscribers are told."""

POLLED = ("atom", "rss", "json")
"""Documents that readers are subscribed to."""

Environ: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environ, Any], Iterable[bytes]]

_render = import_late("feedsvc.exposition", "render")


class Meter:
    """A WSGI application around `app` that answers a GET of PATH itself.

    What it counts stands on `board`, with what other processes count; `index` tells the rest.
    """

    def __init__(self, app: Application, board: Board, index: Index) -> None:
        self._app, self._board, self._index = app, board, index
        self._lock, self._changed = threading.Lock(), threading.Event()
        self._slot = board.take()
        before = self._slot.read() if self._slot else b""
        self._tally = read_tally(before) if before else Tally()
        self._documents: dict[str, str] = {}
        self._lengths: dict[tuple[str, str], int] = {}
        threading.Thread(target=self._show, daemon=True).start()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request (PEP 3333), and count it."""
        if environ.get("PATH_INFO") == PATH and environ["REQUEST_METHOD"] == "GET":
            body, media_type = _render(self._sum(), self._index, int(time.time()))
            head = {"Content-Type": media_type, "Content-Length": str(len(body))}
            start_response("200 OK", [*head.items(), ("Cache-Control", "no-store")])
            return [body]
        started: list[Any] = []

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            started[:] = status[:3], headers
            return start_response(status, headers, exc_info)

        chunks = self._app(environ, start)
        self._count(environ, chunks, *started)
        return chunks

    def _count(self, environ: Environ, chunks: Iterable[bytes], status: str, headers: Any) -> None:
        path, sent, saved = environ.get("PATH_INFO", ""), 0, 0
        document = self._name(path) if status in ("200", "206", "304") else "none"
        asked = path, environ.get("HTTP_ACCEPT_ENCODING", "")
        if environ["REQUEST_METHOD"] == "GET" and status != "304":
            sent = len(chunks[0]) if type(chunks) is list else _tell_length(headers)
        with self._lock:
            if status == "304":
                saved = self._lengths.get(asked, 0)
            elif status == "200" and sent:
                if len(self._lengths) >= MOST_PATHS:
                    self._lengths.clear()
                self._lengths[asked] = sent
            self._tally.count(document, status, sent=sent, saved=saved)
            if document in POLLED and len(path) <= LONGEST:
                agent = read_agent(environ.get("HTTP_USER_AGENT", ""))
                if agent.subscribers is not None and agent.kind == "reader":
                    feed_id, subscribers = agent.feed_id, agent.subscribers
                    self._tally.note(path, agent.name, feed_id, subscribers, time.time())
        self._changed.set()

    def _name(self, path: str) -> str:
        """Name what kind of document is at a path."""
        document = self._documents.get(path)
        if document is None:
            place = read_path(path)
            document = place.format if place else "other"
            document += " archive" if place and place.period else ""
            if len(self._documents) >= MOST_PATHS:
                self._documents.clear()
            self._documents[path] = document
        return document

    def _show(self) -> None:
        """Show what was counted to the other processes, for as long as this one runs."""
        while self._slot and self._changed.wait():
            self._changed.clear()
            with self._lock:
                self._slot.write(self._tally.pack())
            time.sleep(INTERVAL)

    def _sum(self) -> Tally:
        """Add up what all have counted, this process to the last."""
        with self._lock:
            own = self._tally.pack()
            if self._slot:
                self._slot.write(own)
        total = Tally()
        for content in self._board.read() if self._slot else [own]:
            total.add(read_tally(content))
        return total


def _tell_length(headers: Iterable[tuple[str, str]]) -> int:
    return int(dict(headers).get("Content-Length", 0))
