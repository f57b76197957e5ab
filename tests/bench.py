"""`make bench`: what feedsvc takes, as ratios against limits measured in the same run.

A limit is the least that could do the same work here and now: shared machines vary, ratios
much less. Each pair is measured in turns; the median counts, the spread is shown.
"""

import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feedgen.feed import FeedGenerator

from feedsvc.index.sqlite import SqliteIndex
from feedsvc.ingest import ingest
from feedsvc.publication import Publication
from feedsvc.settings import Settings, load_settings
from feedsvc.web import create_app

ROUNDS = 5
NOW = datetime(2024, 6, 1, tzinfo=UTC)
WORDS = [
    *(
        "the",
        "city",
        "river",
        "under",
        "über",
        "straße",
        "bread",
        "niño",
        "mañana",
        "été",
        "water,",
    ),
    *("light;", "of", "and", "het", "een", "3 %", "R&D", "<tag>", "stone.", "house", "αυτό", "και"),
    *("свет", "時間", "people", "time", "year", "«so»", "“well”", "work"),
]


def write_corpus(folder: Path, count: int) -> None:
    """Write `count` articles of about 3.5 kB, the same ones each time."""
    dice = random.Random(7)
    start = datetime(2004, 1, 1, tzinfo=UTC)
    for number in range(count):
        home = folder / f"{number // 1000:04}"
        home.mkdir(exist_ok=True)
        moment = start + timedelta(minutes=97 * number % 10_000_000)
        paragraphs = [" ".join(dice.choices(WORDS, k=60)).capitalize() + "." for _ in range(10)]
        head = [
            f"Article {number} {dice.choice(WORDS)}",
            moment.isoformat(),
            f"https://example.org/{number}",
        ]
        tail = [dice.choice(("City", "World", "Sport")), "Share this article:"]
        path = home / f"{number:07}.txt"
        path.write_text("\n".join([*head, "", *paragraphs, *tail]), encoding="utf-8")
        os.utime(path, (10**9, 10**9))


def compare(
    name: str, unit: float, ours: Callable[[], object], limit: Callable[[], object]
) -> None:
    """Measure both in turns and print: ours, the limit, the ratio of the medians, its spread."""
    pairs = [(measure(ours), measure(limit)) for _ in range(ROUNDS)]
    mine, least = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(first / second for first, second in pairs)
    print(
        f"{name:<54} {mine / unit:10.2f} {least / unit:10.2f} {mine / least:8.2f}"
        f"   {ratios[0]:.2f} to {ratios[-1]:.2f}",
        flush=True,
    )


