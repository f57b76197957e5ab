"""Facets: the kinds of feeds beside the main one, and the path that each label's feed has.

A facet is its path: labels that differ only in case, spacing or punctuation share a feed; `C`,
`C++`, `C#` and `.NET` don't. A path never changes, whatever other labels there are.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from feedsvc.model import Article

__all__ = ["KINDS", "list_facets", "locate", "make_slug"]

KINDS = ("category", "author", "language")
"""In the order in which they are listed."""

LONGEST = 128
"""Bytes of a slug: a file system's names have up to 255, with eCryptfs 143; a page's name may need
13 more."""

# What tells names apart that are the same without it: C++, C#, R&D, .NET. A # that begins a word
# is a hashtag's, and three dots are an omission's.
_SPOKEN = {"+": "plus", "&": "and", "@": "at", "%": "percent", "#": "sharp", "♯": "sharp"}
_SPEAK = re.compile(r"[+&@%♯]|(?<=[^\W_])#+")
_DOT = re.compile(r"(?<![\w.])\.(?=[^\W_])")
_FINAL_SIGMA = re.compile("(?<=.)σ$")

_JOINERS = "\u200c\u200d"  # they make other words in Persian, and one emoji of several
# Signs and format characters that tell emoji apart: of skin, of the flags of England and Wales.
_MODIFIERS = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # the same, drawn another way


def locate(kind: str, label: str) -> str:
    """Return the path of the feed of a label, which ends in a slash: `category/c-plus-plus/`.

    The label of a language is its tag.
    """
    return f"{kind}/{label if kind == 'language' else make_slug(label)}/"


def list_facets(article: Article, kinds: Collection[str], language: str) -> dict[str, str]:
    """Return the paths of the feeds that an article is in, each with its label for it.

    Of the `kinds` that have feeds; `language` is the feed's, where the article has none of its
    own.
    """
    labels = []
    if "category" in kinds:
        labels += [("category", label) for label in article.categories]
    if "author" in kinds:
        labels += [("author", person.name) for person in article.authors]
    if "language" in kinds:
        labels.append(("language", article.language or language))
    return {locate(kind, label): label for kind, label in reversed(labels)}


@lru_cache(maxsize=4096)
def make_slug(label: str) -> str:
    """Make of any text what is readable in a path: letters of every script, marks, digits, emoji.

    Lower case, words parted by hyphens, never empty, NFC, at most LONGEST bytes in UTF-8. The
    slug of a slug is itself.
    """
    text = "".join(character for character in label if not _is_invisible(character))
    # Not casefold, which spells German wrong. İ is an i; with its dot apart, only to Unicode.
    text = re.sub("i\u0307+", "i", unicodedata.normalize("NFKC", text).lower())
    spoken = _SPEAK.sub(lambda match: f" {_SPOKEN[match[0][0]]} ", _DOT.sub(" dot ", text))
    parted = "".join(character if _is_kept(character) else " " for character in spoken)
    words = (word.strip(_JOINERS) for word in unicodedata.normalize("NFC", parted).split())
    slug = "-".join(_end_in_sigma(word) for word in words if word)
    if not slug:
        signs = "".join(text.split()) or label or "\0"
        slug = "-".join(f"u{ord(sign):04x}" for sign in signs)
    if len(slug.encode()) <= LONGEST:
        return slug
    digest = hashlib.blake2b(slug.encode(), digest_size=4).hexdigest()
    return f"{make_slug(slug.encode()[: LONGEST - 9].decode(errors='ignore'))}-{digest}"


def _is_invisible(character: str) -> bool:
    if character in _JOINERS or _MODIFIERS.match(character):
        return False
    return unicodedata.category(character) == "Cf" or bool(_VARIANTS.match(character))


def _is_kept(character: str) -> bool:
    """Tell what stays: unassigned characters too, most of which are a newer Unicode's emoji."""
    category = unicodedata.category(character)
    known = category[0] in "LMN" or category in ("So", "Cn")
    return known or character in _JOINERS or bool(_MODIFIERS.match(character))


def _end_in_sigma(word: str) -> str:
    """Spell a Greek word by its letters alone: as capitals, both forms of sigma are the same."""
    return _FINAL_SIGMA.sub("ς", word.replace("ς", "σ")) if "σ" in word or "ς" in word else word
