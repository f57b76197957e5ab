"""Writing: documents into files, by this process or by several.

Each file is replaced whole. A process that writes has a publication of its own, so that no
connection to an index is shared, and ends with the one that began it.
"""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import closing
from multiprocessing import get_context, reduction
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeAlias

from feedsvc.errors import ExportError, FeedsvcError, Superseded
from feedsvc.index.engines import open_index
from feedsvc.manifest import Manifest, Written, write_file
from feedsvc.media import stream, verify
from feedsvc.model import Document
from feedsvc.publication import Encoding, Publication
from feedsvc.rendering import pack
from feedsvc.settings import Settings

__all__ = ["VARIANTS", "Task", "Team", "make_room", "name_file", "write_document"]

VARIANTS: dict[Encoding, str] = {"identity": "", "gzip": ".gz"}

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


def write_document(publication: Publication, output: Path, task: Task) -> Manifest:
    """Write a document; return the files written, none where its bytes aren't there any more.

    A document that is superseded is planned again.
    """
    document, encodings = task
    plain = name_file(document.path)
    if document.format == "media":
        return _copy(publication, document, output, plain)
    try:
        body = publication.render(document)
    except Superseded:
        planned = publication.plan(document.path)
        if planned is None or planned.path != document.path:
            return {}
        document, body = planned, publication.render(planned)
    written = {}
    for encoding in encodings:
        variant = body if encoding == "identity" else pack(document, body)
        name = plain + VARIANTS[encoding]
        written[name] = Written(document.version, write_file(f"{output}/{name}", [variant]))
    return written


def _copy(publication: Publication, document: Document, output: Path, name: str) -> Manifest:
    """Write a medium, if its bytes are still those that its name tells."""
    try:
        with publication.open(document) as source:
            size = os.fstat(source.fileno()).st_size
            write_file(f"{output}/{name}", verify(stream(source, 0, size), document.version))
    except Superseded:
        return {}
    return {name: Written(document.version, size)}


class Team:
    """Processes that write what `settings` publish into `output`.

    Each holds the file `lock` open for as long as it runs.
    """

    def __init__(self, jobs: int, settings: Settings, output: Path, lock: int) -> None:
        context = get_context("spawn")  # what is forked would share the index's connection
        self._output, self._lines, self._processes = output, list[Connection](), list[Any]()
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            args = (theirs, settings, output, _Handle(lock), os.getpid())
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
            raise ExportError(str(self._output), "a process that wrote has ended", why) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Let the processes end, and wait until they have."""
        for line in self._lines:
            line.close()
        for process in self._processes:
            process.join()


def _work(line: Connection, settings: Settings, output: Path, lock: int, parent: int) -> None:
    """Write the shares that come along a line till there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began this one
    with closing(open_index(settings.database)) as index:
        publication = make_room(Publication(settings, index))
        try:
            while True:
                line.send(_write_share(publication, output, line.recv(), parent))
        except (EOFError, ConnectionError):
            pass


def _write_share(
    publication: Publication, output: Path, share: list[Task], parent: int
) -> Manifest | Exception:
    """Write a share; return the files written, or what is wrong, for who gave it to raise."""
    written: Manifest = {}
    try:
        for task in share:
            if os.getppid() != parent:
                raise EOFError
            written |= write_document(publication, output, task)
    except (FeedsvcError, OSError) as error:
        return error
    return written


class _Handle:
    """An open file that a process gets when it is begun."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> Any:
        return int, (reduction.DupFd(self._number).detach(),)
