"""Trackers: pictures that show nothing and tell somebody who reads; and icons, which say little."""

import re
from collections.abc import Mapping

__all__ = ["is_icon", "is_tracker"]

SMALLEST = 64
"""Pixels; what is said to be smaller is an icon."""

# Where there is nothing but beacons, at the domain or below it; and what they are called.
_BEACON = re.compile(
    r"(?:https?:)?//(?:(?:[^/?#]+\.)?(?:"
    r"2o7\.net|chartbeat\.(?:com|net)|doubleclick\.net|feedsportal\.com|google-analytics\.com"
    r"|googletagmanager\.com|hotjar\.com|list-manage\.com/track|met\.vgwort\.de|quantserve\.com"
    r"|scorecardresearch\.com|statcounter\.com)[/:?#]"
    r"|(?:bat\.bing\.com|ga-beacon\.appspot\.com|(?:pixel|stats)\.wp\.com|px\.ads\.linkedin\.com)/"
    r"|www\.facebook\.com/tr\b|t\.co/i/|feeds\.feedburner\.com/~|medium\.com/_/stat\b"
    r"|blogger\.googleusercontent\.com/tracker/|[^/?#]+/(?:[^?#]*/)?(?:matomo|piwik)\.php\b)",
    re.I,
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)",
    re.I,
)
_BLANK = "data:image/gif;base64,R0lGODlhAQAB"
_SIZE = re.compile(r"\s*([0-9]+)(?![0-9]*\s*%)")
_ICON = re.compile(
    r"/(?:smil|emoji|icons?/|favicon|avatar|badges?/|wp-includes/images/)|//img\.shields\.io/"
    r"|//s\.w\.org/images/core/emoji/|//(?:\w+\.)?gravatar\.com/",
    re.I,
)


def is_tracker(attributes: Mapping[str, str]) -> str:
    """Return by which rule a picture is a beacon, "" where it is none."""
    source = attributes.get("src", "").strip()
    if any(size <= 1 for size in _measure(attributes)):
        return "it is a pixel wide or high"
    if _HIDDEN.search(attributes.get("style", "")):
        return "it is hidden"
    if source.startswith(_BLANK):
        return "it is blank"
    return "its address is a beacon's" if _BEACON.match(source) else ""


def is_icon(attributes: Mapping[str, str]) -> bool:
    """Whether a picture is too small, or of a kind, to stand for its article."""
    small = any(size < SMALLEST for size in _measure(attributes))
    return small or _ICON.search(attributes.get("src", "")) is not None


def _measure(attributes: Mapping[str, str]) -> list[int]:
    matches = (_SIZE.match(attributes.get(name, "")) for name in ("width", "height"))
    return [int(match[1]) for match in matches if match]
