"""Saved pages with their labels: articles of our own in the frames of sites of many kinds.

`data/pages/sites/` holds the frames, `data/pages/texts/` the articles; each article stands in
each frame. Where an article stands in two parts, what a site puts between them isn't its text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lxml import html

DATA = Path(__file__).parent / "data" / "pages"
KEPT = {
    "links": "//a/@href",
    "images": "//img/@src",
    "code": "//pre/code/@class",
    "cells": "//td|//th",
    "items": "//li|//dt|//dd",
    "headings": "//h2|//h3",
    "captions": "//figcaption|//caption",
    "math": "//math|//*[local-name()='math']",
    "ruby": "//ruby/rt",
}


class Page(NamedTuple):
    """A page, and the HTML of the article in it."""

    name: str
    title: str
    html: str
    article: str


class Score(NamedTuple):
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def make_pages() -> Iterator[Page]:
    for site in sorted((DATA / "sites").glob("*.html")):
        for text in sorted((DATA / "texts").glob("*.html")):
            yield make_page(site.stem, text.stem)


def make_page(site: str, text: str) -> Page:
    head, article = (DATA / "texts" / f"{text}.html").read_text("utf-8").split("\n\n", 1)
    words = dict(line.split(": ", 1) for line in head.splitlines())
    first, paragraph, rest = article.partition("</p>\n")
    words |= {
        "body": article,
        "first": first + paragraph,
        "rest": rest,
        "slug": text,
        "dir": "rtl" if words["lang"] == "ar" else "ltr",
        "summary": " ".join(read_text(first).split()[:20]),
    }
    frame = (DATA / "sites" / f"{site}.html").read_text("utf-8")
    page = re.sub(r"\{\{(\w+)\}\}", lambda match: words[match[1]], frame)
    return Page(f"{site}/{text}", words["title"], page, article)


def read_text(fragment: str) -> str:
    """The text of HTML, each element's apart from the next one's."""
    if not fragment.strip():
        return ""
    tree = html.fragment_fromstring(fragment, create_parent="div")
    return " ".join(piece for piece in tree.itertext() if isinstance(piece, str))


def part_words(text: str) -> list[str]:
    """Words; where a script has no spaces, characters."""
    return re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+", text)


def score_text(found: str, page: Page) -> Score:
    """Compare what was found, as text, with the article by runs of four words."""
    title = part_words(page.title)
    words = part_words(found)
    if words[: len(title)] == title:  # an entry has its title elsewhere
        words = words[len(title) :]
    have, want = (
        Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))
        for words in (words, part_words(read_text(page.article)))
    )
    same = (have & want).total()
    return Score(same / have.total() if words else 0.0, same / want.total())


def count_kept(found: str, page: Page) -> dict[str, tuple[int, int]]:
    """Of each kind of markup in the article: how many there are, how many were found."""
    parsed = [
        html.fragment_fromstring(markup, create_parent="div") for markup in (page.article, found)
    ]
    counts = {}
    for kind, path in KEPT.items():
        want, have = (
            Counter(
                _end(item) if isinstance(item, str) else " ".join(item.text_content().split())
                for item in tree.xpath(path)
            )
            for tree in parsed
        )
        counts[kind] = (want.total(), (want & have).total())
    return counts


def _end(address: str) -> str:
    """What is the same of an address, absolute or not."""
    return re.split("[/#]", address)[-1]
