"""Ingests, exports and servers that are killed at any moment; what is left must be whole.

`python -m tests.kill ROUNDS` does that again and again: articles come, change and go, a command is
killed, another runs to its end, and what it leaves is held against a build from nothing.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults import await_end, find_family, is_running
from tests.serving import wait_for
from tests.validity import check_document

__all__ = ["run_rounds"]

FIRST = 60
"""Articles in the beginning."""

LONGEST = 1.5
"""Seconds after which a command is killed at the latest."""

BEGIN = datetime(2019, 1, 1, tzinfo=UTC)
COMMAND = [sys.executable, "-m", "feedsvc"]
URL = "https://feeds.example.org/"
KNOWN = {"index.sqlite", "index.sqlite.lock", "index.sqlite.watch", ".gitignore"}
"""What is beside an index that nobody has open."""


class _Author:
    """Who writes, edits and removes articles. Each says its dates, so that builds are alike."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self._folder, self._dice = folder, dice
        self._written = self._number = 0
        folder.mkdir()
        for _ in range(FIRST):
            self._add()

    def work(self) -> None:
        """Do this and that."""
        for _ in range(self._dice.randrange(1, 20)):
            self._dice.choice([self._add, self._edit, self._remove])()

    def _choose(self) -> Path:
        return self._dice.choice(sorted(self._folder.rglob("*.txt")))

    def _add(self) -> None:
        self._number += 1
        self._write(self._folder / f"{self._number % 7}" / f"{self._number}.txt")

    def _edit(self) -> None:
        self._write(self._choose())

    def _remove(self) -> None:
        self._choose().unlink()

    def _write(self, path: Path) -> None:
        """Write an article whole; half of them have no URL, so that their ids are the index's."""
        number = int(path.stem)
        self._written += 1
        published = BEGIN + timedelta(hours=30 * number)
        updated = BEGIN + timedelta(days=2200, seconds=self._written)
        lines = [f"Title {number}", published.isoformat()]
        lines += [f"https://example.org/{number}"] if number % 2 else []
        lines += [f"updated: {updated.isoformat()}", f"category: C{number % 5}", ""]
        lines += [f"Version {self._written}, paragraph {line}." for line in range(number % 9 + 1)]
        path.parent.mkdir(exist_ok=True)
        whole = path.with_name(f".{path.name}")
        whole.write_text("\n".join(lines))
        whole.rename(path)


class _Rounds:
    """A folder, its index and its export, over and over."""

    def __init__(self, home: Path, seed: int) -> None:
        self._home, self._dice = home, random.Random(seed)
        self._folder, self._output = home / "articles", home / "out"
        self._author = _Author(self._folder, self._dice)
        self._ids: dict[str, str] = {}
        self._valid: dict[str, bytes] = {}
        self.faults: list[str] = []

    def turn(self, number: int) -> None:
        """Let a command be killed, and look what is left when another has ended."""
        self._author.work()
        killed = self._kill()
        with suppress(AssertionError):  # a worker may have been begun meanwhile
            wait_for(lambda: not self._find_processes())
        if left := self._find_processes():
            self.faults.append(f"{number}: {killed}: left over: {left}")
        self._author.work()
        found = self._export(self._output)
        fresh = self._home / "fresh"
        expected = self._export(fresh, "--database", f"{fresh}.sqlite")
        for fault in (*self._compare(found, expected), *self._check_index(), *self._check(found)):
            self.faults.append(f"{number}: {killed}: {fault}")
        shutil.rmtree(fresh)
        for path in self._home.glob("fresh*"):
            path.unlink()

    def _kill(self) -> str:
        """Kill a command, and all or none of what it has started; return what it was."""
        ways = {
            "ingest": ["--jobs", "2"],
            "export": ["--output", str(self._output), "--jobs", self._dice.choice("12")],
            "serve": ["--port", "0", "--workers", "2"],
        }
        name = self._dice.choice(list(ways))
        command = [*COMMAND, name, str(self._folder), "--url", URL, *ways[name]]
        with open(self._home / "log", "wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        moment = self._dice.uniform(0.1, LONGEST)
        alone = self._dice.random() < 0.3
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        family = find_family(process.pid)
        for pid in [process.pid] if alone else family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        await_end(family - {process.pid})
        return f"{name} after {moment:.3f} s{', alone' if alone else ''}"

    def _find_processes(self) -> list[str]:
        listed = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True)
        lines = [line for line in listed.stdout.splitlines() if f"{self._folder} " in f"{line} "]
        return [line for line in lines if is_running(int(line.split()[0]))]

    def _export(self, output: Path, *options: str) -> dict[str, bytes]:
        command = [*COMMAND, "export", str(self._folder), "--quiet", "--url", URL]
        command += ["--output", str(output)]
        done = subprocess.run([*command, *options], capture_output=True, text=True)
        if done.returncode or done.stderr:
            self.faults.append(f"export ended with {done.returncode}: {done.stderr.strip()}")
        files = [path for path in output.rglob("*") if path.is_file()]
        return {str(path.relative_to(output)): path.read_bytes() for path in files}

    def _compare(self, found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
        names = sorted(found.keys() | expected.keys())
        return [f"{name} differs" for name in names if found.get(name) != expected.get(name)]

    def _check_index(self) -> list[str]:
        home = self._folder / ".feedsvc"
        faults = [f"{name} is left" for name in {path.name for path in home.iterdir()} - KNOWN]
        with closing(sqlite3.connect(home / "index.sqlite")) as connection:
            (told,) = connection.execute("PRAGMA integrity_check").fetchone()
            query = "SELECT path, id FROM article WHERE state = 'published'"
            ids = dict(connection.execute(query))
        faults += [] if told == "ok" else [f"the index is damaged: {told}"]
        paths = {str(path.relative_to(self._folder)) for path in self._folder.rglob("*.txt")}
        faults += [f"{path} is lost or should be" for path in paths ^ ids.keys()]
        faults += [
            f"{path} is {ids[path]} now, it was {self._ids[path]}"
            for path in ids.keys() & self._ids.keys()
            if ids[path] != self._ids[path]
        ]
        self._ids |= ids
        return faults

    def _check(self, found: dict[str, bytes]) -> list[str]:
        """Check each document that hasn't been found valid yet."""
        faults = []
        for name, body in found.items():
            if self._valid.get(name) == body or name.endswith(".gz") or name[0] in "._":
                continue
            try:
                check_document(f"/{name.removesuffix('index.html')}", body)
            except AssertionError as error:
                faults.append(f"{name}: {error}")
            self._valid[name] = body
        return faults


def run_rounds(home: Path, rounds: int, seed: int) -> list[str]:
    """Go through rounds in an empty folder; return the faults found."""
    turns = _Rounds(home, seed)
    for number in range(rounds):
        turns.turn(number)
    return turns.faults


def main() -> None:
    """Run as a command."""
    rounds, seed = int((sys.argv[1:] or ["20"])[0]), time.time_ns()
    with tempfile.TemporaryDirectory() as home:
        faults = run_rounds(Path(home), rounds, seed)
    print(f"{rounds} rounds (seed {seed})")
    print("\n".join(faults) or "no fault: every index whole, every document as made from nothing")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
