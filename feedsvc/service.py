"""The service: workers that serve the index of a folder, and a companion that keeps it up to date.

All of them start at once: what is in the index is served before the folder has been looked at.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from feedsvc.access import AccessLog, LogFile
from feedsvc.board import Board
from feedsvc.companion import Companion
from feedsvc.errors import FeedsvcError
from feedsvc.index import Index
from feedsvc.index.engines import open_index
from feedsvc.proxies import Network
from feedsvc.server import run
from feedsvc.settings import Settings

__all__ = ["serve"]

PUBLIC = ("", "atom.xml", "rss.xml", "feed.json", "feeds.opml")
PRIVATE = ("TOKEN/", "TOKEN/atom.xml", "TOKEN/rss.xml", "TOKEN/feed.json")
"""What people read when it has started."""


def serve(
    settings: Settings,
    ip: str,
    port: int,
    workers: int,
    ingest: Sequence[str] | None,
    access_log: str | None,
    trusted: Sequence[Network],
    say: Callable[[str], None],
    complain: Callable[[str], None],
    log_level: str,
) -> None:
    """Serve until stopped; `ingest` are the companion's arguments, None where there is to be none.

    `access_log` is its file, where there is to be one; `trusted` are proxies. `say` is called with
    what people are to read, `complain` with faults. `log_level` is the server's.
    """
    companion = Companion(ingest, say, complain) if ingest else None

    def announce() -> None:
        _await_edition(settings, companion)
        for path in PRIVATE if settings.access else PUBLIC:
            say(f"  {settings.url}{path}")
        say("Press Ctrl-C to stop.")

    def hang_up() -> None:
        if companion:
            companion.rescan()

    def end() -> None:
        if companion:
            companion.end()

    try:
        from feedsvc.web import create_app  # takes a while, in which the companion starts

        # Renewed workers may overlap with those before.
        board = Board(2 * workers) if settings.metrics else None
        make_app: Callable[..., Any] = partial(
            create_app, settings, follow=True, board=board, trusted=trusted
        )
        if access_log:
            LogFile(access_log).close()  # a fault is told before workers begin
            make_app = partial(_make_logged, make_app, access_log, trusted)
        has_media = partial(_ask, settings, lambda index: index.media_names("", 1))
        run(make_app, ip, port, workers, announce, has_media, hang_up, end, log_level)
    finally:
        end()


def _make_logged(
    make_app: Callable[..., Any], file: str, trusted: Sequence[Network], **options: Any
) -> AccessLog:
    return AccessLog(make_app(**options), LogFile(file), trusted)


_log = logging.getLogger("feedsvc")
_asking = threading.Lock()
# A worker that is forked while another thread is in the engine would wait for that for ever.
# What is registered last is locked first: after logging's own, as who asks may have to log.
os.register_at_fork(
    before=_asking.acquire, after_in_parent=_asking.release, after_in_child=_asking.release
)


def _ask(settings: Settings, question: Callable[[Index], Any]) -> bool:
    """Ask the index something, in a connection that no fork inherits."""
    try:
        with _asking, closing(open_index(settings.database)) as index:
            return bool(question(index))
    except FeedsvcError as error:
        _log.debug("%s", error)
        return False


def _await_edition(settings: Settings, companion: Companion | None) -> None:
    """Wait until there is an edition, and a moment for what the companion tells of a first one."""
    has_edition = partial(_ask, settings, lambda index: index.revision())
    if has_edition():
        return
    while not has_edition():
        time.sleep(0.02)
    if companion:
        companion.spoke.wait(1)
