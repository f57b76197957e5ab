"""One error tree; a message reads `place: what: why`.

What a user can cause is a `FeedsvcError`; anything else that escapes is a bug.
"""

import copyreg
from typing import Any

__all__ = [
    "ArticleError",
    "BadValue",
    "ExportError",
    "FeedsvcError",
    "FetchError",
    "FolderError",
    "HubError",
    "IndexDamaged",
    "IndexMissing",
    "IndexUnusable",
    "LogError",
    "MediumRefused",
    "NoValue",
    "NotPublic",
    "ServeError",
    "SettingsError",
    "Superseded",
]


class FeedsvcError(Exception):
    """Base of all: what is wrong at which place, and why."""

    def __init__(self, place: str, what: str, why: str = "") -> None:
        self.place, self.what, self.why = place, what, why
        super().__init__(": ".join(part for part in (place, what, why) if part))

    def __reduce__(self) -> Any:
        # An exception goes to another process as its message, which ours aren't made of.
        new = copyreg.__newobj__  # type: ignore[attr-defined]  # typeshed lacks it
        return new, (type(self), *self.args), self.__dict__


class BadValue(FeedsvcError):
    """A value that can't be used; who raises it doesn't know the place, who catches it does."""

    def __init__(self, what: str, why: str = "") -> None:
        super().__init__("", what, why)


class NoValue(BadValue):
    """A value that says that there is none: as if it weren't there."""


class MediumRefused(BadValue):
    """A file beside an article that can't be published: that costs the article no more than it."""


class ArticleError(FeedsvcError):
    """An article that is refused: its file, the line (from 1), the field, what and why."""

    def __init__(self, path: str, line: int, field: str, what: str, why: str = "") -> None:
        self.path, self.line, self.field = path, line, field
        super().__init__(f"{path}:{line}: {field}", what, why)


class SettingsError(FeedsvcError):
    """All faults of the settings, a line each."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("", "\n".join(faults))


class FolderError(FeedsvcError):
    """The folder of articles can't be read at all."""


class IndexMissing(FeedsvcError):
    """Nothing was ingested yet."""


class IndexUnusable(FeedsvcError):
    """The index can't be opened or written."""


class IndexDamaged(IndexUnusable):
    """The index file is no database, or a broken one."""


class Superseded(FeedsvcError):
    """The text that a document was planned from is gone: plan it again."""


class ExportError(FeedsvcError):
    """The export can't be written."""


class LogError(FeedsvcError):
    """An access log can't be read."""


class ServeError(FeedsvcError):
    """The server can't start."""


class HubError(FeedsvcError):
    """A hub can't be told of a topic; it is to be told again `after` so many seconds, if it says.

    Where it is that topic that was `refused`, it may be told of others.
    """

    def __init__(
        self, hub: str, what: str, why: str = "", *, after: float = 0, refused: bool = False
    ) -> None:
        self.after, self.refused = after, refused
        super().__init__(hub, what, why)


class NotPublic(FeedsvcError):
    """A document isn't what anybody gets at its address."""


class FetchError(FeedsvcError):
    """A document can't be fetched from its address."""
