"""Articles to measure with: the same ones each time, in the form of whoever is measured.

Prose of varied length in several languages, over twelve years, more in each year than before.
"""

import os
import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import accumulate
from multiprocessing import Pool
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.settings import Settings, load_settings
from tests.bench.prose import Paragraph, make_paragraphs

__all__ = [
    *("CATEGORY", "NOW", "URL", "Form", "Sample", "edit_article", "load", "make_samples"),
    *("name_file", "write_article", "write_corpus", "write_text"),
]

URL = "https://feeds.example.org/"
NOW = datetime(2024, 6, 1, tzinfo=UTC)
YEARS = 12
CATEGORIES = [*("City", "World", "C++", "Économie", "中文"), *(f"Topic {n}" for n in range(25))]
CATEGORY = CATEGORIES[0]
"""One that has as many articles as any other."""
AUTHORS = ("Ann Lee", "Zoë O'Neill", "李雷", "Νίκος Παππάς", "Jan de Wit")
LANGUAGES = ("en", "en", "nl", "en", "de", "fr", "en", "es", "ru", "zh", "en", "el", "ar", "ja")
MEDIAN, SPREAD, LEAST, MOST = 3300, 0.8, 300, 30_000
"""Bytes of an article's prose, log-normal: half are shorter than the median."""
SHELF = 1000
"""Articles in a folder."""
LATEST = timedelta(hours=1)
"""How long before NOW the last of them is published."""
OLD = (10**9, 10**9)


class Sample(Struct, frozen=True):
    """An article, yet in nobody's form. Without a `url` feedsvc makes a page of it."""

    number: int
    title: str
    moment: datetime
    url: str
    image: str
    author: str
    language: str
    labels: list[str]
    paragraphs: list[str]


Form: TypeAlias = Callable[[Sample], str]


def load(folder: Path) -> Settings:
    """Return the settings that the folder is measured with: its own, and an address."""
    return replace(load_settings(folder, environ={}), url=URL)


def write_corpus(
    folder: Path, count: int, form: Form | None = None, suffix: str = ".txt", pages: int = 10
) -> None:
    """Write `count` articles, by two processes; one in `pages` has no URL, none where it is 0."""
    write = partial(_write_shelf, folder, count, form or write_text, suffix, pages)
    shelves = range(0, count, SHELF)
    if len(shelves) < 9:
        for first in shelves:
            write(first)
        return
    _make_prose()  # before the processes part
    with Pool(2) as pool:
        for _ in pool.imap_unordered(write, shelves, 4):
            pass


def _write_shelf(folder: Path, count: int, form: Form, suffix: str, pages: int, first: int) -> None:
    os.makedirs(os.path.dirname(name_file(folder, first, suffix)), exist_ok=True)
    for sample in make_samples(count, first, pages):
        _write(name_file(folder, sample.number, suffix), form(sample))


def name_file(folder: Path, number: int, suffix: str = ".txt") -> str:
    """Name the file of an article."""
    return f"{folder}/{number // SHELF:04}/{number:07}{suffix}"


def make_samples(count: int, first: int, pages: int = 10) -> Iterator[Sample]:
    """Make the articles of one shelf of a corpus of `count`, from number `first`."""
    dice = random.Random(first)
    prose = _make_prose()
    for number in range(first, min(first + SHELF, count)):
        language = LANGUAGES[number % len(LANGUAGES)]
        paragraphs = _choose(dice, *prose[language])
        age = timedelta(days=365 * YEARS) * (1 - ((number + 1) / count) ** (1 / 3))
        paged = pages and number % pages == 0
        yield Sample(
            number,
            f"Article {number} {paragraphs[0][:30]}",
            NOW - LATEST - age,
            "" if paged else f"https://example.org/{number // SHELF:04}/{number}",
            "" if number % 3 else f"{URL}{number}.jpg",
            AUTHORS[number % len(AUTHORS)],
            language,
            dice.sample(CATEGORIES, dice.randint(1, 3)),
            paragraphs,
        )


@cache
def _make_prose() -> dict[str, tuple[list[Paragraph], list[int]]]:
    """Make the paragraphs of each language, and the bytes up to the end of each in turn."""
    prose = {}
    for language in dict.fromkeys(LANGUAGES):
        paragraphs = make_paragraphs(random.Random(f"7 {language}"), 2000, language)
        prose[language] = paragraphs, list(accumulate(one.size for one in paragraphs))
    return prose


def _choose(dice: random.Random, paragraphs: list[Paragraph], ends: list[int]) -> list[str]:
    """Choose paragraphs in a row, of about as many bytes as an article has."""
    size = min(max(dice.lognormvariate(0, SPREAD) * MEDIAN, LEAST), MOST)
    first = dice.randrange(bisect_left(ends, ends[-1] - MOST))
    last = bisect_left(ends, ends[first] + size - paragraphs[first].size / 2)
    return [one.text for one in paragraphs[first : max(last, first + 1)]]


def write_text(sample: Sample) -> str:
    """Write an article in the seeds' form."""
    head = [sample.title, f"{sample.moment:%Y-%m-%dT%H:%M:%SZ}"]
    if sample.url:
        head.append(sample.url)
    if sample.image:
        head.append(f"image: {sample.image} A picture")
    head.append(f"author: {sample.author}")
    head.append(f"language: {sample.language}")
    head.append(f"category: {', '.join(sample.labels)}")
    return "\n".join([*head, "", *sample.paragraphs, "Share this article:"])


def write_article(folder: Path, number: int) -> Path:
    """Write one article more, newer than the others, of the CATEGORY; return its file."""
    path = folder / "new" / f"{number:07}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    moment = NOW - LATEST + timedelta(seconds=number)
    (first, *_) = make_samples(1, 0, 0)
    url = f"https://example.org/new/{number}"
    title = f"Article new {number}"
    sample = replace(first, title=title, url=url, moment=moment, labels=[CATEGORY])
    _write(str(path), write_text(sample))
    return path


def edit_article(path: Path, word: str) -> None:
    """Replace an article, whole, by one with a word more in its title; it may be of any form."""
    text = path.read_text(encoding="utf-8")
    edited = path.with_name(f".{path.name}")
    edited.write_text(text.replace("Article ", f"Article {word} ", 1), encoding="utf-8")
    edited.replace(path)


def _write(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(handle, text.encode())
        os.utime(handle, OLD)
    finally:
        os.close(handle)
