"""Two machines that serve, one that ingests again and again, and a database that restarts.

`python -m tests.machines SECONDS` shows what clients of both see meanwhile: the same bytes under
the same tag, no error, and every change at both at once.
"""

import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from msgspec import Struct, field

from tests.postgres import Postgres, run_postgres

__all__ = ["Seen", "watch_machines"]

PATHS = ("/atom.xml", "/rss.xml", "/feed.json", "/", "/feeds.opml")
PAUSE = 0.02
"""Seconds between two polls of a client."""

AWAY = 2.0
"""Seconds for which the database is stopped."""


class Poll(Struct):
    """An answer: of which machine, when it was asked for, and what it was."""

    machine: int
    path: str
    asked: float
    answered: float
    status: int
    tag: str
    modified: str
    body: bytes


class Seen(Struct):
    """What clients saw: how often they asked, the faults, and how late changes came (seconds)."""

    polls: int = 0
    commits: int = 0
    faults: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    slowest: float = 0.0


def watch_machines(home: Path, postgres: Postgres, seconds: float) -> Seen:
    """Run the machines for a while, with a restart in the middle; return what clients saw."""
    folder = home / "articles"
    folder.mkdir()
    options = ["--database", postgres.address(postgres.name()), "--url", "https://example.org/"]
    _write(folder, 0)
    _ingest(folder, options)
    polls: list[Poll] = []
    commits: list[tuple[int, float]] = []
    over = threading.Event()
    with ExitStack() as stack:
        ports = [stack.enter_context(_serve(options[:2])) for _ in range(2)]
        clients = [
            threading.Thread(target=_poll, args=(number, port, polls, over))
            for number, port in enumerate(ports)
        ]
        writer = threading.Thread(target=_write_on, args=(folder, options, commits, over))
        for thread in [*clients, writer]:
            thread.start()
        time.sleep(seconds / 2)
        with postgres.away():
            time.sleep(AWAY)
        time.sleep(seconds / 2)
        over.set()
        for thread in [*clients, writer]:
            thread.join()
    return _judge(polls, commits)


def _write(folder: Path, number: int) -> None:
    minute, second = divmod(number, 60)
    date = f"2024-05-01T10:{minute:02}:{second:02}Z"
    text = f"Number {number}\n{date}\nhttps://example.org/{number}\n\nOne paragraph."
    (folder / f"{number:04}.txt").write_text(text)


def _ingest(folder: Path, options: list[str]) -> bool:
    command = [sys.executable, "-m", "feedsvc", "ingest", str(folder), *options]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def _serve(options: list[str]) -> Iterator[int]:
    """Serve by the command, with no folder at hand; give the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "feedsvc", "serve", "--no-ingest", "--port", str(port)]
    with (
        tempfile.TemporaryDirectory() as nothing,
        subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=nothing,
        ) as process,
    ):
        assert process.stdout
        try:
            next(line for line in process.stdout if "Press Ctrl-C" in line)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


def _ask(connection: HTTPConnection, machine: int, path: str) -> Poll:
    asked = time.monotonic()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    tag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    return Poll(machine, path, asked, time.monotonic(), answer.status, tag, modified, body)


def _poll(machine: int, port: int, polls: list[Poll], over: threading.Event) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        while not over.wait(PAUSE):
            polls.extend(_ask(connection, machine, path) for path in PATHS)


def _write_on(
    folder: Path, options: list[str], commits: list[tuple[int, float]], over: threading.Event
) -> None:
    """Write one article after another; note when each was ingested for certain."""
    number = 0
    while not over.is_set():
        number += 1
        _write(folder, number)
        while not _ingest(folder, options) and not over.is_set():
            time.sleep(0.1)  # the database is away
        commits.append((number, time.monotonic()))


def _judge(polls: list[Poll], commits: list[tuple[int, float]]) -> Seen:
    """Hold what clients saw against the laws."""
    seen = Seen(polls=len(polls), commits=len(commits))
    bodies: dict[str, tuple[str, bytes]] = {}
    for poll in polls:
        seen.slowest = max(seen.slowest, poll.answered - poll.asked)
        place = f"machine {poll.machine}, {poll.path}"
        if poll.status != 200:
            seen.faults.append(f"{place}: {poll.status}")
        elif bodies.setdefault(poll.tag, (poll.path, poll.body)) != (poll.path, poll.body):
            seen.faults.append(f"{place}: other bytes under {poll.tag}")
    # The newest article counts: in time, an earlier one is in an archive only.
    newest = [
        (poll, max(int(number) for number in re.findall(rb"Number (\d+)<", poll.body)))
        for poll in polls
        if poll.path == "/atom.xml" and poll.status == 200
    ]
    for number, committed in commits[:-1]:
        late = (
            poll.answered - committed
            for poll, last in newest
            if poll.asked > committed and last < number
        )
        seen.delays.append(max(late, default=0.0))
    return seen


def main() -> None:
    """Run as a command."""
    with tempfile.TemporaryDirectory() as home, run_postgres() as postgres:
        seen = watch_machines(Path(home), postgres, float((sys.argv[1:] or ["60"])[0]))
    print(f"{seen.polls} answers by two machines during {seen.commits} ingests and a restart")
    print(f"slowest answer {seen.slowest * 1000:.0f} ms")
    late = max(seen.delays) * 1000
    print(f"latest answer without what was ingested: {late:.0f} ms after the ingest ended")
    print("\n".join(seen.faults) or "no fault: no error, and the same bytes under the same tag")
    sys.exit(bool(seen.faults))


if __name__ == "__main__":
    main()
