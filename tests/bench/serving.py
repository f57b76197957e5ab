"""Answers given again: by this process, and by a server against nginx; and starting a command."""

import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from feedsvc.settings import Settings
from tests.bench.answers import ignore, new_app, request
from tests.bench.measure import compare

__all__ = ["bench_answers", "bench_server", "bench_start"]

PATH = "/atom.xml"


def bench_answers(settings: Settings) -> None:
    """Measure an answer that is replayed, and what the view behind it costs."""
    asked = request(PATH, "gzip")
    with new_app(settings) as replay:
        body = b"".join(replay(asked, ignore))

        def least(environ: dict[str, str], start_response: Any) -> list[bytes]:
            start_response("200 OK", [])
            return [body]

        def repeat(call: Any, times: int) -> Callable[[], None]:
            def work() -> None:
                for _ in range(times):
                    call(asked, ignore)

            return work

        compare(
            "replayed answer, µs (a bare WSGI function)",
            1e-1,
            repeat(replay, 100_000),
            repeat(least, 100_000),
        )
        compare(
            "the Flask view, µs (replayed answer)",
            1e-3,
            repeat(replay.app, 1000),
            repeat(replay, 1000),
        )


def bench_start() -> None:
    """Measure how long a command takes that does nothing."""
    compare(
        "feedsvc --version, ms (python -c pass)",
        1e-3,
        lambda: subprocess.run(
            [sys.executable, "-m", "feedsvc", "--version"], check=True, capture_output=True
        ),
        lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
    )


def bench_server(settings: Settings) -> None:
    """Measure requests a second as a share of those that nginx answers with the same file."""
    missing = [name for name in ("wrk", "nginx", "curl") if not shutil.which(name)]
    if missing:
        print(f"skipped: serving against nginx ({', '.join(missing)} not installed)")
        return
    folder = Path(settings.folder)
    first, second = find_port(), find_port()
    ours = [sys.executable, "-m", "feedsvc", "serve", str(folder), "--port", str(first)]
    nginx = ["nginx", "-c", str(write_site(settings, folder, second))]
    with running(ours, first), running(nginx, second):
        tags = [read_tag(port) for port in (first, second)]
        for name, headers in (
            ("200", [(), ()]),
            ("200 gzip", [("Accept-Encoding: gzip",)] * 2),
            ("304", [(f"If-None-Match: {tag}",) for tag in tags]),
        ):
            shares = [load(first, *headers[0]) / load(second, *headers[1]) for _ in range(3)]
            print(
                f"served, share of nginx: {name:<34} {statistics.median(shares):29.0%}"
                f"   {min(shares):.0%} to {max(shares):.0%}",
                flush=True,
            )


def find_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def write_site(settings: Settings, folder: Path, port: int) -> Path:
    """Write the file that nginx serves, plain and packed; return its configuration."""
    output = folder / ".site"
    output.mkdir()
    with new_app(settings) as app:
        for encoding, suffix in (("identity", ""), ("gzip", ".gz")):
            body = b"".join(app(request(PATH, encoding), ignore))
            (output / f"atom.xml{suffix}").write_bytes(body)
    config = folder / ".nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/.nginx.pid; error_log /dev/null;"
        " events {} http { access_log off; gzip_static on; etag on;"
        " types { application/atom+xml xml; }"
        f" server {{ listen 127.0.0.1:{port}; root {output}; }} }}"
    )
    return config


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a server while it is used, from when it answers."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        asking = ["curl", "-fso", "/dev/null", f"http://127.0.0.1:{port}{PATH}"]
        try:
            while subprocess.run(asking).returncode:
                if process.poll() is not None:
                    raise RuntimeError(f"{' '.join(command)}: ended with {process.returncode}")
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def load(port: int, *headers: str) -> float:
    """Return the requests a second that wrk gets answered."""
    extra = [part for header in headers for part in ("-H", header)]
    url = f"http://127.0.0.1:{port}{PATH}"
    done = subprocess.run(
        ["wrk", "-t1", "-c32", "-d2s", *extra, url], capture_output=True, text=True, check=True
    )
    return float(done.stdout.partition("Requests/sec:")[2].split()[0])


def read_tag(port: int) -> str:
    """Return the ETag of what a server sends."""
    url = f"http://127.0.0.1:{port}{PATH}"
    head = subprocess.run(["curl", "-sI", url], capture_output=True, text=True, check=True).stdout
    return next(
        line.split(" ", 1)[1] for line in head.splitlines() if line.lower().startswith("etag:")
    )
