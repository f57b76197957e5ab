"""The agenda: the feeds that one hub has yet to hear of.

What a hub was told is in the index, so nothing is lost with this. A version is forgotten before
the hub is told of another one, which is remembered once it has heard: whoever is killed between
the two tells it again, even where the document is by then what it was before.
"""

import hashlib
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import msgspec

from feedsvc.errors import HubError, IndexUnusable, NotPublic
from feedsvc.feeds import list_changed
from feedsvc.formats import FEED_FORMATS, identify_renderer
from feedsvc.index import Hub, Index
from feedsvc.model import Document
from feedsvc.paths import Place
from feedsvc.publication import Publication
from feedsvc.settings import Settings
from feedsvc.terms import pack_terms
from feedsvc.websub import Publisher

__all__ = ["Agenda", "forget_others"]

FORMATS = tuple(name for name in FEED_FORMATS if name != "page")
"""What hubs are told of: nobody subscribes to pages; and not to archives."""

NOTHING = -1
"""The revision up to which a new hub has heard."""

PATIENCE = 30.0
"""Seconds for which others may write the index before we do."""


class Agenda:
    """What a hub is to be told of a publication.

    Each document is given to `verify` before, with its address: that raises NotPublic where it
    isn't what the hub would get there.
    """

    def __init__(
        self,
        publication: Publication,
        hub: str,
        verify: Callable[[str, Document], None] = lambda address, document: None,
    ) -> None:
        self._publication, self._hub, self._verify = publication, hub, verify
        self._index, self._root = publication.index, publication.settings.url
        self._terms = _digest_terms(publication.settings)
        self._feeds: dict[str, None] = {}
        self._heard = NOTHING
        self._seen: int | None = None
        """The revision up to which what has changed is, or was, on the agenda."""
        self._trouble = ""
        self.told = 0
        """Documents that the hub was told of."""
        self.hidden: dict[str, NotPublic] = {}
        """Feeds that the hub can't be told of, each with a document that isn't public."""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left that the hub can be told of."""
        return not self._feeds

    @property
    def waiting(self) -> int:
        """The number of feeds that the hub has yet to hear of."""
        return len(self._feeds) + len(self.hidden)

    def renew(self) -> None:
        """Put on it what has changed: before all else, the main feed first.

        That is every feed where the hub is new, or all documents may be others by now.
        """
        revision = self._index.revision()
        known = {hub.url: hub for hub in self._index.hubs(self._root)}.get(self._hub)
        if known is None or known.terms != self._terms:
            self._heard = self._seen = NOTHING
        elif self._seen is None:
            self._heard = self._seen = known.heard
        changed = list_changed(self._index, self._seen, revision)
        self._feeds = dict.fromkeys([*changed, *self._feeds])
        self._seen = revision
        self._note(self._trouble)

    def tell_next(self, publisher: Publisher) -> None:
        """Tell the hub of the next feed: of each document that isn't as it was told last.

        One that isn't public is hidden. Raises HubError where the hub isn't told: what it refused
        is now the last.
        """
        feed = next(iter(self._feeds))
        try:
            for format in FORMATS:
                self._tell(Place(format, feed).path, publisher)
        except NotPublic as error:
            self.hidden[feed] = error
        except HubError as error:
            if error.refused:
                self._feeds[feed] = self._feeds.pop(feed)
            self._note(str(error))
            raise
        del self._feeds[feed]
        self._note(self._trouble if self._feeds else "")

    def _tell(self, path: str, publisher: Publisher) -> None:
        document = self._publication.plan(path)
        topic = f"{self._root}{quote(path[1:])}"
        told = self._index.announced(self._hub, topic)
        if document and document.version == told:
            return
        if document:
            self._verify(topic, document)
        if told:
            _write(self._index, partial(self._index.retract, self._hub, topic))
        if document:
            publisher.publish(topic)
            record = partial(self._index.announce, self._hub, topic, document.version)
            _write(self._index, record)
            self.told += 1

    def _note(self, trouble: str) -> None:
        """Write how far the hub is, and what keeps it from going on."""
        if not self.waiting and self._seen is not None:
            self._heard = self._seen
        self._trouble = trouble
        hub = Hub(self._hub, self._heard, self._terms, self.waiting, trouble)
        _write(self._index, partial(self._index.keep_hub, self._root, hub))


def forget_others(settings: Settings, index: Index) -> None:
    """Forget the hubs that the settings don't name any more."""
    gone = {hub.url for hub in index.hubs(settings.url)} - set(settings.hubs)
    if gone:
        _write(index, partial(index.forget_hubs, settings.url, gone))


def _digest_terms(settings: Settings) -> str:
    """Digest what all documents depend on."""
    renderers = [identify_renderer(format) for format in FORMATS]
    terms = msgspec.msgpack.encode((pack_terms(settings), renderers))
    return hashlib.blake2b(terms, digest_size=16).hexdigest()


def _write(index: Index, write: Callable[[], None]) -> None:
    """Write the index as soon as nobody else does: whoever only serves isn't made to wait."""
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            with index.transaction():
                return write()
        except IndexUnusable:
            if time.monotonic() > limit:
                raise
        time.sleep(0.02)
