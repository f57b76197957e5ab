"""Builders: programs that make feeds of a folder of articles, one contract, a module a program.

Each gets the same articles in its own form, and a site with no theme and no pages, that has an
RSS and an Atom feed of the newest 50 in full: the home feed, or with `facets` one a category and
one an author too.
"""

import re
import shutil
from pathlib import Path

from msgspec import Struct

from tests.bench.corpus import Form, edit_article, name_file, write_corpus
from tests.bench.measure import Failed, Run, run

__all__ = ["ENTRIES", "Builder", "Site"]

ENTRIES = 50


class Builder(Struct, frozen=True, kw_only=True):
    """A program: how articles are written for it, its other files, and its command in a site.

    `made` are the names that it leaves, `feeds` the files that are to have the newest entries.
    """

    name: str
    command: list[str]
    form: Form
    suffix: str
    articles: str = "content"
    files: dict[str, str]
    made: tuple[str, ...]
    feeds: tuple[str, ...]


class Site:
    """The site of a builder, in a folder, with `count` articles."""

    def __init__(self, builder: Builder, folder: Path, count: int, limit: float) -> None:
        self.builder, self.count, self.folder, self._limit = builder, count, folder, limit
        self._articles = folder / builder.articles
        self.edits = 0
        self._articles.mkdir(parents=True)
        write_corpus(self._articles, count, builder.form, builder.suffix, pages=0)
        for name, text in builder.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    def build(self) -> Run:
        """Build what there is to build."""
        return run(self.builder.command, self._limit, self.folder)

    def build_anew(self) -> Run:
        """Build from nothing; raises Failed where the feeds don't have the newest articles."""
        for name in self.builder.made:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        done = self.build()
        for name in self.builder.feeds:
            self._verify(self.folder / name)
        return done

    def build_edited(self) -> Run:
        """Build after an edit."""
        self.edit()
        return self.build()

    def edit(self) -> None:
        """Edit the newest article: its title has the number of the edit."""
        self.edits += 1
        newest = name_file(self._articles, self.count - 1, self.builder.suffix)
        edit_article(Path(newest), f"v{self.edits}")

    def remove(self) -> None:
        """Remove the site."""
        shutil.rmtree(self.folder)

    def _verify(self, feed: Path) -> None:
        text = feed.read_text(encoding="utf-8")
        entries = len(re.findall(r"<(?:entry|item)[ >]", text))
        expected = min(ENTRIES, self.count)
        newest = re.search(rf"Article (?:v\d+ )*{self.count - 1} ", text)
        if entries != expected or not newest:
            raise Failed(f"{self.builder.name}: {feed} has {entries} entries, not {expected}")
