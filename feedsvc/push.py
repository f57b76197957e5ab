"""Push: hubs are told what has changed, each by a thread of its own.

A hub that is down, or keeps silent, delays nothing but itself. Nothing is lost when this ends:
what a hub has yet to hear of is in the index.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from time import monotonic

from msgspec import Struct

from feedsvc.agenda import Agenda, forget_others
from feedsvc.errors import FeedsvcError, HubError, NotPublic, Superseded
from feedsvc.index import MAIN, Index
from feedsvc.index.engines import open_index
from feedsvc.model import Document
from feedsvc.publication import Publication
from feedsvc.settings import Settings
from feedsvc.websub import Publisher, listens, verify_public

__all__ = ["Outcome", "Push", "tell_hubs"]

PUBLIC = 0.25
"""Seconds after a commit in which all who serve have seen it."""

STEP = 0.05
"""Seconds between two looks whether a server has started."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 600.0
"""Seconds before a hub that failed is tried again: twice as long each time."""

PATIENCE = 30.0
"""Seconds for which a command goes on with a hub that fails."""

LONGEST_END = 1.0
"""Seconds that are waited for who is telling a hub, before it is left."""


class Push:
    """Tells the hubs of the settings of each commit to `index`, until `close`.

    Where the server is known that serves them, by the address `served_at`, it has to be there.
    `complain` is called when a hub can't be told, and when that is over.
    """

    def __init__(
        self, index: Index, served_at: str | None, complain: Callable[[str], None]
    ) -> None:
        self._index, self._served_at, self._complain = index, served_at, complain
        self._heralds: dict[str, _Herald] = {}

    def announce(self, settings: Settings) -> None:
        """Have hubs told of what has just been committed by these settings; waits for none."""
        for hub in self._heralds.keys() - set(settings.hubs):
            self._heralds.pop(hub).end()
        with suppress(FeedsvcError):  # after the next commit, then
            forget_others(settings, self._index)
        for hub in settings.hubs:
            if herald := self._heralds.get(hub):
                herald.hear(settings)
            else:
                herald = _Herald(hub, settings, self._served_at, self._complain)
                self._heralds[hub] = herald
                herald.start()

    def close(self) -> None:
        """Tell no more."""
        for herald in self._heralds.values():
            herald.end()
        limit = monotonic() + LONGEST_END
        for herald in self._heralds.values():
            herald.join(max(limit - monotonic(), 0))


class _Herald(threading.Thread):
    """Tells one hub, however long it takes."""

    def __init__(
        self,
        hub: str,
        settings: Settings,
        served_at: str | None,
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(daemon=True)
        self._hub, self._served_at, self._complain = hub, served_at, complain
        self._news, self._ending = threading.Event(), threading.Event()
        self._trouble = ""
        self.hear(settings)

    def hear(self, settings: Settings) -> None:
        """Hear of a commit."""
        self._settings, self._public_at = settings, monotonic() + PUBLIC
        self._news.set()

    def end(self) -> None:
        """End as soon as the hub lets go."""
        self._ending.set()
        self._news.set()

    def run(self) -> None:
        """Tell the hub of each commit."""
        agenda, settings, pause = None, self._settings, FIRST_PAUSE
        with (
            closing(open_index(settings.database)) as index,
            closing(Publisher(self._hub)) as publisher,
        ):
            while not self._ending.is_set():
                try:
                    if agenda is None or self._news.is_set():
                        self._news.clear()
                        self._await_servers()
                        if self._ending.is_set():
                            break
                        if agenda is None or settings != self._settings:
                            settings = self._settings
                            agenda = Agenda(Publication(settings, index), self._hub)
                        agenda.renew()
                    if agenda.is_done:
                        self._tell("")
                        publisher.close()
                        self._news.wait()
                    else:
                        agenda.tell_next(publisher)
                        pause = FIRST_PAUSE
                except HubError as error:
                    self._tell(str(error))
                    self._ending.wait(error.after or pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
                except FeedsvcError:  # of the index: whoever ingests tells of it
                    self._news.set()
                    self._ending.wait(FIRST_PAUSE)

    def _await_servers(self) -> None:
        """Wait until the last commit is public."""
        self._ending.wait(self._public_at - monotonic())
        while self._served_at and not listens(self._served_at):
            if self._ending.wait(STEP):
                break

    def _tell(self, trouble: str) -> None:
        """Tell a trouble when it begins, and when it is over."""
        if trouble and trouble != self._trouble:
            self._complain(f"feedsvc: {trouble}")
        elif self._trouble and not trouble:
            self._complain(f"feedsvc: over: {self._trouble}")
        self._trouble = trouble


class Outcome(Struct, frozen=True):
    """What a hub was told: of how many documents, and how many feeds it has yet to hear of.

    `trouble` is what keeps it from that, `hidden` are those that aren't public yet.
    """

    hub: str
    told: int
    waiting: int
    trouble: HubError | None
    hidden: tuple[NotPublic, ...]


def tell_hubs(publication: Publication) -> list[Outcome]:
    """Tell each hub of the settings what it has yet to hear of, if that is public.

    A hub that fails is tried again for a while. Raises the index's errors.
    """
    forget_others(publication.settings, publication.index)
    hubs = dict.fromkeys(publication.settings.hubs)
    ending = threading.Event()
    with ThreadPoolExecutor(len(hubs) or 1) as pool:
        try:
            return list(pool.map(partial(_tell_hub, publication, ending), hubs))
        finally:
            ending.set()


def _tell_hub(publication: Publication, ending: threading.Event, hub: str) -> Outcome:
    def verify(address: str, document: Document) -> None:
        try:
            body = publication.body(document)
        except Superseded as error:
            raise NotPublic(address, "not public yet", "it has just changed") from error
        verify_public(address, body)

    agenda = Agenda(publication, hub, verify)
    pause, limit, trouble = FIRST_PAUSE, float("inf"), None
    with closing(Publisher(hub)) as publisher:
        agenda.renew()
        # The main feed is uploaded last, and tried first.
        while not (agenda.is_done or MAIN in agenda.hidden or ending.is_set()):
            try:
                agenda.tell_next(publisher)
                pause, limit = FIRST_PAUSE, float("inf")
            except HubError as error:
                wait, limit = error.after or pause, min(limit, monotonic() + PATIENCE)
                if monotonic() + wait > limit:
                    trouble = error
                    break
                ending.wait(wait)
                pause *= 2
    hidden = tuple(agenda.hidden.values())
    return Outcome(hub, agenda.told, agenda.waiting, trouble, hidden)
