"""Admission: what of a publication is for whom.

Where subscribers have tokens, all is private: each has an address of their own, which begins
with theirs, and for everybody else nothing is there. Files that articles name are for whoever
knows their address, which nobody can guess who hasn't the file.
"""

import threading
from collections import OrderedDict

from feedsvc.model import Document
from feedsvc.publication import Publication
from feedsvc.tokens import digest_token, part_token

__all__ = ["Admission"]

MOST_SUBSCRIBERS = 64
"""Subscribers whose plans are kept: those that asked last."""


class Admission:
    """Who may see what of `publication`. Safe to use from several threads."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication
        self._lock = threading.Lock()
        self._entered: OrderedDict[str, Publication] = OrderedDict()

    def find(self, path: str) -> tuple[Publication, Document | None]:
        """Return the document at a path, None where there is none for who asks, and whose it is.

        Raises as `Publication.document` does, which asks whether the settings are others by now:
        who finds one needn't ask once more.
        """
        public = self.publication
        was_private = bool(public.settings.access)
        document = None if was_private else public.document(path)
        names = public.settings.access if document else public.renew().access
        if not names and not was_private:
            return public, document
        if not names or path.startswith("/media/"):
            return public, public.document(path)
        token, rest = part_token(path)
        if digest_token(token) not in names:
            return public, None
        own = self._enter(token)
        return own, own.document(rest)

    def _enter(self, token: str) -> Publication:
        with self._lock:
            if token not in self._entered:
                self._entered[token] = self.publication.enter(token)
            self._entered.move_to_end(token)
            if len(self._entered) > MOST_SUBSCRIBERS:
                self._entered.popitem(last=False)
            return self._entered[token]
