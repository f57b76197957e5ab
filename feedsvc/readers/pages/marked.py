"""Marked text: what attributes in the body of a page say: microdata, microformats, `<time>`.

Only what stands in the article counts, not what stands in a comment or beside.
"""

from collections.abc import Iterator

from turbohtml import Document, Element

from feedsvc.readers.pages.statements import Statement, read_attribute, read_element, read_label

__all__ = ["list_marked"]

# Microdata, in schema.org's words; microformats 2, and 1 (hAtom).
_PROPERTIES = {
    "headline": "title",
    "datepublished": "published",
    "datecreated": "published",
    "datemodified": "updated",
    "author": "author",
    "articlesection": "category",
    "keywords": "keywords",
    "description": "summary",
    "image": "image",
    "inlanguage": "language",
}
_CLASSES = (
    (".p-name", "title"),
    (".dt-published", "published"),
    (".dt-updated", "updated"),
    (".p-author", "author"),
    (".u-url", "address"),
    (".p-category", "category"),
    (".p-summary", "summary"),
    (".u-featured, .u-photo", "image"),
)
_OLD_CLASSES = (
    (".entry-title", "title"),
    (".published, .entry-date", "published"),
    (".updated", "updated"),
    (".author .fn, .author.fn, .vcard .fn, .author", "author"),
    ("[rel~=tag]", "category"),
    (".entry-summary", "summary"),
)
_ARTICLES = '[itemtype$="Article" i], [itemtype$="Posting" i], [itemtype$="Recipe" i]'
_PAGES = frozenset(("WebPage", "ItemPage", "Blog", "WebSite"))
_ASIDE = "nav, aside, footer, .h-cite, .comment, .comments, .commentlist, [itemprop~=comment]"
_PUBLISHED = "time[pubdate], time[class*=publish], time[class*=date], [class*=publish] > time"


def list_marked(page: Document) -> Iterator[Statement]:
    """Yield what a page's body says, in its order."""
    yield from _list_microdata(page)
    entries = page.select(".h-entry")
    if entries:
        yield from _list_classes(entries[0], ".h-entry", _CLASSES)
    elif entries := page.select(".hentry"):
        yield from _list_classes(entries[0], ".hentry", _OLD_CLASSES)
    article = page.select_one("article, main, [role=main]") or page
    yield from _list_times(article)
    for link in article.select("a[rel~=author], [rel~=tag]"):
        if link.closest(_ASIDE) or not (label := read_label(link)):
            continue
        if "author" in read_attribute(link, "rel").split():
            person = {"name": label, "url": read_attribute(link, "href")}
            if not person["url"].startswith("http"):
                del person["url"]
            yield _say(link, "link", "author", "author", person)
        elif not entries:
            yield _say(link, "microformats", "category", "tag", label)


def _say(element: Element, source: str, field: str, name: str, value: object) -> Statement:
    return Statement(element.source_line or 1, source, field, name, value)


def _list_microdata(page: Document) -> Iterator[Statement]:
    articles = page.select(_ARTICLES)
    for element in page.select("[itemprop]"):
        around = element.parent
        scope = around.closest("[itemscope]") if isinstance(around, Element) else None
        if not (scope is None or scope in articles[:1] or _is_page(scope)):
            continue
        for name in read_attribute(element, "itemprop").lower().split():
            field = _PROPERTIES.get(name)
            if field == "author":
                yield _say(element, "microdata", field, name, _read_person(element))
            elif field == "keywords":
                parts = [part.strip() for part in read_element(element).split(",")]
                yield _say(element, "microdata", field, name, parts)
            elif field and "itemscope" not in element.attrs:
                yield _say(element, "microdata", field, name, read_element(element))


def _is_page(scope: Element) -> bool:
    return read_attribute(scope, "itemtype").rpartition("/")[2] in _PAGES


def _read_person(element: Element) -> object:
    name = element.select_one('[itemprop~="name"]')
    url = element.select_one('[itemprop~="url"]')
    person = {"name": read_element(name) if name else read_label(element)}
    if not person["name"]:
        person["name"] = read_attribute(element, "content")
    if url and read_element(url).startswith("http"):
        person["url"] = read_element(url)
    return person


def _list_classes(
    entry: Element, root: str, classes: tuple[tuple[str, str], ...]
) -> Iterator[Statement]:
    for selector, field in classes:
        for element in entry.select(selector):
            if element.closest(f".h-cite, .comment, .comments, .commentlist, {root}") != entry:
                continue
            text = read_element(element)
            if field in ("title", "author", "category", "summary"):
                text = read_label(element)
            yield _say(element, "microformats", field, field, text)
            if field not in ("category", "author"):
                break


def _list_times(article: Document | Element) -> Iterator[Statement]:
    """Yield the time that is said to be of the publication, or the only one that there is."""
    times = [time for time in article.select("time[datetime]") if not time.closest(_ASIDE)]
    published = set(article.select(_PUBLISHED))
    said = [time for time in times if time in published]
    values = {read_attribute(time, "datetime") for time in times}
    for time in said[:1] or (times[:1] if len(values) == 1 else []):
        yield _say(time, "time", "published", "time", read_attribute(time, "datetime"))
