"""WebSub: what a publisher says to a hub, and what the hub will get at a topic's address.

Nobody is waited for for long, and of no answer is more read than is needed. The words to a hub
are those of PubSubHubbub 0.4, section 7, which WebSub leaves open: hubs differ in which they read.
"""

import socket
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from feedsvc import __version__
from feedsvc.errors import HubError, NotPublic

__all__ = ["Publisher", "listens", "verify_public"]

PATIENCE = 10.0
"""Seconds for which a connection may take to be made, or be without a byte."""

MOST_READ = 65_536
"""Bytes of a hub's answer that are read, so that the next one can come the same way."""

MOST_REDIRECTS = 5

LONGEST_WAIT = 86_400.0
"""Seconds for which a hub may ask to be left alone."""

_HEADERS = {"User-Agent": f"feedsvc/{__version__}", "Accept-Encoding": "identity"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Publisher:
    """What tells one hub of topics: by a connection that is kept till `close`, or a fault."""

    def __init__(self, hub: str) -> None:
        self._hub = hub
        self._connection: HTTPConnection | None = None
        self._where = ("", "")

    def publish(self, topic: str) -> None:
        """Tell that a topic has changed. Raises HubError unless the hub says that all is well."""
        form = urlencode({"hub.mode": "publish", "hub.topic": topic, "hub.url": topic})
        try:
            response = self._send(form)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            raise HubError(self._hub, "can't be reached", _explain(error)) from error
        if not 200 <= response.status < 300:
            raise self._refuse(topic, response)

    def _send(self, form: str) -> HTTPResponse:
        """Return the hub's answer, or that of where it says it is.

        After another redirect than these, a form is not to be sent (RFC 9110, section 15.4).
        """
        url = self._hub
        for _ in range(MOST_REDIRECTS):
            response = self._post(url, form)
            target = response.headers.get("Location") if response.status in (307, 308) else None
            if target is None:
                break
            url = urljoin(url, target)
        return response

    def _post(self, url: str, form: str) -> HTTPResponse:
        parts = urlsplit(url)
        if self._connection is None or self._where != parts[:2]:
            self.close()
            self._connection, self._where = _connect(parts), parts[:2]
        self._connection.request("POST", _target(parts), form, _HEADERS | _FORM)
        response = self._connection.getresponse()
        with suppress(OSError, HTTPException):  # its status is all that counts
            response.read(MOST_READ)
        if not response.isclosed():
            self.close()
        return response

    def _refuse(self, topic: str, response: HTTPResponse) -> HubError:
        status = response.status
        return HubError(
            self._hub,
            f"answers {status}",
            f"to {topic}",
            after=_read_wait(response.headers.get("Retry-After", "")),
            refused=400 <= status < 500 and status not in (408, 429),
        )

    def close(self) -> None:
        """Give the connection back."""
        if self._connection:
            self._connection.close()
            self._connection = None


def verify_public(url: str, body: bytes) -> None:
    """See that what anybody gets at an address are these bytes; raises NotPublic."""
    parts = urlsplit(url)
    connection = _connect(parts)
    try:
        connection.request("GET", _target(parts), headers=_HEADERS)
        response = connection.getresponse()
        found = response.read(len(body) + 1)
    except (OSError, HTTPException) as error:
        raise NotPublic(url, "not public yet", _explain(error)) from error
    finally:
        connection.close()
    if response.status != 200:
        raise NotPublic(url, "not public yet", f"the answer is {response.status}")
    if found != body:
        raise NotPublic(url, "not public yet", "other bytes are there")


def listens(url: str) -> bool:
    """Whether there is a server at an address."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), PATIENCE).close()
    except OSError:
        return False
    return True


def _connect(parts: SplitResult) -> HTTPConnection:
    """Make what will connect to a host. Raises ValueError where it isn't one of http or https."""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an http or https URL: {parts.geturl()!r}")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname, parts.port, timeout=PATIENCE)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _explain(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _read_wait(value: str) -> float:
    """Return the seconds of a Retry-After (RFC 9110, 10.2.3), 0 where it says none."""
    if value.isdecimal():
        seconds = float(value)
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return 0
    return min(max(seconds, 0), LONGEST_WAIT)
