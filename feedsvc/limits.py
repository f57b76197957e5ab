"""Limits of a worker: how many connections it holds at once, and for how long one may stand still.

A feed is asked for by many who have nothing to say to each other, and by some who mean harm: no
client may take what the others need.
"""

import os
import resource
import socket
import time
from contextlib import suppress

__all__ = [
    *("BACKLOG", "HEADER_BYTES", "HEADER_SECONDS", "STALLED_SECONDS"),
    *("count_connections", "drop_stalled"),
]

CONNECTIONS = 16_384
"""Connections that a worker holds at once: idle ones cost it some 10 KB each."""

OTHER_FILES = 128
"""Files that a worker opens besides: media, the index, what Python and the server need."""

BACKLOG = 4096
"""Connections that wait until a worker holds fewer."""

HEADER_SECONDS = 30
"""Seconds for a request to come, from when the connection or the last answer was there."""

HEADER_BYTES = 16 * 1024
"""The longest request, but for its body, which nobody reads."""

STALLED_SECONDS = 60
"""Seconds in which a client must take something of what it is sent."""


def count_connections() -> int:
    """Return how many connections each worker may hold; let it open as many files.

    What this process may open is raised as far as it is allowed to, for those that it starts.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = min(CONNECTIONS + OTHER_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))
    return files - min(OTHER_FILES, files // 2)


def drop_stalled() -> None:
    """Let the kernel drop connections of this process whose clients take nothing any more.

    They have that from the socket which they came by, so this waits until there is one: granian
    opens it, and has no limit for answers that nobody takes.
    """
    while not any(_limit_stalls(int(number)) for number in os.listdir("/dev/fd")):
        time.sleep(0.01)


def _limit_stalls(number: int) -> bool:
    """Set the limit on a file where that is a socket that listens; whether it is."""
    with suppress(OSError):  # it is no socket, or not there any more
        found = socket.socket(fileno=number)
        try:
            if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                with suppress(AttributeError):  # only Linux has it
                    limit = STALLED_SECONDS * 1000
                    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)
                return True
        finally:
            found.detach()  # it isn't ours to close
    return False
