"""What a value must be: text, addresses, languages, times, numbers, choices and lists of them.

Values come typed from TOML or YAML, or as text. Each converter takes any value, and returns what
it stands for or raises BadValue, which says what the value isn't and shows it, shortened.
"""

import posixpath
import re
import warnings
from collections.abc import Callable
from datetime import time
from zoneinfo import ZoneInfo

from feedsvc.clean import clean_line, clean_url
from feedsvc.errors import BadValue
from feedsvc.globs import read_glob
from feedsvc.patterns import part_pattern, tell_known

__all__ = [
    "convert_address",
    "convert_base",
    "convert_choice",
    "convert_database",
    "convert_email",
    "convert_flag",
    "convert_folder",
    "convert_glob",
    "convert_language",
    "convert_list",
    "convert_number",
    "convert_pattern",
    "convert_permalink",
    "convert_reference",
    "convert_subset",
    "convert_table",
    "convert_text",
    "convert_time",
    "convert_zone",
    "show",
]

LONGEST_SHOWN = 200
"""Characters of a bad value that a message repeats."""


def show(value: object) -> str:
    """Write a value for a message: on one line, shortened."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of 4,300 digits; lists a thousand deep
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def convert_text(value: object) -> str:
    """Convert to a line of plain text that shows something."""
    if not isinstance(value, str):
        raise BadValue("not text", show(value))
    text = clean_line(value)
    if not text:
        raise BadValue("empty")
    return text


def convert_address(value: object) -> str:
    """Convert an http or https URL, as people write it, to a URI."""
    return clean_url(convert_text(value))


def convert_base(value: object) -> str:
    """Convert the address of a folder: a path that ends in a slash, nothing after it."""
    url = convert_address(value)
    if "?" in url or "#" in url:
        raise BadValue("not the address of a folder", f"{show(url)} has a query or a fragment")
    return url if url.endswith("/") else f"{url}/"


def convert_reference(value: object) -> str:
    """Convert an http or https URL, or a relative one (RFC 3986, section 4.2), to a URI reference.

    `urljoin` makes an http or https URI of what is returned and any address of a folder.
    """
    text = convert_text(value)
    if re.match(r"[^/?#]*:", text):  # a scheme; no first segment of a relative path has a colon
        return clean_url(text)
    missing = "http:" if text.startswith("//") else "http://a/"
    reference = clean_url(missing + text).removeprefix(missing)
    if not reference:
        raise BadValue("not a URL", f"{show(text)} has no path")
    return reference


def convert_email(value: object) -> str:
    """Convert an e-mail address; that it looks like one is all that is asked."""
    text = convert_text(value)
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", text):
        raise BadValue("not an e-mail address", show(value))
    return text


def convert_database(value: object) -> str:
    """Convert the path of a database's file, or the address of a PostgreSQL database."""
    text = convert_text(value)
    scheme, parted, _ = text.partition("://")
    if parted and scheme not in ("postgresql", "postgres"):  # what follows may be secret
        why = f"{show(scheme)} databases aren't supported"
        raise BadValue("neither a file nor postgresql://", why)
    return text


def convert_language(value: object) -> str:
    """Convert a BCP 47 tag, to the case that RFC 5646 section 2.1.1 recommends."""
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag := convert_text(value)):
        raise BadValue("not a language tag", f"{show(value)}; write for example 'nl' or 'pt-BR'")
    first, *rest = tag.split("-")
    cased = (
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower()
        for part in rest
    )
    return "-".join([first.lower(), *cased])


def convert_zone(value: object) -> str:
    """Convert the name of a time zone that this machine, or tzdata, knows."""
    name = convert_text(value)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        why = f"{show(name)}; write for example 'Europe/Amsterdam'"
        raise BadValue("not a time zone", why) from error
    return name


def convert_time(value: object) -> time:
    """Convert a time of day without a zone, to whole seconds."""
    try:
        moment = value if isinstance(value, time) else time.fromisoformat(convert_text(value))
    except ValueError as error:
        raise BadValue("not a time", f"{show(value)}; write for example '12:00'") from error
    if moment.tzinfo:
        raise BadValue("not a time", f"{show(value)}; its zone is the setting timezone")
    return moment.replace(microsecond=0)


def convert_pattern(value: object) -> str:
    """Check a regular expression; one that a later Python may read otherwise is refused too."""
    if not isinstance(value, str) or not value:
        raise BadValue("not a pattern", show(value))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(value)
    except (re.error, ValueError, OverflowError, RecursionError, Warning) as error:
        raise BadValue("not a pattern", f"{show(value)} ({clean_line(str(error))})") from error
    return value


def convert_permalink(value: object) -> str:
    """Check a pattern of permalinks, or the name of one of Jekyll's styles."""
    text = convert_text(value)
    if not any(part.name for part in part_pattern(text)):
        raise BadValue("not a permalink", f"{show(text)} has no placeholder; {tell_known()}")
    return text


def convert_glob(value: object) -> str:
    """Check a pattern of paths."""
    if not isinstance(value, str):
        raise BadValue("not a pattern", show(value))
    try:
        read_glob(value)
    except BadValue as fault:
        raise BadValue("not a pattern", f"{show(value)}: {fault}") from fault
    return value


def convert_folder(value: object) -> str:
    """Convert the name of a folder, relative or not, to the shortest; that it is there isn't asked.

    Within the folder that it is relative to, it isn't hidden.
    """
    if not isinstance(value, str) or not value or re.search("[\x00-\x1f\x7f\ud800-\udfff]", value):
        raise BadValue("not the name of a folder", show(value))
    name = re.sub("^//", "/", posixpath.normpath(value))
    if not name.startswith(("/", "../")) and re.search(r"(?:^|/)\.[^./]|(?:^|/)\.\.[^/]", name):
        raise BadValue("hidden", f"{show(value)}: what begins with a dot is never published")
    return name


def convert_table(value: object) -> dict[str, object]:
    """Check a table; what is in it stays as it is."""
    if not isinstance(value, dict):
        raise BadValue("not a table", show(value))
    return value


def convert_flag(value: object) -> bool:
    """Convert true or false, as such or as text."""
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise BadValue("neither true nor false", show(value))
    return value == "true"


def convert_number(lowest: int, highest: int) -> Callable[[object], int]:
    """Make a converter of whole numbers, as such or in digits."""

    def convert(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadValue("not a whole number", show(value))
        if not lowest <= value <= highest:
            raise BadValue("out of range", f"{show(value)} is not from {lowest} to {highest}")
        return value

    return convert


def convert_choice(*choices: str) -> Callable[[object], str]:
    """Make a converter that takes one of some words."""

    def convert(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise BadValue(f"not one of {', '.join(choices)}", show(value))
        return value

    return convert


def convert_list(
    item: Callable[[object], str], separator: str
) -> Callable[[object], tuple[str, ...]]:
    """Make a converter of lists; as text the items are parted by `separator` (a pattern)."""

    def convert(value: object) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [part for part in re.split(separator, value) if part]
        if not isinstance(value, list):
            raise BadValue("not a list", show(value))
        return tuple(item(part) for part in value)

    return convert


def convert_subset(*choices: str) -> Callable[[object], tuple[str, ...]]:
    """Make a converter that takes some words, each once, and returns them in their own order."""
    convert_words = convert_list(convert_choice(*choices), r"[\s,]+")

    def convert(value: object) -> tuple[str, ...]:
        words = convert_words(value)
        if len(set(words)) < len(words):
            raise BadValue("names one twice", show(value))
        return tuple(choice for choice in choices if choice in words)

    return convert
