"""Terms: what of the settings goes with an edition, so that all who serve it give the same bytes.

Whoever ingests packs them, whoever serves takes them over; where things are, how much memory
there is, and how much may be asked for, is each one's own.
"""

import msgspec
from msgspec.structs import asdict

from feedsvc.settings import Settings

__all__ = ["pack_terms", "take_terms"]

_OWN = (
    "folder",
    "folders",
    "database",
    "cache_mb",
    "rescan_minutes",
    "stale_minutes",
    "metrics",
    "headers_file",
    "polls_per_hour",
)


def pack_terms(settings: Settings) -> str:
    """Pack the settings for the index."""
    terms = {name: value for name, value in asdict(settings).items() if name not in _OWN}
    return msgspec.json.encode(terms, order="sorted").decode()


def take_terms(settings: Settings, packed: str) -> Settings:
    """Return `settings` with all that was packed; as they are where nothing was.

    Nor is anything taken that another version packed, whose settings were others: whoever
    ingests is soon of this one too.
    """
    own = {name: getattr(settings, name) for name in _OWN}
    try:
        terms = msgspec.json.decode(packed or "{}")
        return msgspec.convert(msgspec.to_builtins(settings) | terms | own, Settings)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return settings
