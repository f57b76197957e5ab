"""Facets: the kinds of feeds beside the main one, and the path that each label's feed has.

A facet is its path: labels that differ only in case, spacing or punctuation share a feed; `C`,
`C++`, `C#` and `.NET` don't. A path never changes, whatever other labels there are.
"""

import hashlib
import re
import unicodedata

__all__ = ["KINDS", "locate", "make_slug"]

KINDS = ("category", "author", "language")
"""In the order in which they are listed."""

LONGEST = 150
"""Bytes of a slug; what file systems take is 255, less where they encrypt names."""

# What tells names apart that are the same without it: C++, C#, R&D, .NET.
_SPOKEN = {"+": " plus ", "#": " sharp ", "&": " and ", "@": " at ", "%": " percent "}
_DOT = re.compile(r"(?<!\w)\.(?=\w)")
_JOINERS = "\u200c\u200d"  # they make other words in Persian, and one emoji of several
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_VARIANTS = re.compile("[\ufe00-\ufe0f]")  # the same emoji, drawn in black or in colour


def locate(kind: str, label: str) -> str:
    """Return the path of the feed of a label, which ends in a slash: `category/c-plus-plus/`."""
    return f"{kind}/{label if kind == 'language' else make_slug(label)}/"


def make_slug(label: str) -> str:
    """Make of any text what is readable in a path: letters of every script, marks, digits, emoji.

    Lower case, words parted by hyphens, never empty, NFC, at most LONGEST bytes.
    """
    # Not casefold, which spells Greek and German wrong.
    text = unicodedata.normalize("NFKC", label).lower().replace("i\u0307", "i")
    text = _DOT.sub(" dot ", text)
    text = "".join(_SPOKEN.get(character, character) for character in text)
    text = _VARIANTS.sub("", text)
    text = "".join(character if _is_kept(character) else " " for character in text)
    words = (word.strip(_JOINERS) for word in unicodedata.normalize("NFC", text).split())
    slug = "-".join(word for word in words if word)
    if not slug:
        slug = "-".join(f"{ord(character):x}" for character in label)
    if len(slug.encode()) <= LONGEST:
        return slug
    digest = hashlib.blake2b(slug.encode(), digest_size=4).hexdigest()
    return f"{slug.encode()[: LONGEST - 9].decode(errors='ignore').strip('-')}-{digest}"


def _is_kept(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "So" or character in _JOINERS + _SKIN_TONES
