"""The server: granian in front of the app, a blocking thread a worker, and one for each download.

Several threads before Python code cost a third of the answers and make a slow tail; more workers
don't. But who downloads a medium keeps a thread until all of it is on its way, which must not be
the one that feeds need: where there are media, there are threads for them.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import active_children
from typing import Any

from feedsvc.companion import end_with
from feedsvc.errors import ServeError
from feedsvc.limits import (
    BACKLOG,
    HEADER_BYTES,
    HEADER_SECONDS,
    count_connections,
    drop_stalled,
)

__all__ = ["claim_port", "run"]

DOWNLOADS = 8
"""Media that a worker sends at once; the app is to refuse more."""

LONGEST_END = 12.0
"""Seconds after which what hasn't ended by itself is killed."""


def claim_port(host: str, port: int) -> tuple[str, int]:
    """Return the IP address of `host` and a port of it to listen on: a free one for 0.

    Raises ServeError where it is taken or not allowed. granian itself wouldn't tell: it shares
    the port with any server that shares it too.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as claim:
            claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            claim.bind(address)
            ip, bound = claim.getsockname()[:2]
            return str(ip), int(bound)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ServeError(f"{host}:{port}", "can't listen there", why) from error


def run(
    make_app: Callable[..., Any],
    ip: str,
    port: int,
    workers: int,
    announce: Callable[[], None],
    has_media: Callable[[], bool],
    hang_up: Callable[[], None],
    end: Callable[[], None],
    log_level: str,
) -> None:
    """Serve the app that `make_app` makes in each worker, until SIGTERM or SIGINT.

    That is told how many `downloads` of media it may send at once: none, until `has_media`.
    `announce` is called once a client can connect, `hang_up` at each SIGHUP, `end` when it is to
    end: it does a few seconds later, whatever hangs.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    loader = _Loader(make_app, os.getpid(), DOWNLOADS if has_media() else 0)
    server = Granian(
        "feedsvc",
        address=ip,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=loader.downloads + 1,
        respawn_failed_workers=True,
        workers_kill_timeout=10,  # seconds
        backlog=BACKLOG,
        backpressure=count_connections(),  # those of a worker, whether they ask or not
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_BYTES
        ),
        log_level=LogLevels(log_level),
    )
    interrupt: Callable[[], None] = server.signal_handler_interrupt
    renew_workers: Callable[[], None] = server.signal_handler_reload

    ending = threading.Event()

    def end_at_last() -> None:
        ending.wait()
        limit = time.monotonic() + LONGEST_END
        end()
        time.sleep(max(limit - time.monotonic(), 0))
        for worker in active_children():
            worker.kill()
        os._exit(1)

    def interrupt_once(*_: Any) -> None:
        # granian's handler takes a lock: a second signal in it would wait for itself for ever.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        ending.set()
        interrupt()

    def make_room_for_media() -> None:
        while not has_media():
            time.sleep(1)
        loader.downloads = DOWNLOADS
        server.blocking_threads = DOWNLOADS + 1
        renew_workers()

    server.signal_handler_interrupt = interrupt_once  # type: ignore[method-assign]  # no hook
    server.signal_handler_reload = lambda *_: hang_up()  # type: ignore[method-assign]  # no hook
    tasks: list[Callable[[], None]] = [partial(_announce_when_up, ip, port, announce)]
    if not loader.downloads:
        tasks.append(make_room_for_media)
    for task in tasks:
        server.on_startup(threading.Thread(target=task, daemon=True).start)
    threading.Thread(target=end_at_last, daemon=True).start()
    server.serve(target_loader=loader, wrap_loader=False)


class _Loader:
    """Makes the app in a worker: in a process group of its own, as Ctrl-C is for the main one.

    That passes it on; and its end is the worker's.
    """

    def __init__(self, make_app: Callable[..., Any], parent: int, downloads: int) -> None:
        self._make_app, self._parent, self.downloads = make_app, parent, downloads

    def __call__(self) -> Any:
        # Until granian sets its own, the worker has the main process's handlers: SIGTERM would
        # be lost, and SIGHUP is for that to pass on.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.setpgid(0, 0)
        end_with(self._parent)
        threading.Thread(target=drop_stalled, daemon=True).start()
        return self._make_app(downloads=self.downloads)


def _announce_when_up(ip: str, port: int, announce: Callable[[], None]) -> None:
    while True:  # granian has no hook for it: its workers bind the port, each in its own time
        try:
            socket.create_connection((ip, port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return announce()
