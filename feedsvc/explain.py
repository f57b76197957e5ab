"""The explanation of one file: what each field of its article became."""

import html
import re
from collections.abc import Iterator

from feedsvc import readers
from feedsvc.folder import look, read_file
from feedsvc.media import Finder, Library
from feedsvc.model import Reading
from feedsvc.report import show_finding
from feedsvc.settings import Settings

__all__ = ["tell_file"]


def tell_file(settings: Settings, path: str) -> Iterator[str]:
    """Yield what is to be told of a file of the folder, a line each.

    Raises ArticleError where it is refused.
    """
    if fault := look(settings.folder, path).fault:
        raise fault
    data = read_file(settings.folder, path, settings.max_article_bytes)
    reading = readers.read(path, data, settings, Finder(Library(settings), path))
    for name, value in _tell_fields(reading, settings):
        yield f"{name:<11} {value}"
    for finding in sorted(reading.findings + reading.rules):
        yield show_finding(settings.folder, finding)


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
