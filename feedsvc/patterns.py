"""Patterns: permalinks as Jekyll and Hugo write them, parted into text and placeholders.

A pattern is read here before there is an article, so that a bad one is a fault of the settings.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from feedsvc.errors import BadValue

__all__ = ["PLACEHOLDERS", "STYLES", "Part", "part_pattern", "tell_known"]

PLACEHOLDERS = frozenset(
    (
        # of both
        *("year", "month", "day", "title", "slug"),
        # Jekyll's
        *("i_month", "short_month", "long_month", "i_day", "y_day", "short_year", "w_year"),
        *("week", "w_day", "short_day", "long_day", "hour", "minute", "second"),
        *("categories", "slugified_categories", "name", "path", "output_ext"),
        # Hugo's
        *("monthname", "weekday", "weekdayname", "yearday", "section", "sections"),
        *("filename", "slugorfilename", "contentbasename", "slugorcontentbasename"),
        # the slug, else the file's name without a date, as Zola has it
        "stem",
    )
)

LONGEST_SHOWN = 60
"""Characters of a bad placeholder that a message repeats."""

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
"""Jekyll's names of some patterns."""

# `\:` is a colon.
_PLACEHOLDER = re.compile(r"\\:|:([a-z_]+)(?:\[([^\]]*)\])?")
_SLICE = re.compile(r"(?:(?:[0-9]{1,3}|last)?:(?:[0-9]{1,3}|last)?|[0-9]{1,3}|last)", re.A)


class Part(NamedTuple):
    """A part of a pattern: text as it is, or the name of a placeholder.

    `slice` is what of the sections is meant: `1:`, `last`; empty for all.
    """

    text: str = ""
    name: str = ""
    slice: str = ""


@lru_cache(maxsize=256)
def part_pattern(pattern: str) -> tuple[Part, ...]:
    """Part a pattern. Raises BadValue for a placeholder that isn't known."""
    pattern = STYLES.get(pattern, pattern)
    parts: list[Part] = []
    end = 0
    for match in _PLACEHOLDER.finditer(pattern):
        parts.append(Part(pattern[end : match.start()]))
        end = match.end()
        if match[1] is None:
            parts.append(Part(":"))
        else:
            parts += _read_placeholder(match[1], match[2])
    parts.append(Part(pattern[end:]))
    return tuple(part for part in parts if part != Part())


def _read_placeholder(name: str, cut: str | None) -> list[Part]:
    """Read a placeholder; what follows an underscore may be text: `:year_:month`."""
    known, rest = name, ""
    while known not in PLACEHOLDERS:
        known, found, last = known.rpartition("_")
        rest = f"{found}{last}{rest}"
        if not known:
            raise BadValue("unknown placeholder", f":{name[:LONGEST_SHOWN]}; {tell_known()}")
    if cut is None:
        return [Part(name=known), Part(rest)]
    if known != "sections" or rest or not _SLICE.fullmatch(cut):
        shown = f":{name}[{cut}]"[:LONGEST_SHOWN]
        raise BadValue("unknown placeholder", f"{shown}; write for example :sections[1:]")
    return [Part(name=known, slice=cut)]


def tell_known() -> str:
    """Tell which placeholders are known."""
    return f"known are {', '.join(f':{name}' for name in sorted(PLACEHOLDERS))}"
