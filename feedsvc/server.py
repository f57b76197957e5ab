"""The server: granian in front of the app, one blocking thread a worker.

Several blocking threads before Python code make a slow tail; more workers don't.
"""

import socket
from collections.abc import Callable
from typing import Any

from feedsvc.errors import ServeError

__all__ = ["claim_port", "run"]


def claim_port(host: str, port: int) -> int:
    """Return a port of `host` to listen on: `port`, or a free one where that is 0.

    Raises ServeError where it is taken or not allowed. granian itself wouldn't tell: it shares
    the port with any server that shares it too.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as claim:
            claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            claim.bind(address)
            return int(claim.getsockname()[1])
    except OSError as error:
        raise ServeError(f"{host}:{port}", "can't listen there", error.strerror or "") from error


def run(
    make_app: Callable[[], Any], host: str, port: int, workers: int, announce: Callable[[], None]
) -> None:
    """Serve the app that `make_app` makes in each worker, until SIGTERM or SIGINT.

    `announce` is called when the port is bound.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    server = Granian(
        "feedsvc",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=1,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )
    server.on_startup(announce)
    server.serve(target_loader=make_app, wrap_loader=False)
