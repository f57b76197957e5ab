"""The results of the last runs, a line of work at a number of articles each: `results.json`."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.bench.lines import Line

__all__ = ["RESULTS", "Results", "describe_machine", "keep", "read_results"]

RESULTS = Path(__file__).parent / "results.json"


class Results(Struct, frozen=True):
    """The day of the last run, the machine, and the lines by number of articles."""

    date: str
    machine: str
    lines: tuple[Line, ...] = ()


def read_results(file: Path = RESULTS) -> Results:
    """Return the results that are kept, none where there is no file yet."""
    if not file.exists():
        return Results("", "")
    return msgspec.json.decode(file.read_bytes(), type=Results)


def keep(lines: Sequence[Line], date: str, file: Path = RESULTS) -> None:
    """Keep lines in place of those of the same work and number of articles."""
    measured = {(line.work, line.count) for line in lines}
    others = [line for line in read_results(file).lines if (line.work, line.count) not in measured]
    kept = sorted([*others, *lines], key=lambda line: line.count)  # else in the order they came
    head = msgspec.json.encode(Results(date, describe_machine())).removesuffix(b"]}")
    rows = b",\n".join(msgspec.json.encode(line) for line in kept)
    file.write_bytes(head + b"\n" + rows + b"\n]}\n")


def describe_machine() -> str:
    """Describe what was measured on: cores, processor, Python, system."""
    model = platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            named = [line.partition(":")[2].strip() for line in file if "model name" in line]
        model = (named or [model])[0]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores of {model}, {python}, {platform.system()}"
