"""A real hub, that of Flask-WebSub: `python -m tests.hub PORT FILE` runs it on loopback.

Flask-WebSub leaves its work to a queue of Celery's kind; here that is a thread for each task.
"""

import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage
from werkzeug.serving import run_simple

__all__ = ["make_hub"]

PAUSE = 0.1
"""The hub's unit of the pauses before a subscriber that failed is tried again."""


class _Task:
    """What a queue makes of a function: `delay` calls it later."""

    def __init__(self, function: Callable[..., Any], *, bind: bool, tries: int = 0) -> None:
        self._function, self._bind = function, bind
        self._values: tuple[Any, ...] = ()
        self.request = SimpleNamespace(retries=tries)

    def delay(self, *values: Any, countdown: float = 0) -> None:
        """Call the function in a thread of its own."""
        task = _Task(self._function, bind=self._bind, tries=self.request.retries)
        task._values = values
        own = (task,) if self._bind else ()
        timer = threading.Timer(countdown, self._function, (*own, *values))
        timer.daemon = True
        timer.start()

    def retry(self, countdown: float) -> None:
        """Call the function again; it asks for that itself, when it has failed."""
        again = _Task(self._function, bind=True, tries=self.request.retries + 1)
        again.delay(*self._values, countdown=countdown)


class _Queue:
    """As much of Celery as a hub needs."""

    def task(self, *, bind: bool = False, max_retries: int = 0) -> Callable[..., _Task]:
        return lambda function: _Task(function, bind=bind)


def make_hub(file: str) -> Flask:
    """Make a hub that keeps its subscriptions in a file."""
    app = Flask("hub")
    app.config["PUBLISH_SUPPORTED"] = True
    app.config["HUB_MIN_LEASE_SECONDS"] = 60
    hub = Hub(SQLite3HubStorage(file), _Queue(), BACKOFF_BASE=PAUSE)
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    return app


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), make_hub(sys.argv[2]), threaded=True)
