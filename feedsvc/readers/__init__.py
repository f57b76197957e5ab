"""Readers: one module per source format, one contract: the bytes of a file -> Reading.

A reader is pure: it opens nothing, knows no clock and no other article. Of the files beside the
article it asks a `Find`. What it can't use it refuses with ArticleError; what it repairs or
leaves out it says in the Reading.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from posixpath import splitext

import msgspec

from feedsvc.model import Finding, Reading
from feedsvc.readers.media import Find, find_nothing
from feedsvc.readers.text import read_text
from feedsvc.settings import Settings

__all__ = ["READERS", "VERSION", "digest_rules", "is_article", "read"]

VERSION = 2
"""To be raised when a reader makes something else of the same file: all are read again then."""

READERS: dict[str, Callable[[str, bytes, Settings, Find], Reading]] = {".txt": read_text}

_LANGUAGE = re.compile(r"\.([a-z]{2}(?:-[A-Z]{2}|-[A-Z][a-z]{3})?)\.\w+$")
# ISO 639-1, each code followed by a space.
_LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu "
    "cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi "
    "ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks "
    "ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl "
    "nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
    "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve "
    "vi vo wa wo xh yi yo za zh zu "
)


def is_article(path: str) -> bool:
    """Whether a reader is there for a file of this name."""
    dot = path.rfind(".")
    return dot > 0 and path[dot - 1] != "/" and path[dot:].lower() in READERS


def read(path: str, data: bytes, settings: Settings, find: Find = find_nothing) -> Reading:
    """Read the file `path` (relative to the folder, for its suffix and for messages).

    `find` finds the files beside it.
    Raises ArticleError with the line and the field that can't be used.
    """
    reading = READERS[splitext(path)[1].lower()](path, data, settings, find)
    match = _LANGUAGE.search(path)
    if match is None or f"{match[1][:2]} " not in _LANGUAGES or reading.article.language:
        return reading
    rule = Finding(path, 1, "language", match[1], "from the file name")
    return msgspec.structs.replace(
        reading,
        article=msgspec.structs.replace(reading.article, language=match[1]),
        rules=(*reading.rules, rule),
    )


def digest_rules(settings: Settings) -> str:
    """Digest all that decides what is made of a file: where it differs, all are read again."""
    rules = (
        VERSION,
        settings.timezone,
        settings.default_time,
        settings.boilerplate,
        settings.labels,
        settings.max_article_bytes,
        settings.max_media_bytes,
        settings.language,
        settings.facets,  # what has no feed isn't in the index
        unicodedata.unidata_version,  # slugs are made by it
    )
    return hashlib.blake2b(repr(rules).encode(), digest_size=16).hexdigest()
