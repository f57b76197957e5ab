"""Starting: a command that does nothing, a server, and what a new process pays once."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from tests.bench.bench import Bench
from tests.bench.client import find_port, wait_for
from tests.bench.lines import Line, sum_up
from tests.bench.measure import feedsvc, measure, run

__all__ = ["bench_process", "bench_start"]

SEEDS = Path(__file__).parents[2] / "seeds"
# The least that a server of ours could be.
BARE = """
import sys
from granian import Granian
def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]
Granian("x", port=int(sys.argv[1]), interface="wsgi").serve(target_loader=lambda _: app)
"""


def bench_start(bench: Bench) -> Iterator[Line]:
    """Measure the command's version, and `feedsvc serve` of the seeds to its first answer."""
    python = [sys.executable, "-c", "pass"]
    pairs = bench.pace.take_turns(
        partial(run, feedsvc("--version"), bench.pace.limit),
        partial(run, python, bench.pace.limit),
    )
    times = [(mine.seconds * 1e3, their.seconds * 1e3) for mine, their in pairs]
    yield sum_up("feedsvc --version", bench.count, "ms", times, "python -c pass")
    folder = bench.home / "seeds"

    def start_ours() -> float:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns(".feedsvc"))
        port = find_port()
        return start(feedsvc("serve", str(folder), "--port", str(port)), port)

    def start_bare() -> float:
        port = find_port()
        return start([sys.executable, "-c", BARE, str(port)], port)

    waits = bench.pace.take_turns(start_ours, start_bare)
    times = [(mine * 1e3, their * 1e3) for mine, their in waits]
    yield sum_up("feedsvc serve to the first 200", bench.count, "ms", times, "granian alone")


def start(command: list[str], port: int) -> float:
    """Return the seconds until a server answers, and stop it."""
    quiet = subprocess.DEVNULL
    processes: list[subprocess.Popen[bytes]] = []

    def work() -> None:
        processes.append(subprocess.Popen(command, stdout=quiet, stderr=quiet))
        wait_for(processes[0], port, "/atom.xml")

    try:
        return measure(work)
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def bench_process(bench: Bench) -> Iterator[Line]:
    """Measure what a process pays once, round by round in a new one: see `cold.py`."""
    command = [sys.executable, "-m", "tests.bench.cold", bench.settings.folder]
    rounds = []
    for _ in range(bench.pace.rounds):
        said = subprocess.run(command, capture_output=True, check=True).stdout
        rounds.append(msgspec.json.decode(said, type=dict[str, tuple[float, float | None]]))
    for work in rounds[0]:
        beside = "its second" if rounds[0][work][1] else ""
        yield sum_up(work, bench.count, "ms", [each[work] for each in rounds], beside)
