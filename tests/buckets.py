"""A real S3 server on loopback that tells which requests it got, and in which order."""

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote
from urllib.request import Request, urlopen

from msgspec import Struct

__all__ = ["S3", "Asked", "Bucket", "run_s3"]


class Asked(Struct):
    """A request: when it came and was answered, as numbers of a row that all are in."""

    method: str
    key: str
    query: dict[str, list[str]]
    body: bytes
    came: int
    answered: int = -1
    status: int = 0

    @property
    def is_listing(self) -> bool:
        return self.method == "GET" and bool({"list-type", "prefix"} & self.query.keys())


class S3:
    """A server; `log` has what it was asked, `address` is where."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._moments = 0
        self.log: list[Asked] = []
        self.address = ""
        self.meanwhile: Callable[[Asked], object] = lambda asked: None
        """Called with each request before it is answered."""

    def _tick(self) -> int:
        with self._lock:
            self._moments += 1
            return self._moments

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        key = unquote(environ["RAW_URI"].partition("?")[0])
        query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
        asked = Asked(environ["REQUEST_METHOD"], key, query, body, self._tick())
        with self._lock:
            self.log.append(asked)
        self.meanwhile(asked)

        def note(status: str, *rest: Any) -> Any:
            asked.status = int(status.split()[0])
            return start(status, *rest)

        answer = list(self._app(environ, note))
        asked.answered = self._tick()
        return answer

    def demand_credentials(self, demanded: bool) -> None:
        """Let it look at who asks from now on, or not."""
        after = b"0" if demanded else b"1000000000"
        plain = {"Content-Type": "text/plain"}
        request = Request(f"{self.address}/moto-api/reset-auth", data=after, headers=plain)
        urlopen(request).close()


class Bucket:
    """A bucket of a server, as somebody sees it who asks for nothing by it."""

    def __init__(self, server: S3, name: str) -> None:
        from moto.s3.models import s3_backends

        self.server, self.name, self.address = server, name, f"s3://{name}"
        self._backend = s3_backends["123456789012"]["aws"]
        self._backend.create_bucket(name, "us-east-1")

    def read(self, prefix: str = "") -> dict[str, bytes]:
        """Return what is below a prefix."""
        keys = list(self._backend.buckets[self.name].keys.items())
        return {
            key.removeprefix(prefix): found.value for key, found in keys if key.startswith(prefix)
        }

    def put(self, key: str, body: bytes) -> None:
        self._backend.put_object(self.name, key, body)

    def head(self, key: str) -> dict[str, str]:
        """Ask for what a browser gets to know of an object."""
        import boto3

        client = boto3.client("s3", endpoint_url=self.server.address)
        answer = client.head_object(Bucket=self.name, Key=key)
        headers: dict[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
        return headers

    def take_log(self) -> list[Asked]:
        """Return what was asked of this bucket since the last time, keys without its name."""
        log, self.server.log = self.server.log, []
        start = f"/{self.name}"
        taken = [asked for asked in log if asked.key.startswith(start)]
        for asked in taken:
            asked.key = asked.key.removeprefix(start).removeprefix("/")
        return taken


@contextmanager
def run_s3() -> Iterator[S3]:
    """Run a server in a thread of this process."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, type: str, message: str, *args: Any) -> None:
            pass

    s3 = S3(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, s3, threaded=True, request_handler=Quiet)
    s3.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield s3
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
