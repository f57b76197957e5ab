"""A folder of articles to measure with: the same one each time, written fast."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from msgspec.structs import replace

from feedsvc.settings import Settings, load_settings

__all__ = ["CATEGORY", "NOW", "load", "walk", "write_article", "write_corpus"]

NOW = datetime(2024, 6, 1, tzinfo=UTC)
YEARS = 12
CATEGORIES = [*("City", "World", "C++", "Économie", "中文"), *(f"Topic {n}" for n in range(25))]
CATEGORY = CATEGORIES[0]
"""One that has as many articles as any other."""
AUTHORS = ("Ann Lee", "Zoë O'Neill", "李雷", "Νίκος Παππάς", "Jan de Wit")
LANGUAGES = ("en", "nl")
TEXT = (
    "the city river under über straße bread niño mañana été water, light; of and het een 3 % R&D"
    " <tag> stone. house αυτό και свет 時間 people time year «so» “well” work"
)
LETTERS = "eeeeeeeetttttaaaaaooooiiiinnnnssssrrrhhhlllddduuccmmfppgwwyybvké"


def load(folder: Path) -> Settings:
    """Return the settings that the folder is measured with: the defaults, and an address."""
    return replace(load_settings(folder, environ={}), url="https://feeds.example.org/")


def write_corpus(folder: Path, count: int) -> None:
    """Write `count` articles of about 3.5 kB over twelve years, more in each than before."""
    dice = random.Random(7)
    paragraphs = make_paragraphs(dice, 999)
    for number in range(count):
        home = folder / f"{number // 1000:04}"
        home.mkdir(exist_ok=True)
        age = timedelta(days=365 * YEARS) * (1 - ((number + 1) / count) ** (1 / 3))
        text = dice.sample(paragraphs, 10)
        labels = dice.sample(CATEGORIES, dice.randint(1, 3))
        _write(home / f"{number:07}.txt", number, NOW - timedelta(minutes=1) - age, labels, text)


def make_paragraphs(dice: random.Random, count: int) -> list[str]:
    """Make paragraphs that are packed as prose is: of few words often and many words seldom."""
    made = ("".join(dice.choices(LETTERS, k=dice.randint(3, 12))) for _ in range(9999))
    words = [*TEXT.split(), *made]
    weights = list(accumulate(1 / rank for rank in range(3, len(words) + 3)))
    return [
        " ".join(dice.choices(words, cum_weights=weights, k=45)).capitalize() + "."
        for _ in range(count)
    ]


def write_article(folder: Path, number: int) -> None:
    """Write one article more, newer than the others, of the CATEGORY."""
    (folder / "new").mkdir(exist_ok=True)
    moment = NOW - timedelta(seconds=59 - number)
    _write(folder / "new" / f"{number:07}.txt", number, moment, [CATEGORY], [f"{TEXT}."] * 20)


def _write(
    path: Path, number: int, moment: datetime, labels: list[str], paragraphs: list[str]
) -> None:
    """Write an article; one in ten has no URL of its own, so that it gets a page."""
    head = [f"Article {number} {paragraphs[0][:30]}", f"{moment:%Y-%m-%dT%H:%M:%SZ}"]
    if number % 10:
        head.append(f"https://example.org/{path.parent.name}/{number}")
    if number % 3 == 0:
        head.append(f"image: https://feeds.example.org/{number}.jpg A picture")
    head.append(f"author: {AUTHORS[number % len(AUTHORS)]}")
    head.append(f"language: {LANGUAGES[number % 7 % 2]}")
    head.append(f"category: {', '.join(labels)}")
    path.write_text("\n".join([*head, "", *paragraphs, "Share this article:"]), encoding="utf-8")
    os.utime(path, (10**9, 10**9))


def walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the files of a corpus in the order of their paths."""
    for home in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if home.is_dir() and not home.name.startswith("."):
            yield from sorted(os.scandir(home.path), key=lambda entry: entry.name)
