"""Requests as a reader makes them, to an app in this process."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from feedsvc.settings import Settings
from feedsvc.web import create_app
from tests.bench.bench import Bench
from tests.bench.lines import Line, sum_up
from tests.bench.measure import measure

__all__ = ["bench_answers", "first_answer", "ignore", "new_app", "request"]

NOWHERE = "/category/nothing/"
PATH = "/atom.xml"


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


def first_answer(settings: Settings, path: str, encoding: str = "identity") -> float:
    """Return the seconds that a new app takes for an answer."""
    asked = request(path, encoding)
    with new_app(settings) as app:
        return measure(lambda: b"".join(app(asked, ignore)))


def bench_answers(bench: Bench) -> Iterator[Line]:
    """Measure an answer that is replayed, and what the view behind it costs."""
    asked = request(PATH, "gzip")
    with new_app(bench.settings) as replay:
        body = b"".join(replay(asked, ignore))

        def least(environ: dict[str, str], start_response: Any) -> list[bytes]:
            start_response("200 OK", [])
            return [body]

        def repeat(call: Any, times: int) -> Callable[[], float]:
            def work() -> None:
                for _ in range(times):
                    call(asked, ignore)

            return lambda: measure(work) / times * 1e6

        turns = bench.pace.take_turns
        pairs = turns(repeat(replay, 100_000), repeat(least, 100_000))
        work = "prepared answer in the WSGI layer"
        yield sum_up(work, bench.count, "µs", pairs, "a bare WSGI function")
        pairs = turns(repeat(replay.app, 1000), repeat(replay, 1000))
        yield sum_up("the Flask view", bench.count, "µs", pairs, "prepared answer")
