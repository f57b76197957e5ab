"""Measuring: work in this process or in one of its own, and two pieces of work in turns."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

__all__ = ["Failed", "Pace", "Run", "feedsvc", "least", "measure", "run"]

Ours = TypeVar("Ours")
Theirs = TypeVar("Theirs")
HERE = Path(__file__).parent
STOPPED = 124


class Failed(Exception):
    """A command didn't do its work, or not in time: why."""


class Run(Struct, frozen=True):
    """What a process took: wall seconds, and the most memory of any of its processes."""

    seconds: float
    mebibytes: float


class Pace(Struct, frozen=True):
    """How long is measured: `rounds` at most, none begun after `longest` seconds.

    A command that takes more than `limit` seconds has failed.
    """

    rounds: int = 5
    longest: float = 60
    limit: float = 900

    def take_turns(
        self, ours: Callable[[], Ours], theirs: Callable[[], Theirs]
    ) -> list[tuple[Ours, Theirs]]:
        """Do both in turns, so that what else the machine does hits both; return the results."""
        end = time.monotonic() + self.longest
        pairs = [(ours(), theirs())]
        while len(pairs) < self.rounds and time.monotonic() < end:
            pairs.append((ours(), theirs()))
        return pairs


def run(command: Sequence[str], limit: float, folder: Path | None = None) -> Run:
    """Run a command in `folder` and measure it; raises Failed with the last that it said."""
    launcher = [sys.executable, "-I", "-S", str(HERE / "launch.py"), str(limit)]
    done = subprocess.run([*launcher, *command], cwd=folder, capture_output=True, text=True)
    if done.returncode == STOPPED:
        raise Failed(f"not done within {limit:g} s")
    if done.returncode:
        raise Failed(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
    return msgspec.json.decode(done.stdout, type=Run)


def feedsvc(*arguments: str) -> list[str]:
    """Return the command line of one of our commands."""
    return [sys.executable, "-m", "feedsvc", *arguments]


def least(work: str, folder: Path) -> list[str]:
    """Return the command line of the least that work could be: see `least.py`."""
    return [sys.executable, "-I", "-S", str(HERE / "least.py"), work, str(folder)]


def measure(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds that a piece of work takes by a clock."""
    began = clock()
    work()
    return clock() - began
