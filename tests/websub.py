"""The other side of WebSub: hubs to run and to end, subscribers, and hubs that answer as told."""

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlencode, urlsplit

from feedsvc.server import claim_port
from tests.serving import PATIENCE, wait_for

__all__ = [
    "Answer",
    "Host",
    "Hub",
    "Quiet",
    "Silence",
    "Subscriber",
    "Told",
    "find_port",
    "run_http",
]

Answer: TypeAlias = tuple[int, dict[str, str]]
"""A status and headers."""


def find_port() -> int:
    return claim_port("127.0.0.1", 0)[1]


@contextmanager
def run_http(handler: Callable[..., BaseHTTPRequestHandler], port: int = 0) -> Iterator[str]:
    """Answer requests by a handler; the address of the server."""
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class Quiet(BaseHTTPRequestHandler):
    """Answers requests, and keeps no log."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Hub:
    """The hub of `tests.hub`, which can be down for a while; its subscriptions stay."""

    def __init__(self, home: Path) -> None:
        home.mkdir(exist_ok=True)
        self._file, self._log = home / "hub.sqlite", home / "hub.log"
        self._port = find_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"http://127.0.0.1:{self._port}/hub"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.hub", str(self._port), str(self._file)]
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self._listens)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port)).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def knows(self, topic: str) -> bool:
        with closing(sqlite3.connect(self._file)) as connection:
            found = connection.execute("SELECT 1 FROM hub WHERE topic_url = ?", (topic,))
            return found.fetchone() is not None


class Subscriber:
    """Who subscribes to topics: confirms that, and keeps what it gets, with the time."""

    def __init__(self) -> None:
        self.got: list[tuple[float, bytes]] = []

    @contextmanager
    def run(self) -> Iterator["Subscriber"]:
        with run_http(self._make_handler()) as self._address:
            yield self

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        got = self.got

        class Handler(Quiet):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                self.answer(200, body=asked["hub.challenge"][0].encode())

            def do_POST(self) -> None:
                got.append((time.monotonic(), self.read()))
                self.answer(200)

        return Handler

    def subscribe(self, hub: Hub, topic: str) -> None:
        """Subscribe, and wait until the hub knows it."""
        form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": self._address}
        parts = urlsplit(hub.address)
        with closing(HTTPConnection(parts.netloc, timeout=PATIENCE)) as connection:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, urlencode(form), headers)
            assert connection.getresponse().status == 202
        wait_for(lambda: hub.knows(topic))

    def find(self, text: str, times: int = 1) -> float | None:
        """Return when a text had come so many times, None where it hasn't."""
        found = [when for when, body in self.got if text.encode() in body]
        return found[times - 1] if len(found) >= times else None

    def await_text(self, text: str, times: int = 1) -> float:
        """Wait for a text; return when it had come so many times."""
        return float(wait_for(lambda: self.find(text, times)))


class Told:
    """A hub that answers as it is told: by the `answers` in their order, then that all is well.

    `topics` are those that it was told of, and accepted; `tries` when anybody tried.
    """

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.forms: list[dict[str, list[str]]] = []
        self.topics: list[str] = []
        self.tries: list[float] = []
        self.paths: list[str] = []
        self.ports: set[int] = set()

    @contextmanager
    def run(self, port: int = 0) -> Iterator[str]:
        with run_http(self._make_handler(), port) as address:
            yield f"{address}hub"

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        told = self

        class Handler(Quiet):
            def do_POST(self) -> None:
                form = parse_qs(self.read().decode())
                told.forms.append(form)
                told.tries.append(time.monotonic())
                told.paths.append(self.path)
                told.ports.add(self.client_address[1])
                status, headers = told.answers.pop(0) if told.answers else (202, {})
                if 200 <= status < 300:
                    told.topics.append(form["hub.topic"][0])
                self.answer(status, b"", **headers)

        return Handler


class Silence:
    """A hub that takes connections, and never answers."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def close(self) -> None:
        self._socket.close()


class Host:
    """A static host, of the files in `folder`, that names the hub as its documents do."""

    def __init__(self, folder: Path, hub: str, port: int) -> None:
        self._folder, self._hub, self._port = folder, hub, port

    @contextmanager
    def run(self) -> Iterator[str]:
        folder, hub, root = self._folder, self._hub, f"http://127.0.0.1:{self._port}"

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args, directory=str(folder))

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def end_headers(self) -> None:
                self.send_header("Link", f'<{root}{self.path}>; rel="self", <{hub}>; rel="hub"')
                super().end_headers()

        with run_http(Handler, self._port) as address:
            yield address
