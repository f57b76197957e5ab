"""A host on loopback that answers as a test wants, from one request to the next."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

__all__ = ["Answer", "Host", "run_host"]


class Answer(NamedTuple):
    """What a path is answered by."""

    body: bytes = b""
    type: str = "application/xml"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class Host:
    """What is where; and what was asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []

    def put(self, path: str, body: bytes | str = b"", **how: Any) -> str:
        """Put an answer at a path; return its address."""
        self.answers[path] = Answer(body.encode() if isinstance(body, str) else body, **how)
        return f"{self.address}{path}"


@contextmanager
def run_host() -> Iterator[Host]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            answer = host.answers.get(self.path, Answer(status=404))
            self.send_response(answer.status)
            length = str(len(answer.body))
            for header in (("Content-Type", answer.type), ("Content-Length", length)):
                self.send_header(*header)
            for header in answer.headers:
                self.send_header(*header)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host = Host(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()
