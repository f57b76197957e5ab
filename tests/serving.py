"""The real commands, run apart, and a server of them asked over a socket."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

__all__ = ["COMMAND", "PATIENCE", "Server", "Start", "ask", "feedsvc", "wait_for"]

COMMAND = [sys.executable, "-m", "feedsvc"]
PATIENCE = 20.0


def wait_for(ready: Callable[[], Any]) -> Any:
    """Return what `ready` gives as soon as it gives something; never wait for long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := ready():
            return value
        time.sleep(0.05)
    raise AssertionError("waited for nothing")


def feedsvc(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command of feedsvc to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE
    )


class Server:
    """A `feedsvc serve` that runs; `address` is what it printed first."""

    def __init__(self, folder: Path, log: Path, *options: str) -> None:
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", str(folder), "--port", "0", *options],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={name: os.environ[name] for name in os.environ if name[:8] != "FEEDSVC_"},
                start_new_session=True,  # so that Ctrl-C can reach all of it, and nobody else
            )
        try:
            self.address = wait_for(self._find_address)
        except BaseException:
            self.stop()
            raise

    def _find_address(self) -> str | None:
        printed = self.log.read_text()
        assert self.process.poll() is None, printed
        lines = [line.strip() for line in printed.splitlines() if line.startswith("  ")]
        return lines[0] if "Press Ctrl-C" in printed else None

    def connect(self) -> HTTPConnection:
        parts = urlsplit(self.address)
        return HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
        with closing(self.connect()) as connection:
            return ask(connection, path, method, **headers)

    def stop(self, number: int = signal.SIGTERM, *, group: bool = False) -> int:
        """Send a signal; return the exit status."""
        if self.process.poll() is None:
            (os.killpg if group else os.kill)(self.process.pid, number)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise


def ask(
    connection: HTTPConnection, path: str, method: str = "GET", **headers: str
) -> tuple[HTTPResponse, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    response = connection.getresponse()
    return response, response.read()


Start: TypeAlias = Callable[..., Server]
"""Starts a server of a folder, with options, which ends with the test."""
