"""Selection: whether an entry is published now, and if not, why.

Only what has a time changes by itself: it is published when its date comes, and expires. No
clock that is set back hides what was published.
"""

from datetime import UTC, datetime

from feedsvc.index import Row, State
from feedsvc.model import Finding

__all__ = ["decide_state", "explain_state", "is_due"]

_REASONS: dict[State, tuple[str, str, str]] = {
    "waiting": ("published", "in the future", "it waits until {until}"),
    "draft": ("draft", "not published", "it is a draft"),
    "unlisted": ("unlisted", "in no feed", "only its page is published"),
    "expired": ("expires", "not published any more", "it expired at {until}"),
}


def decide_state(row: Row, now: int, old: Row | None = None) -> State:
    """Decide the state that an entry with a file has at `now` (seconds); not of a draft.

    `old` is what it was before.
    """
    if 0 < row.expires <= now:
        return "expired"
    was_public = old is not None and old.seen and old.published == row.published
    if row.published > now and not was_public:
        return "waiting"
    return "published" if row.listed else "unlisted"


def is_due(row: Row, now: int) -> bool:
    """Whether the time has come for a row to be published, or to expire."""
    comes = row.state == "waiting" and row.published <= now
    return comes or (row.state in ("published", "unlisted", "waiting") and 0 < row.expires <= now)


def explain_state(row: Row) -> Finding | None:
    """Return what a person should know of a row's state, None where it is in the feeds."""
    if row.state not in _REASONS:
        return None
    field, what, why = _REASONS[row.state]
    moment = row.published if row.state == "waiting" else row.expires
    until = datetime.fromtimestamp(moment, UTC).isoformat()
    return Finding(str(row.path), 1, field, what, why.format(until=until))
