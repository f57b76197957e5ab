"""`python -I -S launch.py SECONDS COMMAND…`: how long a command takes, and its peak memory.

Alone and small: the peak of a process is never told as less than that of the one it came from.
Prints JSON, and what the command says to standard error; status 124 where it takes too long.
"""

import json
import os
import signal
import sys
import time


def main() -> None:
    """Run the command, with all that it starts."""
    limit, *command = sys.argv[1:]
    began = time.perf_counter()
    said = [(os.POSIX_SPAWN_DUP2, 2, 1)]
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=said, setpgroup=0)

    def stop(*_: object) -> None:
        os.killpg(child, signal.SIGKILL)
        sys.exit(124)

    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    signal.setitimer(signal.ITIMER_REAL, float(limit))
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "mebibytes": usage.ru_maxrss / 1024}))
    sys.exit(os.waitstatus_to_exitcode(status) != 0)


if __name__ == "__main__":
    main()
