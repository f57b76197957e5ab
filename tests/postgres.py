"""A PostgreSQL server of the tests' own: on a free port, in a temporary folder."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

__all__ = ["Postgres", "run_postgres"]

# Debian keeps the server's programs out of PATH.
PLACES = sorted(glob.glob("/usr/lib/postgresql/*/bin"))


class Postgres:
    """A server that can be stopped, started again and made to hang."""

    def __init__(self, programs: str, home: Path, user: dict[str, Any]) -> None:
        self._programs, self._home, self._user = programs, home, user
        self._process: subprocess.Popen[bytes] | None = None
        self._names = count()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        # An order of its own, so that it shows where the tables' isn't that of code points.
        locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en")
        self._run("initdb", "--username=tests", "--auth=trust", "--no-sync", *locale)

    def _run(self, program: str, *options: str) -> None:
        command = [f"{self._programs}/{program}", "--pgdata", str(self._home / "data"), *options]
        subprocess.run(command, check=True, capture_output=True, cwd=self._home, **self._user)

    def address(self, schema: str) -> str:
        """Return the address of a schema."""
        path = f"options=-csearch_path%3D{schema}"
        return f"postgresql://tests:secret@127.0.0.1:{self.port}/postgres?{path}"

    def name(self) -> str:
        """Return the name of a schema that isn't there yet."""
        return f"tests_{next(self._names)}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [f"{self._programs}/postgres", "-D", str(self._home / "data"), "-F"]
        command += ["-p", str(self.port), "-k", str(self._home), "-h", "127.0.0.1"]
        with open(self._home / "log", "ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._home, stdout=log, stderr=log, **self._user
            )
        for _ in range(600):
            try:
                psycopg.connect(self.address("public"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise TimeoutError((self._home / "log").read_text())

    def stop(self) -> None:
        """Stop as a crash does: every connection is cut."""
        assert self._process
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be stopped meanwhile."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Be connected meanwhile, and answer nothing."""
        processes = self._list_processes()
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def _list_processes(self) -> list[int]:
        assert self._process
        main = self._process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [main, *map(int, children)]

    def damage(self, path: str) -> None:
        """Write over the beginning of a table's file."""
        with open(self._home / "data" / path, "r+b") as file:
            file.write(b"garbage " * 1024)

    def execute(self, sql: str) -> list[Any]:
        """Run a statement as an administrator."""
        with psycopg.connect(self.address("public"), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    """Run a server; skip the test where there is none."""
    found = shutil.which("initdb", path=os.pathsep.join([os.environ["PATH"], *PLACES]))
    if not found:
        pytest.skip("there is no PostgreSQL server (Debian: postgresql)")
    user: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        if os.geteuid() == 0:  # which the server refuses
            nobody = pwd.getpwnam("nobody")
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        server = Postgres(os.path.dirname(found), Path(home), user)
        server.start()
        try:
            yield server
        finally:
            server.stop()
