"""The explanation of one file: what each field of its article became."""

import html
import re
from collections.abc import Iterator

from feedsvc.model import Reading
from feedsvc.settings import Settings

__all__ = ["tell_fields"]


def tell_fields(reading: Reading, settings: Settings) -> Iterator[tuple[str, str]]:
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
