"""Requests as a reader makes them, to an app in this process."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from msgspec import Struct

from feedsvc.settings import Settings
from feedsvc.web import create_app

__all__ = ["Answer", "first_answer", "ignore", "new_app", "request"]

NOWHERE = "/category/nothing/"


class Answer(Struct, frozen=True):
    """The length of an answer's body, and the seconds that it took: in all, and of the processor.

    They differ by what other processes took, and by waits.
    """

    length: int
    seconds: float
    processor: float


def request(path: str, encoding: str = "identity") -> dict[str, str]:
    """Return the WSGI environment of a GET."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path.encode().decode("latin-1"),  # PEP 3333
        "HTTP_ACCEPT_ENCODING": encoding,
        "SERVER_NAME": "x",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }


def ignore(status: str, headers: object) -> None:
    """Take the beginning of an answer, as the least that a WSGI server can hand us."""


@contextmanager
def new_app(settings: Settings) -> Iterator[Any]:
    """Give a WSGI app that keeps nothing yet: no plan, no bytes, no answer; its index is open."""
    app = create_app(settings)
    call: Any = app.wsgi_app
    with closing(app.extensions["feedsvc"].index):
        call(request(NOWHERE), ignore)
        yield call


def first_answer(settings: Settings, path: str, encoding: str = "identity") -> Answer:
    """Return what a new app takes for an answer."""
    asked = request(path, encoding)
    with new_app(settings) as app:
        began, burnt = time.perf_counter(), time.process_time()
        body = b"".join(app(asked, ignore))
        processor, seconds = time.process_time() - burnt, time.perf_counter() - began
    return Answer(len(body), seconds, processor)
