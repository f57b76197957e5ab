"""Permalinks: the path of an article on its site, by a pattern, as its generator makes it.

Jekyll names an article after its file, Hugo after its title. Whose file it is is told by its path:
Jekyll's have a date in their name, or stand in a folder that an underscore begins.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, unquote_plus
from zoneinfo import ZoneInfo

from feedsvc.errors import BadValue
from feedsvc.patterns import Part, part_pattern
from feedsvc.readers.fields.addresses import Address
from feedsvc.readers.fields.filenames import FileName
from feedsvc.readers.fields.values import join_site
from feedsvc.readers.lines import Notes
from feedsvc.settings import Settings

__all__ = ["Page", "expand", "find_url"]


class Page(NamedTuple):
    """What a permalink is made of: the file's name, and what the article says.

    `published` is in the zone that it is written in.
    """

    name: FileName
    title: str
    slug: str
    published: datetime | None
    categories: tuple[str, ...]


def find_url(
    page: Page, address: Address, line: int, settings: Settings, notes: Notes
) -> str | None:
    """Return the URL that the article says, in that line, or that its site's permalinks make.

    None where neither is known: it gets a page here, and who set a pattern is told why.
    """
    if address.url:
        return address.url
    if said := address.path or (address.pattern if not settings.site_url else ""):
        notes.find(line, "url", "of no site", f"{said}; it gets a page here until site_url is set")
        return None
    if not (pattern := address.pattern or settings.permalink):
        return None
    try:
        url = join_site(expand(pattern, page, settings), settings)
    except BadValue as fault:
        notes.find(line, "url", fault.what, f"{fault.why}; it gets a page here")
        return None
    maker = "Jekyll" if page.name.jekylls else "Hugo"
    notes.tell(line, "url", url or "", f"by the permalink {pattern}, as {maker} makes it")
    return url


def expand(pattern: str, page: Page, settings: Settings) -> str:
    """Return the path of an article, which begins with a slash.

    Raises BadValue where the pattern can't be read, or the article lacks what it asks for.
    """
    parts = part_pattern(pattern)
    written = "".join(part.text or _fill(part, page, settings) for part in parts)
    if not page.name.jekylls:
        # Hugo takes the whole for a query that is to be read, then cleans it again.
        cleaned = "/".join(map(_sanitize, unquote_plus(written).split("/")))
        written = quote(cleaned, safe=_PATH)
    # Where a segment is empty, as without a category, both generators leave it out.
    segments = [segment for segment in written.split("/") if segment.strip(".")]
    if not segments:
        raise BadValue("no permalink", f"nothing is left of {pattern}")
    path = "/".join(["", *segments])
    # Hugo makes folders of all; whoever writes a suffix is another, as Pelican.
    suffixed = parts[-1].name == "output_ext" or re.search(r"\.\w+$", parts[-1].text)
    is_folder = written.endswith("/") or not (page.name.jekylls or suffixed)
    return f"{path}/" if is_folder else path


def _fill(part: Part, page: Page, settings: Settings) -> str:
    if part.name == "sections":
        return "/".join(_cut(page.name.sections, part.slice))
    if part.name in _DATES:
        if page.published is None:
            raise BadValue("no permalink", f"the article has no date for :{part.name}")
        # Jekyll counts days in the site's zone, Hugo in that which the date is written in.
        zone = ZoneInfo(settings.timezone) if page.name.jekylls else page.published.tzinfo
        return _DATES[part.name](page.published.astimezone(zone))
    makers = _JEKYLLS if page.name.jekylls and part.name in _JEKYLLS else _NAMES
    filled = makers[part.name](page)
    if not (filled or part.name in _EMPTY):
        raise BadValue("no permalink", f"nothing is left of the name for :{part.name}")
    return quote(filled, safe=_PATH) if page.name.jekylls else filled


def _cut(sections: tuple[str, ...], cut: str) -> tuple[str, ...]:
    """Return some of the sections, as Hugo writes a slice: `1:`, `last`; none out of bounds."""
    if not cut:
        return sections
    last = str(len(sections) - 1)
    first, colon, end = (place.replace("last", last) for place in cut.partition(":"))
    start = int(first or 0)
    return sections[start : int(end or len(sections)) if colon else start + 1]


def _slug(text: str, kept: Container[str] = ()) -> str:
    """Make hyphens of what is between words and signs that are `kept`, as Jekyll does."""
    signs = (sign if sign in kept or _is_word(sign) else " " for sign in text)
    return re.sub(" +", "-", "".join(signs)).removeprefix("-").removesuffix("-")


def _slug_low(text: str) -> str:
    return _slug(text).lower()


def _urlize(text: str) -> str:
    """Make a title or a name fit for a URL, as Hugo does: an empty fragment is left out."""
    return _sanitize(text).removesuffix("#")


def _sanitize(text: str) -> str:
    """Keep words, and signs that are fit for a path; spaces are hyphens, the rest is left out."""
    text = re.sub("%(?![0-9A-Fa-f]{2})", "", text)
    signs = (sign if sign in _HUGOS or _is_word(sign) else " " * sign.isspace() for sign in text)
    joined = re.sub("[ -]+", _hyphenate, "".join(signs).strip())
    return "".join(sign.lower()[0] for sign in joined)  # each by itself: no final sigma


def _hyphenate(match: re.Match[str]) -> str:
    return match[0].replace(" ", "") or "-"


def _is_word(sign: str) -> bool:
    return unicodedata.category(sign) in _WORDS


def _join(labels: Iterable[str]) -> str:
    return "/".join(dict.fromkeys(labels))


def _name_by_title(page: Page) -> str:
    return _urlize(re.sub(r"[/\\]", "-", page.title))


def _name_by_slug(page: Page) -> str:
    return _urlize(page.slug.strip("-"))


def _name_by_file(page: Page) -> str:
    return _name_by_slug(page) or _urlize(page.name.whole)


_PATH = "/:@!$&'()*+,;=-._~"  # what may stand in a path (RFC 3986, section 3.3)
_EMPTY = frozenset(("categories", "slugified_categories", "section"))
_WORDS = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd"))
_PRETTY = frozenset("._~!$&'()+,;=@")
_HUGOS = frozenset("./\\_#+~-@%")

_NAMES: dict[str, Callable[[Page], str]] = {
    "categories": lambda page: _join(map(str.lower, page.categories)),
    "slugified_categories": lambda page: _join(map(_slug_low, page.categories)),
    "name": lambda page: _slug_low(page.name.whole),
    "output_ext": lambda page: ".html",
    "section": lambda page: "".join(page.name.sections[:1]),
    "path": lambda page: "/".join((*page.name.folders, page.slug or page.name.whole)),
    "title": _name_by_title,
    "slug": lambda page: _name_by_slug(page) or _name_by_title(page),
    "filename": lambda page: _urlize(page.name.whole),
    "contentbasename": lambda page: _urlize(page.name.whole),
    "slugorfilename": _name_by_file,
    "slugorcontentbasename": _name_by_file,
    "stem": lambda page: _name_by_slug(page) or _urlize(page.name.stem),
}
_JEKYLLS: dict[str, Callable[[Page], str]] = {
    "path": lambda page: "/".join((*page.name.folders, page.name.whole)),
    "title": lambda page: _slug(page.slug or page.name.stem, _PRETTY),
    "slug": lambda page: _slug_low(page.slug or page.name.stem),
}

# In English, as both have it whatever the language; strftime would ask the machine.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DATES: dict[str, Callable[[datetime], str]] = {
    "year": lambda date: f"{date.year}",
    "short_year": lambda date: f"{date.year % 100:02}",
    "w_year": lambda date: f"{date.isocalendar().year}",
    "month": lambda date: f"{date.month:02}",
    "i_month": lambda date: f"{date.month}",
    "short_month": lambda date: _MONTHS[date.month - 1][:3],
    "long_month": lambda date: _MONTHS[date.month - 1],
    "monthname": lambda date: _MONTHS[date.month - 1],
    "week": lambda date: f"{date.isocalendar().week:02}",
    "day": lambda date: f"{date.day:02}",
    "i_day": lambda date: f"{date.day}",
    "y_day": lambda date: f"{date.timetuple().tm_yday:03}",
    "yearday": lambda date: f"{date.timetuple().tm_yday}",
    "w_day": lambda date: f"{date.isoweekday()}",
    "weekday": lambda date: f"{date.isoweekday() % 7}",
    "short_day": lambda date: _DAYS[date.weekday()][:3],
    "long_day": lambda date: _DAYS[date.weekday()],
    "weekdayname": lambda date: _DAYS[date.weekday()],
    "hour": lambda date: f"{date.hour:02}",
    "minute": lambda date: f"{date.minute:02}",
    "second": lambda date: f"{date.second:02}",
}
