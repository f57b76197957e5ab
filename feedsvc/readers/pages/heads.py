"""Heads: what the meta elements and the links of a page say: Open Graph, Dublin Core, and plain.

Also what Pelican reads of pages, and what the programs of libraries and newspapers write.
"""

import re
from collections.abc import Iterator

from turbohtml import Document

from feedsvc.readers.pages.statements import Statement, read_attribute

__all__ = ["list_head"]

# By the name in lower case: who says it, and of which field.
_METAS = {
    name: (source, field)
    for source, fields in {
        "Open Graph": {
            "title": "og:title",
            "published": "article:published_time og:article:published_time og:published_time",
            "updated": "article:modified_time og:article:modified_time og:updated_time",
            "author": "article:author og:article:author",
            "category": "article:section article:tag og:article:section og:article:tag",
            "address": "og:url",
            "image": "og:image og:image:url og:image:secure_url",
            "alt": "og:image:alt",
            "language": "og:locale",
            "summary": "og:description",
            "site": "og:site_name",
        },
        "citation": {
            "title": "citation_title",
            "published": "citation_publication_date citation_online_date citation_date",
            "author": "citation_author",
            "language": "citation_language",
        },
        "Dublin Core": {
            "title": "dc.title dcterms.title",
            "published": "dc.date.issued dcterms.issued dc.date.created dcterms.created dc.date"
            " dcterms.date",
            "updated": "dc.date.modified dcterms.modified",
            "author": "dc.creator dcterms.creator",
            "category": "dc.subject dcterms.subject",
            "language": "dc.language dcterms.language",
            "summary": "dc.description dcterms.description",
        },
        "meta": {
            "title": "title headline twitter:title parsely-title sailthru.title",
            "published": "pubdate publishdate publish-date publish_date published-date published"
            " date parsely-pub-date sailthru.date article.published article_date_original"
            " originalpublicationdate created rnews:datepublished",
            "updated": "modified lastmod last-modified last_modified revised article.updated",
            "author": "author authors byl parsely-author sailthru.author",
            "category": "category tags parsely-section",
            "keywords": "keywords news_keywords parsely-tags",
            "image": "twitter:image twitter:image:src thumbnail parsely-image-url",
            "alt": "twitter:image:alt",
            "language": "language content-language",
            "summary": "description summary twitter:description",
            "site": "application-name apple-mobile-web-app-title",
            "slug": "slug",
            "status": "status",
        },
    }.items()
    for field, names in fields.items()
    for name in names.split()
}
_SEVERAL = re.compile(r"[;,]")
_ADDRESS = re.compile(r"https?://|@", re.I)


def list_head(page: Document) -> Iterator[Statement]:
    """Yield what a page's meta elements and links say, in their order."""
    for meta in page.select("meta[content]"):
        for attribute in ("property", "name", "http-equiv"):
            name = read_attribute(meta, attribute).lower()
            if (known := _METAS.get(name)) and (value := read_attribute(meta, "content")):
                line = meta.source_line or 1
                yield from _read_meta(Statement(line, *known, name, value), value)
                break
    for link in page.select("link[href]"):
        words = read_attribute(link, "rel").lower().split()
        line, address = link.source_line or 1, read_attribute(link, "href")
        if "canonical" in words:
            yield Statement(line, "canonical", "address", "canonical", address)
        elif "image_src" in words:
            yield Statement(line, "link", "image", "image_src", address)
    for html in page.select("html"):
        for name in ("lang", "xml:lang"):
            if value := read_attribute(html, name):
                yield Statement(html.source_line or 1, "html", "language", name, value)


def _read_meta(said: Statement, value: str) -> Iterator[Statement]:
    """Part what has several values; leave out the profile of an author, who has a name."""
    if said.field == "author":
        if not _ADDRESS.match(value):
            yield said
    elif said.field == "keywords" or said.name == "tags":
        parts = [part.strip() for part in _SEVERAL.split(value)]
        yield said._replace(value=[part for part in parts if part])
    else:
        yield said
