"""The WSGI layer that bids clients wait which keep asking for what they have.

A client that sends a validator costs next to nothing, however often it asks. One that sends none
is sent all of a document each time: it may have it so many times an hour, and then gets 429
(RFC 6585, section 4) until the hour since the first time is over. Each process counts for itself,
and keeps no address, but digests that nobody else can make.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from math import ceil
from time import monotonic
from typing import Any, TypeAlias

from feedsvc.proxies import Network, find_client

__all__ = ["Polls"]

Environ: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environ, Any], Iterable[bytes]]

NAMES = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT", "PATH_INFO")
HOUR = 3600

MOST_CLIENTS = 10_000
"""Clients, with a document each, that are counted at once: the last that came."""


class Polls:
    """A WSGI application around `app`, which lets a client have a document `most` times an hour.

    A client is an address, by the word of proxies that are `trusted`, and what it calls itself:
    many may share the address.
    """

    def __init__(self, app: Application, most: int, trusted: Sequence[Network] = ()) -> None:
        self._app, self._most, self._trusted = app, most, trusted
        self._salt = os.urandom(16)
        self._lock = threading.Lock()
        self._hours: dict[bytes, tuple[float, int]] = {}
        """When the hour of each ends, and how often it had the document; first what ends first."""

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        if environ["REQUEST_METHOD"] != "GET" or (
            "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
        ):
            return self._app(environ, start_response)
        client = self._digest(environ)
        if wait := self._wait(client):
            return _refuse(wait, start_response)

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            # Only what has a validator can be asked for with one; media don't change.
            names = {name for name, _ in headers}
            if status.startswith("200") and "ETag" in names and "Accept-Ranges" not in names:
                self._count(client)
            return start_response(status, headers, *more)

        return self._app(environ, start)

    def _digest(self, environ: Environ) -> bytes:
        peer, forwarded, agent, path = (environ.get(name, "") for name in NAMES)
        text = "\n".join((find_client(peer, forwarded, self._trusted), agent, path))
        return hashlib.blake2b(text.encode(), digest_size=16, key=self._salt).digest()

    def _wait(self, client: bytes) -> int:
        """Return for how many seconds a client has to wait."""
        end, count = self._hours.get(client, (0, 0))
        return max(ceil(end - monotonic()), 0) if count >= self._most else 0

    def _count(self, client: bytes) -> None:
        now = monotonic()
        with self._lock:
            end, count = self._hours.get(client, (0, 0))
            if now < end:
                self._hours[client] = end, count + 1
                return
            self._hours.pop(client, None)  # to be the last
            self._hours[client] = now + HOUR, 1
            if len(self._hours) > MOST_CLIENTS:
                del self._hours[next(iter(self._hours))]


def _refuse(wait: int, start_response: Any) -> list[bytes]:
    """Say how long a client has to wait, and how it needn't."""
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Retry-After", str(wait)),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response("429 TOO MANY REQUESTS", headers)
    return [b"Too many requests without If-None-Match: send the ETag that you were sent\n"]
