"""The access log: a line for each request, in the combined format, around any WSGI application.

It changes no answer. Queries aren't logged: no address of ours has one, and others' may be secret.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from time import gmtime, monotonic, time
from typing import Any
from urllib.parse import quote

from feedsvc.errors import ServeError
from feedsvc.proxies import Network, find_client
from feedsvc.tokens import hide_token

__all__ = ["AccessLog", "LogFile"]

LOOK = 1.0
"""Seconds after which the file is looked at: who rotates logs moves it away."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As they are in no locale but C's."""

_UNSAFE = re.compile(r'[^ -~]|["\\]')


class LogFile:
    """A file to which several processes append lines, each whole; `-` is standard output.

    Raises ServeError where it can't be opened. A line that can't be written is lost.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self._file = 1 if path == "-" else self._open()
        except OSError as error:
            raise ServeError(path, "can't be written", error.strerror or "") from error
        self._looked = monotonic()

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def write(self, line: str) -> None:
        """Append a line, at once: lines of several processes don't mix."""
        with suppress(OSError):
            if self._path != "-" and monotonic() - self._looked >= LOOK:
                self._reopen()
            os.write(self._file, line.encode("ascii"))

    def _reopen(self) -> None:
        """Open the file anew where another, or none, is at its path."""
        self._looked = monotonic()
        with suppress(OSError):
            if os.path.samestat(os.stat(self._path), os.fstat(self._file)):
                return
        other = self._open()
        os.dup2(other, self._file, inheritable=False)  # another thread may be writing
        os.close(other)

    def close(self) -> None:
        """Close the file."""
        if self._path != "-":
            os.close(self._file)


class AccessLog:
    """A WSGI application around `app` that logs each request to `file` when it is answered."""

    def __init__(self, app: Any, file: LogFile, trusted: Sequence[Network] = ()) -> None:
        self._app, self._file, self._trusted = app, file, trusted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        begun = time()
        status = ""

        def start(code: str, *rest: Any) -> Any:
            nonlocal status
            status = code[:3]
            return start_response(code, *rest)

        def log(sent: int) -> None:
            self._file.write(self._tell(environ, begun, status, sent))

        chunks = self._app(environ, start)
        if isinstance(chunks, list):
            log(sum(map(len, chunks)))
            return chunks
        return _Counted(chunks, log)

    def _tell(self, environ: dict[str, Any], begun: float, status: str, sent: int) -> str:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        client = find_client(environ.get("REMOTE_ADDR") or "-", forwarded, self._trusted)
        path = quote(
            hide_token(environ.get("PATH_INFO", "")), safe="/:@!$&'()*+,;=~", encoding="latin-1"
        )
        request = f"{environ['REQUEST_METHOD']} {path} {environ.get('SERVER_PROTOCOL', '')}"
        named = (environ.get(name) or "-" for name in ("HTTP_REFERER", "HTTP_USER_AGENT"))
        request, referer, agent = map(_escape, (request, *named))
        moment = _tell_time(int(begun))
        return f'{client} - - [{moment}] "{request}" {status} {sent or "-"} "{referer}" "{agent}"\n'


@lru_cache(1)
def _tell_time(moment: int) -> str:
    at = gmtime(moment)
    day = f"{at.tm_mday:02}/{MONTHS[at.tm_mon - 1]}/{at.tm_year}"
    return f"{day}:{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} +0000"


def _escape(text: str) -> str:
    """Write what a client sent so that it ends neither the field nor the line."""
    return _UNSAFE.sub(lambda unsafe: f"\\x{ord(unsafe[0]):02x}", text)


class _Counted:
    """A body on its way, which is logged when it is closed."""

    def __init__(self, chunks: Iterable[bytes], log: Callable[[int], None]) -> None:
        self._chunks, self._log, self._sent = chunks, log, 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._sent += len(chunk)
            yield chunk

    def close(self) -> None:
        """Close what is within (PEP 3333), and log."""
        close = getattr(self._chunks, "close", None)
        try:
            if close:
                close()
        finally:
            self._log(self._sent)
