"""Languages: how each is written and named, and how dates and sizes are said in it.

The only user of Babel. Pure: neither the machine's locale nor its time zone is read, and a tag
that isn't known is no error: what is said is English then, and `find_spoken` tells so.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global, parse_locale
from babel.dates import format_date, format_interval, format_skeleton, get_datetime_format
from babel.units import format_unit

__all__ = ["direct", "find_spoken", "name_language", "show_date", "show_period", "show_size"]

ENGLISH = Locale("en")

# Unicode's scripts that run from right to left and are still written, by ISO 15924.
_RIGHT_TO_LEFT = frozenset(
    ["Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"]
)
_SIZES = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")


@lru_cache(maxsize=1024)
def direct(tag: str) -> Literal["ltr", "rtl"]:
    """Return the direction in which a language is written, for `dir`; `ltr` if it isn't known."""
    return "rtl" if _find_script(tag) in _RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=1024)
def find_spoken(tag: str) -> str:
    """Return the tag of the language that dates are said in: `tag`, or `en` in its place."""
    return tag if _find_locale(tag) else "en"


@lru_cache(maxsize=1024)
def name_language(tag: str) -> str:
    """Return a language's own name, as a list has it: `العربية`, `Português (Brasil)`.

    Where Babel doesn't know the tag, all of it, its name is the tag.
    """
    locale = _read_locale(tag)
    if locale is None:
        return tag
    # What a tag leaves out isn't said of it: `iw` is Hebrew, not that of Israel.
    name = locale.languages.get(str(locale)) if "-" in tag else locale.language_name
    name = name or (locale.language_name and locale.display_name)
    return name[:1].title() + name[1:] if name else tag


def show_date(moment: datetime, tag: str, zone_name: str) -> str:
    """Return the day of a moment in a time zone, in full: `30 mei 2024`."""
    return _show_day(moment.astimezone(ZoneInfo(zone_name)).date(), tag)


@lru_cache(maxsize=4096)
def _show_day(day: date, tag: str) -> str:
    return format_date(day, "long", _find_locale(tag) or ENGLISH)


@lru_cache(maxsize=4096)
def show_period(period: str, tag: str) -> str:
    """Return an archive's period as people say it.

    `2024`, `2024-05`, `2024-05-30`, `2024-05-30T14` and `2024-05-30T1405` are a year, a month, a
    day, an hour and a minute, shown as they are. Raises ValueError for what isn't a date.
    """
    locale = _find_locale(tag) or ENGLISH
    day = date(int(period[:4]), int(period[5:7] or 1), int(period[8:10] or 1))
    if len(period) == len("2024"):
        return format_skeleton("y", datetime.combine(day, time()), locale=locale)
    if len(period) == len("2024-05"):
        return format_skeleton("yMMMM", datetime.combine(day, time()), locale=locale)
    if len(period) == len("2024-05-30"):
        return _show_day(day, tag)
    hours = _show_hours(day, int(period[11:13]), period[13:15], locale)
    pattern = str(get_datetime_format("long", locale=locale)).replace("'", "")
    return pattern.replace("{1}", _show_day(day, tag)).replace("{0}", hours)


def _show_hours(day: date, hour: int, minute: str, locale: Locale) -> str:
    if hour > 23:  # counted from midnight, on a day when clocks were put back
        return f"{hour}:{minute}" if minute else f"{hour}:00–{hour + 1}:00"
    if minute:
        moment = datetime.combine(day, time(hour, int(minute)))
        return format_skeleton("Hm", moment, locale=locale)
    return format_interval(time(hour), time((hour + 1) % 24), "Hm", locale=locale)


@lru_cache(maxsize=1024)
def show_size(length: int, tag: str) -> str:
    """Return a number of bytes as people say it: `3,4 Mo`."""
    size, unit = float(length), 0
    while size >= 999.5 and unit < len(_SIZES) - 1:
        size, unit = size / 1000, unit + 1
    rounded = round(size, 1 if unit and size < 10 else 0)
    return format_unit(
        rounded, f"digital-{_SIZES[unit]}", "short", locale=_find_locale(tag) or ENGLISH
    )


def _shorten(tag: str) -> Iterator[str]:
    """Yield a tag, then what is left without each of its last parts (RFC 4647, section 3.4)."""
    parts = tag.split("-")
    for end in range(len(parts), 0, -1):
        yield "-".join(parts[:end])


def _find_script(tag: str) -> str:
    """Return the script that a tag names, or that its language is likely written in."""
    likely = get_global("likely_subtags")
    aliases = get_global("language_aliases")
    for shorter in _shorten(tag):
        try:
            language, territory, script, *_ = parse_locale(shorter, sep="-")
        except ValueError:
            continue
        if script:
            return script
        language = str(aliases.get(language, language)).partition("_")[0]
        found = likely.get(f"{language}_{territory}") or likely.get(language, "")
        return str(found).partition("_")[2].partition("_")[0]
    return ""


@lru_cache(maxsize=1024)
def _find_locale(tag: str) -> Locale | None:
    """Return the locale of a tag or of the longest part of it that has one."""
    return next((known for shorter in _shorten(tag) if (known := _read_locale(shorter))), None)


def _read_locale(tag: str) -> Locale | None:
    if tag.lower().startswith("und"):  # undetermined; Babel takes it for the likeliest, English
        return None
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
