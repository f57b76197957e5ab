"""Export: the publication into a folder or an object store, by difference.

The bytes are those that the server sends. Only files that an export wrote are replaced or
removed; each is replaced whole, and a file that is the same is left alone with its mtime. What
others link to is written before them, and what they linked to before is removed after them.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from itertools import chain, groupby, islice
from pathlib import Path

from msgspec import Struct

from feedsvc.encodings import Encoding, name_variant
from feedsvc.errors import ExportError, IndexUnusable
from feedsvc.formats import FEED_FORMATS
from feedsvc.hosting import RULES, write_rules
from feedsvc.index import MAIN
from feedsvc.manifest import MANIFEST, Manifest, Written
from feedsvc.model import Document
from feedsvc.publication import Publication
from feedsvc.stores import PUTS, Store
from feedsvc.stores.targets import open_store
from feedsvc.writing import Crew, Task, Team, make_room, name_file, write_document

__all__ = ["MANIFEST", "Export", "export"]

FEW = 400
"""Documents that are planned one by one, rather than all once more."""

SHARE = 400
"""Documents that a process writes at a time: neighbours, which share entries."""

MOST_JOBS = 8
"""Processes that write, where nobody says how many: the disk has its limits too."""

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}

LEAST_WORK = 1500
"""Documents for which another process is worth its start."""


class Export(Struct):
    """What an export did, in numbers of files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0


def export(
    publication: Publication,
    output: Path | str,
    *,
    jobs: int | None = 1,
    listen: Callable[[int, int], object] = lambda done, total: None,
) -> Export:
    """Write every document, and its packed forms beside it, into `output`: a folder, or an address.

    Media, which are compressed as they are, have no other form. With them are the rules for hosts,
    which are no document: no host shows them. `jobs` processes write (threads, where it is far),
    None for as many as are worth it: each process opens the index that the settings name.
    `listen` is told, again and again, how many documents of how many that are to be written are.
    Raises ExportError where the feeds are private, where a file is in the way that no export
    wrote (naming each, with nothing written), or where what is to be written can't be.
    """
    if publication.settings.access:
        what = "the feeds are private: a host of files would show them to everybody"
        raise ExportError(str(output), what, "serve them")
    store = open_store(str(output))
    try:
        with store.hold() as lock:
            return _export(publication, store, jobs, listen, lock)
    except OSError as error:
        place = error.filename2 or error.filename or store.place
        raise ExportError(str(place), "can't be written", error.strerror or "") from error


def _export(
    publication: Publication,
    store: Store,
    jobs: int | None,
    listen: Callable[[int, int], object],
    lock: int | None,
) -> Export:
    before = store.read()
    wants_rules = publication.settings.headers_file and store.takes_rules
    rules = {RULES: write_rules(publication)} if wants_rules else {}
    after, pending = _compare(publication, store, before, rules)
    new = rules.keys() - after.keys()
    report = Export(unchanged=len(after))
    if not pending and not new and len(after) == len(before):
        return report
    # Should this run be killed, the next one must know which files may be its own.
    names = (
        name_variant(name_file(path), encoding)
        for path, encodings in pending.items()
        for encoding in encodings
    )
    store.begin(before | after | dict.fromkeys(chain(new, names), Written()))
    tasks = _plan_again(publication, pending)
    done, total = 0, len(pending)
    for number, written in _write(publication, store, tasks, jobs, lock, total):
        after |= written
        store.note(written)
        report.written += len(written)
        done += number
        listen(done, total)
    for name in new:
        size = store.put(name, [rules[name]], PLAIN, None)
        after[name] = Written(_digest(rules[name]), size)
        report.written += 1
    report.removed = store.remove(before.keys() - after.keys())
    store.finish(after)
    return report


def _compare(
    publication: Publication, store: Store, before: Manifest, rules: dict[str, bytes]
) -> tuple[Manifest, dict[str, tuple[Encoding, ...]]]:
    """Return the files that are as they should be, and the paths to be written in which encodings.

    The versions of these are recorded. Raises ExportError where something is in the way.
    """
    same: Manifest = {}
    pending: dict[str, tuple[Encoding, ...]] = {}
    strangers: set[str] = set()

    def is_same(name: str, version: str) -> bool:
        written = before.get(name)
        if written and written.version == version and store.has(name, written):
            same[name] = written
            return True
        if not written:
            strangers.update(store.find_strangers(name))
        return False

    def find_changed() -> Iterator[Document]:
        for document in publication.documents():
            packed = () if document.format == "media" else publication.settings.encodings
            name = name_file(document.path)
            missing = tuple(
                encoding
                for encoding in ("identity", *packed)
                if not is_same(name_variant(name, encoding), store.name_version(document, encoding))
            )
            if missing:
                pending[document.path] = missing
                yield document

    changed = find_changed()
    while share := list(islice(changed, SHARE)):
        with suppress(IndexUnusable):  # then files have the date of their writing
            publication.record(share)
    for name, body in rules.items():
        is_same(name, _digest(body))
    if strangers:
        raise ExportError(
            store.place,
            "files are in the way that no export wrote",
            f"{', '.join(sorted(strangers))}; move them, or export elsewhere",
        )
    return same, pending


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


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
            yield publication.date(document), pending.pop(document.path)


def _choose_jobs(documents: int) -> int:
    """Choose how many processes write."""
    return min(len(os.sched_getaffinity(0)), MOST_JOBS, max(1, documents // LEAST_WORK))


def _write(
    publication: Publication,
    store: Store,
    tasks: Iterator[Task],
    jobs: int | None,
    lock: int | None,
    total: int,
) -> Iterator[tuple[int, Manifest]]:
    """Write documents; yield how many, and their files, as they are."""
    if lock is not None and jobs is None:
        jobs = _choose_jobs(total)
    if jobs == 1:
        make_room(publication)
        for task in tasks:
            yield 1, write_document(publication, store, task)
        return
    team: Team | Crew = (
        Crew(jobs or PUTS, make_room(publication), store)
        if lock is None
        else Team(jobs or 1, publication.settings, store, lock)
    )
    with closing(team):
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
