"""Export: the publication into a folder, by difference.

The bytes are those that the server sends. Only files that an export wrote are replaced or
removed; each is replaced whole, and a file that is the same is left alone with its mtime. What
others link to is written before them.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import groupby, islice
from pathlib import Path

from msgspec import Struct

from feedsvc.errors import ExportError
from feedsvc.formats import FEED_FORMATS
from feedsvc.index import MAIN
from feedsvc.locks import hold
from feedsvc.manifest import (
    MANIFEST,
    Manifest,
    Written,
    read_manifest,
    remove_temporaries,
    write_manifest,
)
from feedsvc.model import Document
from feedsvc.publication import Encoding, Publication
from feedsvc.writing import VARIANTS, Task, Team, make_room, name_file, write_document

__all__ = ["MANIFEST", "Export", "export"]

FEW = 400
"""Documents that are planned one by one, rather than all once more."""

SHARE = 400
"""Documents that a process writes at a time: neighbours, which share entries."""

MOST_JOBS = 8
"""Processes that write, where nobody says how many: the disk has its limits too."""

LEAST_WORK = 1500
"""Documents for which another process is worth its start."""


class Export(Struct):
    """What an export did, in numbers of files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0


def export(
    publication: Publication,
    output: Path,
    *,
    jobs: int | None = 1,
    listen: Callable[[int, int], object] = lambda done, total: None,
) -> Export:
    """Write every document, and its gzipped form beside it, into the folder `output`.

    Media, which are compressed as they are, have no other form. `jobs` processes write, None for
    as many as are worth it: each opens the index that the settings name. `listen` is told, again
    and again, how many documents of how many that are to be written are.
    Raises ExportError where a file is in the way that no export wrote (naming each, with
    nothing written), or where the folder can't be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        with hold(str(output), fcntl.LOCK_EX, os.O_DIRECTORY) as lock:
            assert lock is not None  # who waits gets it; while it is open, it is held
            return _export(publication, output, jobs, listen, lock)
    except OSError as error:
        place = error.filename2 or error.filename or output
        raise ExportError(str(place), "can't be written", error.strerror or "") from error


def _export(
    publication: Publication,
    output: Path,
    jobs: int | None,
    listen: Callable[[int, int], object],
    lock: int,
) -> Export:
    before = read_manifest(output)
    remove_temporaries(output, before)
    after, pending = _compare(publication, output, before)
    report = Export(unchanged=len(after))
    if not pending and len(after) == len(before):
        return report
    # Should this run be killed, the next one must know which files may be its own.
    names = (
        name_file(path) + VARIANTS[one] for path, encodings in pending.items() for one in encodings
    )
    write_manifest(output, before | after | dict.fromkeys(names, Written()))
    tasks = _plan_again(publication, pending)
    jobs = _choose_jobs(len(pending)) if jobs is None else jobs
    done, total = 0, len(pending)
    for number, written in _write(publication, output, tasks, jobs, lock):
        after |= written
        report.written += len(written)
        done += number
        listen(done, total)
    for name in before.keys() - after.keys():
        report.removed += _remove(output, name)
    write_manifest(output, after)
    return report


def _compare(
    publication: Publication, output: Path, before: Manifest
) -> tuple[Manifest, dict[str, tuple[Encoding, ...]]]:
    """Return the files that are as they should be, and the paths to be written in which encodings.

    Raises ExportError where something is in the way.
    """
    same: Manifest = {}
    pending: dict[str, tuple[Encoding, ...]] = {}
    strangers: set[str] = set()
    folders: set[str] = set()
    for document in publication.documents():
        missing: tuple[Encoding, ...] = ()
        for encoding, suffix in VARIANTS.items():
            if document.format == "media" and encoding != "identity":
                continue
            name = name_file(document.path) + suffix
            written = before.get(name)
            if written and _holds(output, name, written, document.version):
                same[name] = written
                continue
            missing += (encoding,)
            if not written:
                strangers |= _find_strangers(output, name, folders)
        if missing:
            pending[document.path] = missing
    if strangers:
        raise ExportError(
            str(output),
            "files are in the way that no export wrote",
            f"{', '.join(sorted(strangers))}; move them, or export elsewhere",
        )
    return same, pending


def _holds(output: Path, name: str, written: Written, version: str) -> bool:
    """Whether a file is there, as it was written, with this version."""
    if written.version != version:
        return False
    try:
        found = os.lstat(f"{output}/{name}")
    except FileNotFoundError:
        return False
    return found.st_size == written.size and stat.S_ISREG(found.st_mode)


def _find_strangers(output: Path, name: str, folders: set[str]) -> set[str]:
    """Return what is in the way of a new file; `folders` are those that were looked at."""
    strangers = {name} if os.path.lexists(f"{output}/{name}") else set()
    folder = os.path.dirname(name)
    while folder and folder not in folders:
        folders.add(folder)
        place = f"{output}/{folder}"
        # Nor is anything written through a link.
        if os.path.lexists(place) and (os.path.islink(place) or not os.path.isdir(place)):
            strangers.add(folder)
        folder = os.path.dirname(folder)
    return strangers


def _plan_again(
    publication: Publication, pending: dict[str, tuple[Encoding, ...]]
) -> Iterator[Task]:
    """Plan what is pending just before it is written, and take it away; what has gone stays."""
    documents: Iterable[Document | None] = (
        map(publication.plan, list(pending)) if len(pending) <= FEW else publication.documents()
    )
    for document in documents:
        # A path that has gone may be answered by another document, which has a file of its own.
        if document and document.path in pending:
            yield document, pending.pop(document.path)


def _choose_jobs(documents: int) -> int:
    """Choose how many processes write."""
    return min(len(os.sched_getaffinity(0)), MOST_JOBS, max(1, documents // LEAST_WORK))


def _write(
    publication: Publication, output: Path, tasks: Iterator[Task], jobs: int, lock: int
) -> Iterator[tuple[int, Manifest]]:
    """Write documents; yield how many, and their files, as they are."""
    if jobs == 1:
        make_room(publication)
        for task in tasks:
            yield 1, write_document(publication, output, task)
        return
    with closing(Team(jobs, publication.settings, output, lock)) as team:
        # What the next ones link to has to be there, whichever process writes it.
        for _, stage in groupby(tasks, key=_stage):
            yield from team.write(_share_out(stage))


def _stage(task: Task) -> int:
    """Tell what is written when: pages and archives, then facets' newest windows, then the main."""
    document, _ = task
    if document.window.period or document.format not in FEED_FORMATS:
        return 0
    return 2 if document.window.feed.path == MAIN else 1


def _share_out(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    while share := list(islice(tasks, SHARE)):
        yield share


def _remove(output: Path, name: str) -> int:
    """Remove a file, and the folders that are empty then; return whether it was there."""
    file = output / name
    if not os.path.lexists(file):
        return 0
    file.unlink()
    for folder in file.relative_to(output).parents[:-1]:
        try:
            (output / folder).rmdir()
        except OSError:
            break
    return 1
