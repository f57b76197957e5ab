"""A worker that serves a prepared answer, against nginx that serves the same bytes as a file."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from feedsvc.settings import Settings
from tests.bench.answers import PATH, ignore, new_app, request
from tests.bench.bench import Bench
from tests.bench.client import Client, find_port, running
from tests.bench.corpus import URL
from tests.bench.lines import Line, note, sum_up
from tests.bench.measure import Failed, feedsvc
from tests.bench.wrk import Load, run_wrk

__all__ = ["bench_serving"]

SECONDS = 3
CONNECTIONS = 32
WORK = "serving /atom.xml"
ASKED = {"200": [], "200 gzip": ["Accept-Encoding: gzip"], "304": ["If-None-Match: {}"]}
"""The headers of each kind of request; `{}` is for the tag that the server sends."""


def bench_serving(bench: Bench) -> Iterator[Line]:
    """Measure 200 plain and packed, and 304."""
    missing = [name for name in ("wrk", "nginx") if not shutil.which(name)]
    if missing:
        why = f"skipped: {' and '.join(missing)} not installed"
        yield from (note(f"{WORK}, {name}", bench.count, "/s", why) for name in ASKED)
        return
    first, second = find_port(), find_port()
    command = ("serve", bench.settings.folder, "--port", str(first), "--url", URL)
    nginx = ["nginx", "-c", str(write_site(bench.settings, bench.home / "site", second))]
    with running(feedsvc(*command), first, PATH), running(nginx, second, PATH):
        for name, headers in ASKED.items():
            pairs = bench.pace.take_turns(
                partial(load, first, headers), partial(load, second, headers)
            )
            rates = [(mine.rate, their.rate) for mine, their in pairs]
            slowest = [(mine.p99, their.p99) for mine, their in pairs]
            yield sum_up(f"{WORK}, {name}", bench.count, "/s", rates, "nginx")
            yield sum_up(f"{WORK}, {name}, p99", bench.count, "ms", slowest, "nginx")


def write_site(settings: Settings, folder: Path, port: int) -> Path:
    """Write the file that nginx serves, plain and packed; return its configuration."""
    output = folder / "public"
    output.mkdir(parents=True)
    with new_app(settings) as app:
        for encoding, suffix in (("identity", ""), ("gzip", ".gz")):
            body = b"".join(app(request(PATH, encoding), ignore))
            (output / f"atom.xml{suffix}").write_bytes(body)
    config = folder / "nginx.conf"
    # What is faster than its defaults: here it has one file, larger than a buffer of its own.
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log /dev/null;"
        " events {} http { access_log off; gzip_static on; etag on; keepalive_requests 1000000;"
        " open_file_cache max=10; output_buffers 2 512k;"
        " types { application/atom+xml xml; }"
        f" server {{ listen 127.0.0.1:{port}; root {output}; }} }}"
    )
    return config


def load(port: int, headers: list[str]) -> Load:
    """Return what wrk gets from a server."""
    with closing(Client(port)) as client:
        tag = client.get(PATH).tag
    sent = [header.replace("{}", tag) for header in headers]
    done = run_wrk(f"http://127.0.0.1:{port}{PATH}", SECONDS, CONNECTIONS, sent)
    if done.failures:
        raise Failed(f"wrk: {done.failures}")
    return done
