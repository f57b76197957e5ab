"""Writing: documents into files, by this process, by several, or by threads.

Each file is replaced whole. A process that writes has a publication of its own, so that no
connection to an index is shared, and ends with the one that began it.
"""

import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import closing
from itertools import chain
from multiprocessing import get_context, reduction
from multiprocessing.connection import Connection, wait
from typing import Any, TypeAlias

from feedsvc.encodings import Encoding, name_variant, pack
from feedsvc.errors import ExportError, FeedsvcError, Superseded
from feedsvc.headers import describe_bytes
from feedsvc.index.engines import open_index
from feedsvc.manifest import Manifest, Written
from feedsvc.media import stream, verify
from feedsvc.model import Document
from feedsvc.publication import Publication
from feedsvc.settings import Settings
from feedsvc.stores import Store

__all__ = ["Crew", "Task", "Team", "make_room", "name_file", "write_document"]

BUDGET = 32 * 1024 * 1024
"""Bytes of fragments that a process keeps: those of a document's neighbours in time."""

Task: TypeAlias = tuple[Document, tuple[Encoding, ...]]
"""A document, and the encodings in which it is to be written."""


def make_room(publication: Publication) -> Publication:
    """Let a publication keep what is worth keeping where everything is written."""
    publication.cache.budget = max(publication.cache.budget, BUDGET)
    return publication


def name_file(path: str) -> str:
    """Name the file that a static host serves at a path."""
    return path.removeprefix("/") + ("index.html" if path.endswith("/") else "")


def write_document(publication: Publication, store: Store, task: Task) -> Manifest:
    """Write a document; return the files written, none where its bytes aren't there any more.

    A document that is superseded is planned again.
    """
    document, encodings = task
    plain = name_file(document.path)
    if document.format == "media":
        return _copy(publication, document, store, plain)
    try:
        body = publication.render(document)
    except Superseded:
        planned = publication.plan(document.path)
        if planned is None or planned.path != document.path:
            return {}
        document, body = planned, publication.render(planned)
    written = {}
    for encoding in encodings:
        variant = pack(body, encoding, archived=document.window.closed)
        name, said = name_variant(plain, encoding), describe_bytes(document, encoding)
        size = store.put(name, [variant], said, document.modified)
        written[name] = Written(store.name_version(document, encoding), size)
    return written


def _copy(publication: Publication, document: Document, store: Store, name: str) -> Manifest:
    """Write a medium, if its bytes are still those that its name tells."""
    try:
        with publication.open(document) as source:
            size = os.fstat(source.fileno()).st_size
            chunks = verify(stream(source, 0, size), document.version)
            size = store.put(name, chunks, describe_bytes(document), document.modified)
    except Superseded:
        return {}
    return {name: Written(store.name_version(document, "identity"), size)}


class Team:
    """Processes that write what `settings` publish into a store.

    Each holds the file `lock` open for as long as it runs.
    """

    def __init__(self, jobs: int, settings: Settings, store: Store, lock: int) -> None:
        context = get_context("spawn")  # what is forked would share the index's connection
        self._store, self._lines, self._processes = store, list[Connection](), list[Any]()
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            args = (theirs, settings, store, _Handle(lock), os.getpid())
            process = context.Process(target=_work, args=args, daemon=True)
            process.start()
            theirs.close()
            self._lines.append(ours)
            self._processes.append(process)

    def write(self, shares: Iterable[list[Task]]) -> Iterator[tuple[int, Manifest]]:
        """Have shares written, whoever is free the next; yield how many, and the files of each.

        Raises what a process raises, ExportError where one ended before its time.
        """
        idle: list[Any] = [*self._lines]
        busy: dict[Any, int] = {}
        coming = iter(shares)
        share = next(coming, None)
        while share or busy:
            if share and idle:
                line = idle.pop()
                try:
                    line.send(share)
                except BrokenPipeError:
                    self._receive(line)  # tells why
                busy[line] = len(share)
                share = next(coming, None)  # planned while the others write
                continue
            for line in wait(busy):
                yield busy.pop(line), self._receive(line)
                idle.append(line)

    def _receive(self, line: Any) -> Manifest:
        try:
            answer: Manifest | Exception = line.recv()
        except (EOFError, OSError):
            process = self._processes[self._lines.index(line)]
            process.join()
            why = f"its exit code is {process.exitcode}"
            raise ExportError(self._store.place, "a process that wrote has ended", why) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Let the processes end, and wait until they have."""
        for line in self._lines:
            line.close()
        for process in self._processes:
            process.join()


def _work(line: Connection, settings: Settings, store: Store, lock: int, parent: int) -> None:
    """Write the shares that come along a line till there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began this one
    with closing(open_index(settings.database)) as index:
        publication = make_room(Publication(settings, index))
        try:
            while True:
                line.send(_write_share(publication, store, line.recv(), parent))
        except (EOFError, ConnectionError):
            pass


def _write_share(
    publication: Publication, store: Store, share: list[Task], parent: int
) -> Manifest | Exception:
    """Write a share; return the files written, or what is wrong, for who gave it to raise."""
    written: Manifest = {}
    try:
        for task in share:
            if os.getppid() != parent:
                raise EOFError
            written |= write_document(publication, store, task)
    except (FeedsvcError, OSError) as error:
        return error
    return written


class Crew:
    """Threads that write what a publication has into a store that is far: they mostly wait."""

    def __init__(self, jobs: int, publication: Publication, store: Store) -> None:
        self._most, self._publication, self._store = 2 * jobs, publication, store
        self._pool = ThreadPoolExecutor(jobs)

    def write(self, shares: Iterable[list[Task]]) -> Iterator[tuple[int, Manifest]]:
        """Write shares; yield how many, and the files of each. Raises what a thread raises."""
        running: set[Future[Manifest]] = set()
        for task in chain.from_iterable(shares):
            running.add(self._pool.submit(write_document, self._publication, self._store, task))
            while len(running) >= self._most:
                done, running = wait_for(running, return_when=FIRST_COMPLETED)
                yield from ((1, one.result()) for one in done)
        yield from ((1, one.result()) for one in wait_for(running).done)

    def close(self) -> None:
        """Begin no more, and wait for what was begun."""
        self._pool.shutdown(cancel_futures=True)


class _Handle:
    """An open file that a process gets when it is begun."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> Any:
        return int, (reduction.DupFd(self._number).detach(),)
