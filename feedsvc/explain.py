"""The explanation of one file: what each field of its article became, or of each that it holds."""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from feedsvc import readers
from feedsvc.errors import ArticleError
from feedsvc.folder import find, locate, look, read_file
from feedsvc.media import Finder, Library
from feedsvc.model import Finding, Reading
from feedsvc.parsing import describe
from feedsvc.report import show_finding
from feedsvc.rules import tell_rule
from feedsvc.settings import CONFIG, Settings
from feedsvc.sieve import make_sieve
from feedsvc.sites import survey
from feedsvc.splits import split_file

__all__ = ["find_home", "tell_file"]


class _Names:
    """The names in a folder, and in those in it, each looked up when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __contains__(self, name: object) -> bool:
        return (self._folder / str(name)).exists()


def find_home(file: Path) -> Path:
    """Return the folder of articles that a file belongs to, where nobody says it.

    That is the nearest with settings, else that of a generator's site, else the file's own.
    """
    for home in file.parents:
        if (home / CONFIG).exists():
            return home
    sites = (home for home in file.parents if survey(_Names(home), lambda name: ""))
    return next(sites, file.parent)


def tell_file(settings: Settings, path: str, line: int = 0) -> Iterator[str]:
    """Yield what is to be told of a file of the folder, a line each.

    Of one that holds many articles, what is to be told of each, or of that which begins in a line.
    Raises ArticleError where it, or any of them, is refused.
    """
    if fault := look(settings.folder, path, settings.outer).fault:
        raise fault
    find = Finder(Library(settings), path)
    decisions = _list_decisions(settings, path)
    if readers.is_collection(path):
        for decision in decisions:
            yield show_finding(settings.folder, decision)
        yield from _tell_records(settings, path, line, find)
        return
    data = read_file(settings.folder, path, settings.max_article_bytes, settings.outer)
    yield from _tell(settings, readers.read(path, data, settings, find), decisions)


def _tell_records(settings: Settings, path: str, line: int, find: Finder) -> Iterator[str]:
    split = split_file(settings, path)
    parts = split.parts() if split else ()
    chosen = [part for part in parts if not line or part.line == line]
    if not chosen:
        what = f"no article begins in line {line}" if line else "no articles in it"
        raise ArticleError(path, line or 1, "file", what)
    refused = 0
    for part in sorted(chosen, key=lambda part: part.line):
        try:
            if part.fault:
                raise part.fault
            reading = readers.read_record(part.path, part.load(), settings, find)
        except ArticleError as fault:
            refused += 1
            yield show_finding(settings.folder, describe(fault))
            continue
        yield f"{path}:{part.line}"
        yield from _tell(settings, reading)
    if refused:
        what = f"{refused} of {len(chosen)} refused"
        raise ArticleError(path, line or 1, "file", what)


def _tell(settings: Settings, reading: Reading, decisions: Sequence[Finding] = ()) -> Iterator[str]:
    for name, value in _tell_fields(reading, settings):
        yield f"{name:<11} {value}"
    for finding in sorted([*decisions, *reading.findings, *reading.rules]):
        yield show_finding(settings.folder, finding)


def _list_decisions(settings: Settings, path: str) -> list[Finding]:
    """List the rule that leaves out a file, or a folder that it is in."""
    told: list[Finding] = []
    sieve = make_sieve(settings, lambda path, rule: told.append(tell_rule(path, rule)))
    for _ in find(settings.folder, locate(settings.folder, path, sieve), {}, sieve):
        pass
    return told


def _tell_fields(reading: Reading, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the name and value of each field of an article, paragraphs last."""
    article = reading.article
    published = article.published.isoformat() if article.published else "when first seen"
    authors = ", ".join(person.name for person in article.authors)
    yield "title", article.title
    yield "published", published
    yield "url", article.url or "none"
    yield "language", article.language or f"{settings.language} (the feed's)"
    yield "author", authors or f"{settings.author.name} (the feed's)"
    yield "categories", ", ".join(article.categories) or "none"
    yield "summary", article.summary or "none"
    if article.updated:
        yield "updated", article.updated.isoformat()
    if article.id:
        yield "id", article.id
    if article.image:
        yield "image", f"{article.image.url} {article.image.alt}".strip()
    for file in article.enclosures:
        yield "enclosure", f"{file.url} {file.type}" + (f" {file.length}" if file.length else "")
    chosen = reading.selection
    yield from ((mark, "yes") for mark in ("draft", "unlisted") if getattr(chosen, mark))
    if chosen.expires:
        yield "expires", chosen.expires.isoformat()
    paragraphs = article.content.splitlines()
    for number, paragraph in enumerate(paragraphs, 1):
        text = html.unescape(re.sub(r"</?p>", "", paragraph))
        yield f"text {number}/{len(paragraphs)}", text
