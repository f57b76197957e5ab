"""`python -m tests.bench.siege SECONDS`: readers beside crowds that stand in the server's way.

At once: wrk on a mix of documents, on unknown paths, and with odd methods, long headers and URLs;
slow clients and idle ones. Twenty readers ask as they should, with what they have: status 1 where
one of them gets anything but 200 or 304, or one in a hundred answers takes long.
"""

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from feedsvc.limits import count_connections
from tests.bench.bench import Bench
from tests.bench.client import Client, find_children, find_port, running
from tests.bench.corpus import URL
from tests.bench.crowds import NICE, gather, send_slowly, stand_idle, take_slowly
from tests.bench.measure import Pace, feedsvc
from tests.bench.soak import ARTICLES, PATHS, SCRIPT
from tests.bench.wrk import read_load

__all__ = ["Readers", "main"]

READERS = 20
PAUSES = (0.1, 0.5)
"""Seconds between two requests of a reader."""
LONGEST = 100.0
"""Milliseconds that 99 in 100 answers may take at most."""
IDLE = 10_000
SLOW = 100
"""Clients that take a byte a second; as many send one."""
QUIET = 15
"""Seconds that are looked at before and after the siege."""
UNKNOWN = """
local turn = 0
request = function()
  turn = turn + 1
  return wrk.format("GET", "/no/such/path/" .. turn)
end
"""
ODD = """
local long = string.rep("a", 12000)
local methods = { "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "REPORT" }
local turn = 0
request = function()
  turn = turn + 1
  local kind = turn % 6
  if kind == 0 then return wrk.format("GET", "/atom.xml", { ["X-Long"] = long }) end
  if kind == 1 then return wrk.format("GET", "/atom.xml", { ["X-Long"] = long .. long }) end
  if kind == 2 then return wrk.format("GET", "/" .. long) end
  if kind == 3 then return wrk.format("GET", "/" .. string.rep(long, 5)) end
  if kind == 4 then return wrk.format("POST", "/atom.xml", {}, long) end
  return wrk.format(methods[turn % #methods + 1], "/atom.xml")
end
"""


class Readers:
    """Readers, each asking for a document of its own: their answers, and how long each took."""

    def __init__(self, port: int) -> None:
        self.statuses: Counter[int | str] = Counter()
        self.times: list[float] = []
        self._port, self._over = port, threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(number,)) for number in range(READERS)
        ]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self, number: int) -> None:
        """Ask again and again, with the tag that it has; half of them by new connections."""
        dice, path, tag = random.Random(number), PATHS[number % len(PATHS)], ""
        with closing(Client(self._port)) as client:
            while not self._over.wait(dice.uniform(*PAUSES)):
                began = time.perf_counter()
                try:
                    answer = client.get(path, **({"If_None_Match": tag} if tag else {}))
                except OSError as error:
                    self.statuses[repr(error)] += 1
                    client.close()
                    continue
                self.times.append((time.perf_counter() - began) * 1000)
                self.statuses[answer.status] += 1
                tag = answer.tag if dice.random() < 0.9 else ""  # some start anew
                if number % 2:
                    client.close()

    @property
    def failed(self) -> bool:
        """Whether they were not served as they should have been."""
        return not {200, 304} >= set(self.statuses) or self.rank(99) >= LONGEST

    def rank(self, percent: float) -> float:
        """Return the milliseconds that so many of the answers took at most."""
        return sorted(self.times)[int((len(self.times) - 1) * percent / 100)]

    def __str__(self) -> str:
        ranks = ", ".join(f"p{percent} {self.rank(percent):.1f} ms" for percent in (50, 99, 100))
        return f"{READERS} readers: {dict(self.statuses)} by status, {ranks}"


def main() -> None:
    """Besiege, and tell."""
    seconds, workers = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "1"
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(Path(home), ARTICLES, Pace())
        port = find_port()
        folder = bench.settings.folder
        options = ("--port", str(port), "--url", URL, "--workers", workers)
        with running(feedsvc("serve", folder, *options), port, "/atom.xml") as server:
            children = find_children(server)
            with closing(Client(port)) as client:
                for path in PATHS:
                    client.get(path)  # each is made once
            failed = [look("before", children, port, QUIET)]
            failed.append(besiege(bench.home, children, port, seconds))
            failed.append(look("after", children, port, QUIET))
            if set(find_children(server)) != set(children):
                print("a process of the server was replaced")
                failed.append(True)
    sys.exit(any(failed))


def besiege(home: Path, children: Sequence[int], port: int, seconds: int) -> bool:
    """Let the crowds come, and look how readers fare among them."""
    scripts = {
        "documents": (16, SCRIPT.replace("PATHS", ", ".join(f'"{path}"' for path in PATHS))),
        "unknown paths": (4, UNKNOWN),
        "odd requests": (4, ODD),
    }
    crowds = {
        "idle": (stand_idle, min(IDLE, count_connections() - 4 * SLOW)),
        "taking slowly": (take_slowly, SLOW),
        "sending slowly": (send_slowly, SLOW),
    }
    with ExitStack() as stack:
        held = {
            name: (stack.enter_context(gather(work, port, size)), size)
            for name, (work, size) in crowds.items()
        }
        while any(here.value < size for here, size in held.values()):
            time.sleep(0.1)
        loads = {}
        for name, (connections, script) in scripts.items():
            (file := home / f"{name}.lua").write_text(script)
            command = ["nice", f"-n{NICE}", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
            command += ["--latency", "-s", str(file), f"http://127.0.0.1:{port}/"]
            loads[name] = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        failed = look("during", children, port, seconds)
        print(
            "  held at the end:",
            ", ".join(f"{here.value} {name}" for name, (here, _) in held.items()),
        )
        for name, load in loads.items():
            done = read_load(load.communicate()[0])
            print(f"  {done.requests} {name}: p50 {done.p50:g} ms, p99 {done.p99:g} ms")
    return failed


def look(when: str, children: Sequence[int], port: int, seconds: int) -> bool:
    """Look for some seconds how readers fare, and at the memory of the server; print it."""
    most = dict.fromkeys(children, 0.0)
    kernel = 0.0
    with Readers(port) as readers:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.5)
            now = {child: measure_share(child) for child in children}
            most = {child: max(most[child], now[child]) for child in children}
            kernel = max(kernel, measure_kernel())
    print(f"{when}, {seconds} s: {readers}")
    told = (f"{now[child]:.0f} (at most {most[child]:.0f})" for child in children)
    print(
        f"  MiB of the processes: {', '.join(told)}; in the kernel's buffers at most {kernel:.0f}"
    )
    return readers.failed


def measure_share(process: int) -> float:
    """Return the MiB that a process has resident, what it shares counted in part."""
    with open(f"/proc/{process}/smaps_rollup") as file:
        found = [line.split()[1] for line in file if line.startswith("Pss:")]
    return int(found[0]) / 1024


def measure_kernel() -> float:
    """Return the MiB that the kernel has in buffers of TCP."""
    with open("/proc/net/sockstat") as file:
        (line,) = (line for line in file if line.startswith("TCP:"))
    return int(line.split()[-1]) * 4 / 1024


if __name__ == "__main__":
    main()
