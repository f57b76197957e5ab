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
from typing import Any

from feedsvc.errors import ServeError

__all__ = ["DOWNLOADS", "claim_port", "run"]

DOWNLOADS = 8
"""Media that a worker sends at once; the app is to refuse more."""


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
    make_app: Callable[[], Any],
    ip: str,
    port: int,
    workers: int,
    announce: Callable[[], None],
    downloads: int,
) -> None:
    """Serve the app that `make_app` makes in each worker, until SIGTERM or SIGINT.

    `announce` is called once a client can connect; each worker sends up to `downloads` media
    beside its other answers.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    server = Granian(
        "feedsvc",
        address=ip,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=downloads + 1,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.error,
    )
    interrupt: Callable[[], None] = server.signal_handler_interrupt

    def interrupt_once(*_: Any) -> None:
        # granian's handler takes a lock: a second signal in it would wait for itself for ever.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        interrupt()

    server.signal_handler_interrupt = interrupt_once  # type: ignore[method-assign]  # no hook
    waiter = threading.Thread(target=_announce_when_up, args=(ip, port, announce), daemon=True)
    server.on_startup(waiter.start)
    server.serve(target_loader=partial(_load_apart, make_app, os.getpid()), wrap_loader=False)


def _load_apart(make_app: Callable[[], Any], parent: int) -> Any:
    """Make the app in a process group of its own: Ctrl-C is for the main process to pass on."""
    # Until granian sets its own, the worker has the main process's handler, which would lose it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setpgid(0, 0)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    return make_app()


def _end_with(parent: int) -> None:
    """End this worker when the main process is gone, however that ended."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _announce_when_up(ip: str, port: int, announce: Callable[[], None]) -> None:
    while True:  # granian has no hook for it: its workers bind the port, each in its own time
        try:
            socket.create_connection((ip, port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return announce()
