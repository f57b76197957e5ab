"""The companion: the process that ingests beside a server, started again whenever it ends.

It is the public command, and never outlives its parent: not even where it hangs.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["Companion", "end_with"]

PATIENCE = 10.0
"""Seconds that it has to end, before it is killed; and to live, before it has started well."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
"""Seconds before it is started again: longer each time that it ends at once."""

# What is in the folder that it is started in must not pass for a library.
_PROGRAM = (
    "import sys; home = sys.argv.pop(1); home in sys.path or sys.path.insert(0, home);"
    " from feedsvc.cli import main; main(prog_name='feedsvc')"
)


class Companion:
    """`feedsvc` with `arguments`, for as long as the context lasts.

    `say` is called with each line that it writes, `complain` with what is to be known of it.
    """

    def __init__(
        self, arguments: Sequence[str], say: Callable[[str], None], complain: Callable[[str], None]
    ) -> None:
        self._command = [sys.executable, "-P", "-c", _PROGRAM, str(Path(__file__).parents[1])]
        self._command += [*arguments, "--parent", str(os.getpid())]
        self._say, self._complain = say, complain
        self._ending, self._changing = threading.Event(), threading.Lock()
        self.spoke = threading.Event()
        """Set once it has written a line."""
        self._process = self._start()
        self._thread = threading.Thread(target=self._attend, daemon=True)
        self._thread.start()

    def _start(self) -> subprocess.Popen[str]:
        # In a process group of its own: Ctrl-C is for the main process to pass on.
        return subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            process_group=0,
        )

    def _attend(self) -> None:
        """Pass on what it writes, and start it again when it has ended."""
        pause = FIRST_PAUSE
        while True:
            begun = time.monotonic()
            with self._process as process:
                for line in process.stdout or ():
                    self._say(line.rstrip("\n"))
                    self.spoke.set()
            pause = FIRST_PAUSE if time.monotonic() - begun > PATIENCE else pause
            if self._ending.is_set():
                return
            status = process.returncode
            self._complain(f"feedsvc: who ingests has ended ({status}), and is started again")
            self._ending.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            with self._changing:
                if self._ending.is_set():
                    return
                self._process = self._start()

    def rescan(self) -> None:
        """Let it look at the whole folder. May be called by a signal's handler."""
        self._process.send_signal(signal.SIGHUP)

    def end(self) -> None:
        """End it, whatever it is doing, and all that it has started."""
        with self._changing:
            self._ending.set()
            self._process.terminate()
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            # The whole group: what reads files for it holds its output open too.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._thread.join(1)  # nobody may read what it is about to say


def end_with(parent: int) -> None:
    """End this process when its parent is gone, however that ended."""

    def attend() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)
        os._exit(1)

    threading.Thread(target=attend, daemon=True).start()
