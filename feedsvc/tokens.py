"""Tokens: the secrets in the addresses of private feeds.

What is kept of one is its digest: whoever reads the settings' edition, or a message, can't make
an address of it.
"""

import hashlib
import re

from feedsvc.errors import BadValue

__all__ = ["convert_access", "digest_token", "hide_token", "part_token"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_PATH = re.compile(rf"/({_TOKEN.pattern})(/.*)", re.S)


def convert_access(value: object) -> dict[str, str]:
    """Convert a table of tokens by subscriber to subscribers by the tokens' digests.

    As text, the entries are `NAME=TOKEN`, parted by white space.
    """
    if isinstance(value, str):
        value = dict(entry.partition("=")[::2] for entry in value.split())
    if not isinstance(value, dict):
        raise BadValue("not a table of tokens")
    names: dict[str, str] = {}
    for name, token in value.items():
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            why = "it takes 16 to 128 letters, digits, - or _"
            raise BadValue(f"not a token: that of {name!r}", why)
        digest = digest_token(token)
        if digest in names:
            raise BadValue("one token for two", f"{names[digest]!r} and {name!r}")
        names[digest] = name
    return names


def digest_token(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def part_token(path: str) -> tuple[str, str]:
    """Part a path that begins with a token into that and the path behind it; "" where none does."""
    found = _PATH.fullmatch(path)
    return (found[1], found[2]) if found else ("", path)


def hide_token(path: str) -> str:
    """Return a path as it may be told: without what could be a token."""
    token, rest = part_token(f"{path}/" if path.count("/") == 1 else path)
    return f"/-{rest}" if token else path