def measure(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sketch_ingest(folder: Path, database: Path) -> None:
    """Do the least an index takes: walk, read, split off the head, one row and its text."""
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE a (path PRIMARY KEY, size, mtime, published, title, url)")
        connection.execute("CREATE TABLE c (path PRIMARY KEY, text)")
        connection.execute("BEGIN")
        for entry in walk(folder):
            status = entry.stat()
            text = Path(entry.path).read_text(encoding="utf-8")
            title, date, url, body = text.split("\n", 3)
            published = datetime.fromisoformat(date).timestamp()
            row = (entry.path, status.st_size, status.st_mtime_ns, published, title, url)
            connection.execute("INSERT INTO a VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO c VALUES (?, ?)", (entry.path, body))
        connection.execute("COMMIT")


def walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    for home in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if home.is_dir() and not home.name.startswith("."):
            yield from sorted(os.scandir(home.path), key=lambda entry: entry.name)


def bench_ingest(folder: Path, settings: Settings, count: int) -> None:
    def build() -> None:
        shutil.rmtree(folder / ".feedsvc", ignore_errors=True)
        run_ingest(settings)

    compare(
        f"ingest of {count} articles from nothing, s",
        1,
        build,
        lambda: sketch_ingest(folder, folder / ".sketch"),
    )
    compare(
        f"ingest of {count} articles, nothing changed, s (walk)",
        1,
        lambda: run_ingest(settings),
        lambda: [entry.stat() for entry in walk(folder)],
    )


def run_ingest(settings: Settings) -> None:
    with closing(SqliteIndex(settings.database, create=True)) as index:
        ingest(settings, index, NOW)
        Publication(settings, index).settle(NOW)


def bench_documents(settings: Settings) -> None:
    with closing(SqliteIndex(settings.database)) as index:
        document = Publication(settings, index).document("/atom.xml")
        assert document
        stamps = document.window.stamps
        articles = index.articles([stamp.digest for stamp in stamps])

        def use_feedgen() -> None:
            generator = FeedGenerator()
            generator.id("x")
            generator.title("x")
            generator.link(href="x")
            for stamp in stamps:
                entry = generator.add_entry(order="append")
                entry.id(stamp.id)
                entry.title(articles[stamp.digest].title)
                entry.updated(stamp.updated)
                entry.content(articles[stamp.digest].content, type="html")
            generator.atom_str()

        def first_request() -> None:
            publication = Publication(settings, index)
            document = publication.document("/atom.xml")
            assert document
            publication.body(document)

        compare(
            "first request after a change, ms (feedgen alone)", 1e-3, first_request, use_feedgen
        )


def bench_answers(settings: Settings) -> None:
    app = create_app(settings)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/atom.xml",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "SERVER_NAME": "x",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }
    replay: Any = app.wsgi_app
    nothing = lambda *_: None  # noqa: E731 the least a WSGI server can hand us
    body = b"".join(replay(environ, nothing))

    def least(environ: dict[str, str], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [body]

    def repeat(call: Any, times: int) -> Callable[[], None]:
        def work() -> None:
            for _ in range(times):
                call(environ, nothing)

        return work

    compare(
        "replayed answer, µs (a bare WSGI function)",
        1e-1,
        repeat(replay, 100_000),
        repeat(least, 100_000),
    )
    compare(
        "the Flask view, µs (replayed answer)", 1e-3, repeat(replay.app, 1000), repeat(replay, 1000)
    )
    app.extensions["feedsvc"].index.close()


def bench_start(folder: Path) -> None:
    python = [sys.executable]
    compare(
        "feedsvc --version, ms (python -c pass)",
        1e-3,
        lambda: subprocess.run(
            [*python, "-m", "feedsvc", "--version"], check=True, capture_output=True
        ),
        lambda: subprocess.run([*python, "-c", "pass"], check=True),
    )
    output = ["--output", str(folder / ".out"), "--url", "https://example.org/"]
    compare(
        "export of nothing new, a new process, ms (python -c pass)",
        1e-3,
        lambda: subprocess.run(
            [*python, "-m", "feedsvc", "export", str(folder), *output],
            check=True,
            capture_output=True,
        ),
        lambda: subprocess.run([*python, "-c", "pass"], check=True),
    )


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        for _ in range(200):
            if (
                subprocess.run(
                    ["curl", "-fso", "/dev/null", f"http://127.0.0.1:{port}/atom.xml"]
                ).returncode
                == 0
            ):
                break
            time.sleep(0.05)
        try:
            yield
        finally:
            process.terminate()


def load(port: int, *headers: str) -> float:
    """Return the requests a second that wrk gets answered."""
    extra = [part for header in headers for part in ("-H", header)]
    url = f"http://127.0.0.1:{port}/atom.xml"
    done = subprocess.run(
        ["wrk", "-t1", "-c32", "-d2s", *extra, url], capture_output=True, text=True, check=True
    )
    return float(done.stdout.partition("Requests/sec:")[2].split()[0])


def bench_server(folder: Path) -> None:
    missing = [name for name in ("wrk", "nginx", "curl") if not shutil.which(name)]
    if missing:
        print(f"skipped: serving against nginx ({', '.join(missing)} not installed)")
        return
    output = folder / ".out"
    config = folder / ".nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/.nginx.pid; error_log /dev/null;"
        " events {} http { access_log off; gzip_static on; etag on;"
        " types { application/atom+xml xml; }"
        f" server {{ listen 127.0.0.1:8091; root {output}; }} }}"
    )
    ours = [sys.executable, "-m", "feedsvc", "serve", str(folder), "--port", "8090"]
    with running(ours, 8090), running(["nginx", "-c", str(config)], 8091):
        tags = [read_tag(port) for port in (8090, 8091)]
        for name, headers in (
            ("200", [(), ()]),
            ("200 gzip", [("Accept-Encoding: gzip",)] * 2),
            ("304", [(f"If-None-Match: {tag}",) for tag in tags]),
        ):
            shares = [load(8090, *headers[0]) / load(8091, *headers[1]) for _ in range(3)]
            print(
                f"served, share of nginx: {name:<30} {statistics.median(shares):31.0%}"
                f"   {min(shares):.0%} to {max(shares):.0%}",
                flush=True,
            )


def read_tag(port: int) -> str:
    url = f"http://127.0.0.1:{port}/atom.xml"
    head = subprocess.run(["curl", "-sI", url], capture_output=True, text=True, check=True).stdout
    return next(
        line.split(" ", 1)[1] for line in head.splitlines() if line.lower().startswith("etag:")
    )


def main() -> None:
    """Run all benchmarks on a corpus of as many articles as the argument says, or 10,000."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        folder.chmod(0o755)  # nginx's worker is somebody else
        write_corpus(folder, count)
        settings = load_settings(folder, environ={})
        print(f"{'work (limit)':<54} {'ours':>10} {'limit':>10} {'ratio':>8}   spread of {ROUNDS}")
        bench_ingest(folder, settings, count)
        bench_documents(settings)
        bench_answers(settings)
        bench_start(folder)
        bench_server(folder)


if __name__ == "__main__":
    main()
