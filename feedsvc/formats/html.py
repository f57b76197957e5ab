"""The page for people: what the feed is, how to subscribe, the newest entries.

One self-contained document: no script, no request to anybody, its style allowed by digest.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from feedsvc.formats.phrases import choose_phrases
from feedsvc.model import Entry, Window

__all__ = ["policy", "render_page"]

TEMPLATES = Path(__file__).parent / "templates"


def render_page(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render the HTML page of a feed."""
    feed = window.feed
    locale = _choose_locale(feed.language)
    zone = ZoneInfo(feed.timezone)

    def show_date(moment: datetime) -> str:
        return format_date(moment.astimezone(zone), "long", locale)

    page = _template().render(
        feed=feed,
        entries=entries,
        phrases=choose_phrases(feed.language),
        style=_style(),
        direction=_direct(feed.language),
        direct=_direct,
        show_date=show_date,
    )
    return page.encode()


@cache
def policy() -> str:
    """Return the Content-Security-Policy: the page's own style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> str:
    return (TEMPLATES / "page.css").read_text()


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html")


@cache
def _choose_locale(language: str) -> Locale:
    """Return the locale whose dates a language has; English's where it isn't known."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _direct(language: str) -> str:
    """Return the direction in which a language is written, for `dir`."""
    return str(_choose_locale(language).text_direction)
