"""Live: ingests what changes in a folder, for as long as it runs.

No fault ends it: that is told once, and again when it is over; what is published stays.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from feedsvc.errors import FeedsvcError, FolderError, IndexMissing, SettingsError
from feedsvc.events import REST, Events, Rest
from feedsvc.folder import is_open
from feedsvc.index import Index
from feedsvc.ingest import ingest
from feedsvc.keeping import Keeper
from feedsvc.model import Finding
from feedsvc.publication import Publication
from feedsvc.records import has_articles
from feedsvc.report import Report, show_finding
from feedsvc.settings import CONFIG, Settings

__all__ = ["Live"]

TICK = 1.0
"""Seconds after which is looked at what no event tells of."""

TURN = 0.2
"""Seconds between two tries to take the lead."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a run that failed is tried again: twice as long each time."""

MOST_CHANGES = 1000
"""Changes at once of which more make a run look at everything: some may have gone untold."""


class Live:
    """The watch over the folder of `settings`, which `load` loads again from the file `config`.

    `say` is called with a line for each run that changed something, `complain` with each fault;
    each run goes on within a `progress`, which takes how far it is. `announce` is called with the
    settings of each edition that is new, or is found.
    """

    def __init__(
        self,
        settings: Settings,
        index: Index,
        *,
        load: Callable[[], Settings],
        config: Path,
        say: Callable[[str], None],
        complain: Callable[[str], None],
        progress: Callable[[], AbstractContextManager[Callable[[int], None]]],
        announce: Callable[[Settings], None],
        allow_empty: bool = False,
        jobs: int | None = None,
    ) -> None:
        self._settings, self._index = settings, index
        self._load, self._config, self._config_looks = load, config, (0, 0)
        self._say, self._complain, self._allow_empty = say, complain, allow_empty
        self._jobs, self._progress, self._announce = jobs, progress, announce
        self._rest = Rest()
        self._troubles: dict[str, str] = {}
        self._told: str | None = None
        self._refused: set[Finding] = set()
        self._settled = -1
        self._pending: set[str] | None = None
        """What is to be looked at; None: everything."""
        self._rescan_at = self._retry_at = 0.0
        self._had_index = False
        self._pause = FIRST_PAUSE
        self._due = 0.0
        self._keeper = Keeper()
        self._events: Events | None = None
        self._roots: dict[str, tuple[int, int] | None] = {}

    def run(self) -> None:
        """Watch until SIGTERM or SIGINT; SIGHUP lets it look at everything.

        While another process watches, wait to take over.
        """
        signal.signal(signal.SIGHUP, lambda *_: self._ask_rescan())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _interrupt)
        with suppress(KeyboardInterrupt):
            while True:
                if self._is_away():
                    gone = f"{self._settings.folder}: articles and index are gone"
                    self._tell("empty", f"{gone}; what was published stays")
                else:
                    self._try_to_lead()
                time.sleep(TURN)
        self._keep(now=True)

    def _try_to_lead(self) -> None:
        try:
            with self._index.lead() as leads:
                self._tell("lead", "")
                while leads and not self._is_away():
                    self._step()
        except FeedsvcError as error:
            self._tell("lead", str(error))

    def _ask_rescan(self) -> None:
        self._rescan_at = 0.0
        if self._events:
            self._events.wake()

    def _step(self) -> None:
        """Do what is to be done now, and wait for more."""
        events = self._attend_folder()
        self._attend_settings()
        if not self._has_work():
            self._keep()
        elif time.monotonic() >= self._retry_at:
            self._run()
        events.hidden = frozenset(
            finding.path[:-1] for finding in self._refused if finding.path.endswith("/")
        )
        changed = events.wait(self._wait_for())
        if "" in changed or changed & events.hidden:
            events.close()
            self._events = None
        elif self._pending is not None:
            many = len(changed) > MOST_CHANGES
            self._pending = None if many else self._pending | (changed - {CONFIG})

    def _attend_folder(self) -> Events:
        """Return what watches the folder: another, where that is another one now, or is new."""
        folder, outer = self._settings.folder, self._settings.outer
        roots = {name: _identify(os.path.join(folder, name)) for name in ("", *outer)}
        if self._events is None or roots != self._roots:
            if self._events:
                self._events.close()
            self._events = Events(folder, outer)
            self._roots, self._pending, self._retry_at = roots, None, 0.0
        deaf = self._events.fault if roots[""] else ""
        self._tell("events", deaf and f"{folder}: {deaf}; changes are seen at rescans only")
        return self._events

    def _attend_settings(self) -> None:
        """Take over the settings' file where it has changed, rests, and is good."""
        looks = _look(self._config)
        if looks == self._config_looks or 0 <= time.time_ns() - looks[1] < REST:
            return
        self._config_looks = looks
        try:
            settings = self._load()
        except FolderError:  # the run will tell
            return
        except SettingsError as error:
            self._tell("settings", f"the settings stay as they were:\n{error}")
            return
        moved = settings.database != self._settings.database
        self._tell("settings", "database: to be changed by a new start only" if moved else "")
        settings = replace(settings, database=self._settings.database)
        if settings != self._settings:
            self._settings, self._pending, self._settled = settings, None, -1

    def _is_away(self) -> bool:
        """Whether the articles went with the index: a new one would withdraw them."""
        if self._index.exists():
            self._had_index = True
            return False
        had = self._had_index and not self._allow_empty
        return had and not has_articles(self._settings)

    def _has_work(self) -> bool:
        self._due = float("inf")
        if time.monotonic() >= self._rescan_at or self._index.is_suspect():
            self._pending = None
        try:
            self._index.revision()
            self._due = self._index.next_due() or self._due
        except IndexMissing:  # it is new, or was taken away
            self._pending, self._told = None, None
        except FeedsvcError:  # the run will tell
            self._pending = None
        return self._pending is None or bool(self._pending) or self._due <= time.time()

    def _wait_for(self) -> float:
        """Return the seconds until there may be something to do."""
        if self._pending is None:
            return min(TICK, self._retry_at - time.monotonic())
        if self._pending or _look(self._config) != self._config_looks:
            return REST / 10**9
        return min(TICK, self._due - time.time())

    def _run(self) -> None:
        """Ingest what is pending; where it fails, try it again later, and look at everything."""
        changed, now = self._pending, datetime.now(UTC)
        self._rest.turn()
        try:
            with self._progress() as advance:
                report = ingest(
                    self._settings,
                    self._index,
                    now,
                    changed=changed,
                    allow_empty=self._allow_empty,
                    lead=True,
                    rests=self._rest.has_come,
                    advance=advance,
                    jobs=self._jobs,
                )
            revision = self._index.revision()
            if revision != self._settled:
                Publication(self._settings, self._index).settle(now)
                self._announce(self._settings)
            refused = set(self._index.refused())
        except (FeedsvcError, OSError) as error:
            self._tell("run", str(error))
            self._pending, self._retry_at = None, time.monotonic() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            return
        self._tell("run", "")
        if damage := report.tell_damage():
            self._complain(f"feedsvc: {damage}")
        for finding in sorted(refused - self._refused):
            self._complain(show_finding(self._settings.folder, finding))
        self._tell_report(report, first=self._settled == -1)
        self._pending, self._pause = set(report.restless), FIRST_PAUSE
        self._refused, self._settled = refused, revision
        self._due = 0.0  # to be asked for again at once
        if changed is None:
            minutes = self._settings.rescan_minutes or float("inf")
            self._rescan_at = time.monotonic() + 60 * minutes
        if changed is None or changed:
            self._tell("empty", report.tell_kept(self._settings.folder))

    def _keep(self, *, now: bool = False) -> None:
        """Keep the file of identities up to date."""
        with suppress(FeedsvcError):  # the next run will tell
            self._tell("ids", self._keeper.keep(self._settings.folder, self._index, now=now))

    def _tell_report(self, report: Report, *, first: bool) -> None:
        """Tell what a run did: the first of all, or by these settings, and each that did any."""
        told = report.tell() if first else report.tell_change()
        if told:
            self._say(f"{self._settings.folder}: {told}")

    def _tell(self, kind: str, trouble: str) -> None:
        """Tell a trouble of a kind when it begins and when it is over, here and in the index."""
        before = self._troubles.get(kind, "")
        if trouble and trouble != before:
            self._complain(f"feedsvc: {trouble}")
        elif before and not trouble:
            self._complain(f"feedsvc: over: {before.splitlines()[0]}")
        self._troubles[kind] = trouble
        folder = self._settings.folder
        # Anybody may ask for it: it is no business of theirs where the folder lies.
        told = "\n".join(filter(None, self._troubles.values())).replace(folder, Path(folder).name)
        if told != self._told and kind != "lead" and self._index.exists():
            with suppress(FeedsvcError), self._index.transaction():
                self._index.tell(told)
                self._told = told


def _interrupt(*_: object) -> None:
    """End, once: a second signal must not disturb the end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _identify(folder: str) -> tuple[int, int] | None:
    """Return which folder it is, None where it can't be read."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if is_open(folder) else None


def _look(file: Path) -> tuple[int, int]:
    """Return a file's size and mtime."""
    try:
        status = os.stat(file)
    except OSError:
        return -1, 0
    return status.st_size, status.st_mtime_ns
