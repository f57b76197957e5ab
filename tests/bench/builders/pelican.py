"""Pelican, from PyPI."""

import sys
from importlib.util import find_spec

from tests.bench.builders import ENTRIES, Builder
from tests.bench.builders.markdown import write_body
from tests.bench.corpus import URL, Sample

__all__ = ["find_pelican"]

NOWHERE = ("ARTICLE", "ARTICLE_LANG", "PAGE", "CATEGORY", "TAG", "AUTHOR", "DRAFT")
NOFEED = ("FEED_ALL", "CATEGORY_FEED", "AUTHOR_FEED", "TAG_FEED", "TRANSLATION_FEED")
CONFIG = "\n".join(
    [
        f'SITENAME, SITEURL, AUTHOR, TIMEZONE = "Articles", "{URL[:-1]}", "x", "UTC"',
        f'FEED_DOMAIN, FEED_ATOM, FEED_RSS = "{URL[:-1]}", "atom.xml", "rss.xml"',
        f"FEED_MAX_ITEMS, RSS_FEED_SUMMARY_ONLY = {ENTRIES}, False",
        "DIRECT_TEMPLATES = STATIC_PATHS = PLUGINS = []",
        *(f'{name}_SAVE_AS = ""' for name in NOWHERE),
        *(f"{name}_{kind} = None" for name in NOFEED for kind in ("ATOM", "RSS")),
    ]
)


def find_pelican() -> Builder | None:
    """Return Pelican, None where it isn't installed."""
    if find_spec("pelican") is None:
        return None
    options = ["content", "--output", "output", "--settings", "conf.py", "--quiet"]
    return Builder(
        name="Pelican",
        command=[sys.executable, "-m", "pelican", *options],
        form=write_article,
        suffix=".md",
        files={"conf.py": CONFIG},
        made=("output", "cache"),
        feeds=("output/atom.xml", "output/rss.xml"),
    )


def write_article(sample: Sample) -> str:
    """Write an article with Pelican's own fields; a category, the other labels as tags."""
    category, *tags = sample.labels
    head = [
        f"Title: {sample.title}",
        f"Date: {sample.moment:%Y-%m-%d %H:%M:%S}",
        f"Author: {sample.author}",
        f"Category: {category}",
        f"Tags: {', '.join(tags)}",
        f"Slug: {sample.number}",
    ]
    return "\n".join([*head, "", write_body(sample)])
