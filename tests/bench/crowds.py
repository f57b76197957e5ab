"""Crowds that stand in a server's way: each a process of its own, until it is ended.

They run at a low priority, as they would be on other machines.
"""

import multiprocessing
import os
import resource
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing.sharedctypes import Synchronized
from typing import Any

__all__ = ["NICE", "gather", "send_slowly", "stand_idle", "take_slowly"]

NICE = 10
SOURCES = 50
"""Addresses of this machine that a crowd comes from."""
GET = b"GET /atom.xml HTTP/1.1\r\nHost: a\r\n"
_processes = multiprocessing.get_context("spawn")


@contextmanager
def gather(
    work: Callable[[int, int, Any], None], port: int, size: int
) -> Iterator["Synchronized[int]"]:
    """Have a crowd of some size do its work at a port; how many of them are connected."""
    held = _processes.Value("i", 0)
    process = _processes.Process(target=work, args=(port, size, held), daemon=True)
    process.start()
    try:
        yield held
    finally:
        process.terminate()
        process.join()


def stand_idle(port: int, size: int, held: "Synchronized[int]") -> None:
    """Keep `size` connections, every other of which asks once; connect again when hung up on."""
    _prepare()
    with selectors.DefaultSelector() as selector:
        numbers = count()
        while True:
            for number in range(len(selector.get_map()), size):
                if client := _connect(port, next(numbers)):
                    selector.register(client, selectors.EVENT_READ)
                    if number % 2:
                        client.send(GET.replace(b"atom.xml", b"none") + b"\r\n")
            held.value = len(selector.get_map())
            for key, _ in selector.select(0.1):
                if not _take(key.fileobj):
                    selector.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]  # all are sockets


def take_slowly(port: int, size: int, held: "Synchronized[int]") -> None:
    """Ask for a document, and take a byte of it a second."""
    _go_slowly(port, size, held, GET + b"\r\n", lambda client: bool(_take(client, 1)))


def send_slowly(port: int, size: int, held: "Synchronized[int]") -> None:
    """Send a byte of a header a second."""
    _go_slowly(port, size, held, GET + b"X: ", lambda client: client.send(b"x") == 1)


def _go_slowly(
    port: int,
    size: int,
    held: "Synchronized[int]",
    said: bytes,
    go_on: Callable[[socket.socket], bool],
) -> None:
    _prepare()
    clients: list[socket.socket] = []
    for numbers in iter(lambda: count(len(clients)), None):
        while len(clients) < size:
            if client := _connect(port, next(numbers), 4096):
                client.send(said)
                clients.append(client)
        held.value = len(clients)
        time.sleep(1)
        for client in clients.copy():
            going = False
            with suppress(OSError):
                going = go_on(client)
            if not going:
                clients.remove(client)
                client.close()


def _prepare() -> None:
    os.nice(NICE)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _connect(port: int, number: int, buffer: int = 0) -> socket.socket | None:
    """Connect from one of the addresses, None where that takes long."""
    client = socket.socket()
    client.settimeout(1)
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    try:
        client.bind((f"127.0.0.{2 + number % SOURCES}", 0))
        client.connect(("127.0.0.1", port))
    except OSError:
        client.close()
        return None
    client.setblocking(False)
    return client


def _take(client: Any, size: int = 65_536) -> bytes:
    """Take what has come, nothing where the other side has hung up."""
    try:
        taken: bytes = client.recv(size)
    except BlockingIOError:
        return b"nothing yet"
    except OSError:
        return b""
    return taken
