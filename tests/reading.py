"""Reading a source in a test, without a folder: what becomes of it, and what is told of it."""

from typing import Any

from msgspec.structs import replace

from feedsvc.errors import ArticleError
from feedsvc.model import Article, Enclosure, Person, Reading
from feedsvc.readers import read
from feedsvc.readers.media import Find, find_nothing, tell_type
from feedsvc.settings import Settings

DEFAULTS = Settings(
    folder="/",
    url="https://feeds.example/",
    title="T",
    description="D",
    database="/x",
    author=Person("A"),
)


def read_source(
    source: str | bytes, name: str = "page.html", find: Find = find_nothing, **settings: Any
) -> Reading:
    data = source.encode() if isinstance(source, str) else source
    return read(name, data, replace(DEFAULTS, **settings), find)


def read_article(source: str | bytes, name: str = "page.html", **settings: Any) -> Article:
    return read_source(source, name, **settings).article


def refuse(source: str | bytes, name: str = "page.html", **settings: Any) -> str:
    try:
        reading = read_source(source, name, **settings)
    except ArticleError as fault:
        return str(fault).removeprefix(f"{name}:")
    raise AssertionError(f"it was read: {reading.article}")


def rules(reading: Reading) -> list[str]:
    return [str(rule).partition(":")[2] for rule in reading.rules]


def findings(reading: Reading) -> list[str]:
    return [str(finding).partition(":")[2] for finding in reading.findings]


def find_all(reference: str) -> Enclosure:
    """Find any file that is asked for."""
    name = reference.rpartition("/")[2]
    return Enclosure(f"https://feeds.example/media/{name}", tell_type(reference), 7, name)
