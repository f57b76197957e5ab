"""wrk: many connections that ask as fast as they are answered, and what it tells of that."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

__all__ = ["Load", "read_load", "run_wrk", "start_wrk"]

MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


class Load(Struct, frozen=True):
    """Requests, those a second, the milliseconds of half and of 99 in 100, and what failed."""

    requests: int
    rate: float
    p50: float
    p99: float
    failures: str


def start_wrk(
    url: str,
    seconds: int,
    connections: int,
    headers: Sequence[str] = (),
    script: Path | None = None,
) -> subprocess.Popen[str]:
    """Start wrk on a URL, in a thread, with headers or with a script in Lua that asks."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += [part for header in headers for part in ("-H", header)]
    command += ["-s", str(script)] if script else []
    return subprocess.Popen([*command, url], stdout=subprocess.PIPE, text=True)


def run_wrk(url: str, seconds: int, connections: int, headers: Sequence[str] = ()) -> Load:
    """Run wrk on a URL to its end."""
    with start_wrk(url, seconds, connections, headers) as process:
        return read_load(process.communicate()[0])


def read_load(said: str) -> Load:
    """Read what wrk says."""
    spread = dict(re.findall(r"^ +(50|99)% +(\S+)$", said, re.M))
    p50, p99 = (_read_time(spread[part]) for part in ("50", "99"))
    failures = re.findall(r"Socket errors: .*|Non-2xx .*", said)
    requests = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec: +(\S+)", said)
    assert requests, said
    assert rate, said
    return Load(int(requests[1]), float(rate[1]), p50, p99, "; ".join(failures))


def _read_time(text: str) -> float:
    time = re.fullmatch(r"([\d.]+)(\D+)", text)
    assert time, text
    return float(time[1]) * MILLISECONDS[time[2]]
