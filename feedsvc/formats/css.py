"""The stylesheet that makes Atom and RSS readable where a browser shows them as XML.

Made of the feed's language alone; asks for nothing from anywhere.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from feedsvc.formats.phrases import choose_phrases
from feedsvc.languages import direct
from feedsvc.model import Entry, Window

__all__ = ["render_css"]

SOURCE = Path(__file__).parent / "templates" / "feed.css"


def render_css(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render the stylesheet of all feeds: says, in the feed's language, what a feed is."""
    phrases = choose_phrases(window.feed.language)
    words = f"""
/* In the feed's language. */

:root {{
  --about: {_quote(phrases.about)};
  --website: {_quote(phrases.website)};
  direction: {direct(phrases.language)};
}}
"""
    return (_source() + words).encode()


def _quote(text: str) -> str:
    """Return a CSS string (CSS Syntax Module, section 4.3.5)."""
    for character in '\\"':
        text = text.replace(character, f"\\{character}")
    return f'"{text}"'


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")
