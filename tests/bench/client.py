"""A client on loopback, and the servers that it asks."""

import http.client
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from msgspec import Struct

__all__ = [
    *("Answer", "Client", "find_children", "find_port", "read_memory", "read_ticks", "running"),
    "wait_for",
]

PATIENCE = 300
"""Seconds that a server has to answer for the first time: it may ingest a million articles."""


class Answer(Struct, frozen=True):
    """What a server answered."""

    status: int
    tag: str
    type: str
    body: bytes


class Client:
    """A connection that is kept alive to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a path, percent-encoded; `if_none_match="…"` is a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", path, headers=named)
        answer = self._connection.getresponse()
        body = answer.read()
        tag, type = (answer.getheader(name, "") for name in ("ETag", "Content-Type"))
        return Answer(answer.status, tag, type, body)

    def close(self) -> None:
        """Close the connection; it is opened again when it is used again."""
        self._connection.close()


def find_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Wait until a server answers a path with 200."""
    end = time.monotonic() + PATIENCE
    with closing(Client(port)) as client:
        while process.poll() is None and time.monotonic() < end:
            try:
                if client.get(path).status == 200:
                    return
            except OSError:
                client.close()
            time.sleep(0.001)
    raise RuntimeError(f"{process.args!r}: no 200 from {path}")


@contextmanager
def running(command: Sequence[str], port: int, path: str) -> Iterator[int]:
    """Run a server while it is used, from when it answers a path; give its process's id."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            wait_for(process, port, path)
            yield process.pid
        finally:
            process.terminate()


def find_children(server: int) -> list[int]:
    """Return the ids of the processes that a server started: its workers, and others."""
    with open(f"/proc/{server}/task/{server}/children") as file:
        return [int(child) for child in file.read().split()]


def read_ticks(process: int) -> int:
    """Return how long a process was at work, in the kernel's ticks."""
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])  # utime and stime


def read_memory(process: int, field: str) -> float:
    """Return the MiB that a process has resident (VmRSS), or had at most (VmHWM)."""
    with open(f"/proc/{process}/status") as file:
        found = [line.split()[1] for line in file if line.startswith(f"{field}:")]
    return int(found[0]) / 1024
