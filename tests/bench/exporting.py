"""The publication into a folder, against copying that folder and looking at its files.

Each export is the command, in a process of its own; its memory is the most it had resident.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from feedsvc.writing import VARIANTS
from tests.bench.corpus import load, write_article, write_corpus
from tests.bench.ingesting import run_ingest
from tests.bench.measure import measure

__all__ = ["bench_export"]

ROUNDS = 3


class Exported(Struct, frozen=True):
    """What an export took, and did in numbers of files."""

    seconds: float
    megabytes: float
    written: int
    unchanged: int


def bench_export(folder: Path, count: int) -> None:
    """Measure a whole export of `count` articles, those after one article more, and of nothing."""
    write_corpus(folder, count)
    run_ingest(load(folder))
    output, copy = folder / ".out", folder / ".copy"
    heads = ("files", "written", "docs/s", "MB", "ours", "limit", "ratio")
    print(f"\n{f'export of {count} articles, s':<49} {' '.join(f'{name:>7}' for name in heads)}")
    tell("all (a copy)", [export(folder, output)], lambda: shutil.copytree(output, copy))
    shutil.rmtree(copy)

    def look() -> None:
        for home, _, names in os.walk(output):
            for name in names:
                os.stat(os.path.join(home, name))

    tell("nothing new (a look at each file)", [export(folder, output) for _ in range(ROUNDS)], look)
    done = []
    for number in range(ROUNDS):
        write_article(folder, number)
        done.append(export(folder, output))
    tell("one article more (a look at each file)", done, look)


def tell(name: str, done: list[Exported], limit: Callable[[], object]) -> None:
    """Print the export that took the median time, against the limit."""
    one = sorted(done, key=lambda each: each.seconds)[len(done) // 2]
    files, least = one.written + one.unchanged, measure(limit)
    print(
        f"{name:<49} {files:7} {one.written:7} {files / len(VARIANTS) / one.seconds:7.0f}"
        f" {one.megabytes:7.0f} {one.seconds:7.2f} {least:7.2f} {one.seconds / least:7.2f}",
        flush=True,
    )


def export(folder: Path, output: Path) -> Exported:
    """Run the command."""
    command = [sys.executable, "-m", "feedsvc", "export", str(folder), "--output", str(output)]
    said: list[str] = []
    usage: list[float] = []

    def run() -> None:
        address = ["--url", load(folder).url]
        with subprocess.Popen([*command, *address], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            said.append(process.stdout.read())
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            usage.append(used.ru_maxrss / 1024)

    seconds = measure(run)
    numbers = re.search(r"(\d+) files written, (\d+) unchanged", said[0])
    assert numbers, said[0]
    return Exported(seconds, usage[0], int(numbers[1]), int(numbers[2]))
