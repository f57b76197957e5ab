"""Markdown: an article in any generator's folder: its front matter, its text, its tags.

Raises nothing but ArticleError. What is made of a generator's tags, links and fields is told.
"""

import re
from collections.abc import Callable
from posixpath import splitext
from urllib.parse import urlsplit

from feedsvc.clean import clean_line
from feedsvc.errors import ArticleError, BadValue, MediumRefused
from feedsvc.model import Reading
from feedsvc.readers.assembly import assemble
from feedsvc.readers.fields import Field
from feedsvc.readers.fields.names import find_name
from feedsvc.readers.lines import Notes, decode_file
from feedsvc.readers.markdown.commonmark import render, render_line
from feedsvc.readers.markdown.frontmatter import read_front
from feedsvc.readers.markdown.links import resolve_links
from feedsvc.readers.markdown.markup import finish, prepare
from feedsvc.readers.markdown.mdx import drop_scripts
from feedsvc.readers.markdown.shortcodes import Site, expand_tags
from feedsvc.readers.media import Find, find_nothing, is_beside
from feedsvc.settings import Settings

__all__ = ["read_markdown"]

MOST_LINES = 1000
"""Times that the line of a reference is looked for; of more in one text, one is as good."""

HTML = frozenset((".html", ".htm", ".xhtml", ".xht"))
"""Suffixes of files in which the text is HTML already."""

_LINE_END = re.compile(r"\r\n?")
_MORE = re.compile(r"<!--\s*(?:more|excerpt|truncate|pelican_end_summary)\b[^>]{0,200}-->", re.I)


def read_markdown(path: str, data: bytes, settings: Settings, find: Find = find_nothing) -> Reading:
    """Read an article in Markdown or in MDX; or in HTML, which stands below front matter.

    Raises ArticleError where its front matter can't be read, a field can't be used, or there is
    nothing to publish.
    """
    notes = Notes(path)
    whole = _LINE_END.sub("\n", decode_file(data, notes))
    front = read_front(whole, notes)
    suffix = splitext(path)[1].lower()
    is_html, is_mdx = suffix in HTML, suffix == ".mdx"
    titles = [text for name, text in _list_texts(front.fields) if _is(name, "title")]
    if is_mdx:
        text = drop_scripts(front.text, front.line, notes)
    else:
        site = _make_site(front.fields, settings, find)
        marked = _mark_lead(front.text, front.fields)
        marked = prepare(marked) if is_html else marked
        text = expand_tags(marked, front.line, site, notes)
    title = clean_line(titles[0]) if titles else ""
    try:
        rendered = finish(text) if is_html else render(text, path, title, indented=not is_mdx)
    except BadValue as fault:
        raise ArticleError(path, front.line, "text", fault.what, fault.why) from fault
    where = _find_lines(whole)
    if rendered.taken and title:
        notes.tell(where(f"# {title}"), "text", "heading left out", "it is the title")
    html = resolve_links(rendered.html, settings, notes, where)
    more = _MORE.search(html)
    return assemble(
        path,
        front.fields if is_html else [_render_summary(field) for field in front.fields],
        html,
        settings,
        find,
        notes,
        where=where,
        title=rendered.heading,
        lead=html[: more.start()] if more else "",
    )


def _list_texts(fields: tuple[Field, ...]) -> list[tuple[str, str]]:
    return [(field.name, field.value) for field in fields if isinstance(field.value, str)]


def _is(name: str, field: str) -> bool:
    known = find_name(name)
    return known is not None and known.field == field


def _make_site(fields: tuple[Field, ...], settings: Settings, find: Find) -> Site:
    """Make what a text's variables are: its own fields, and what the site is called."""
    given = {name.lower(): text for name, text in _list_texts(fields)}
    values = {f"{scope}{name}": text for name, text in given.items() for scope in ("page.", "")}
    values |= {"site.title": settings.title, "site.description": settings.description}
    root = urlsplit(settings.site_url).path.rstrip("/")

    def locate(path: str) -> str:
        if root and is_beside(path):
            try:
                find(path)
            except MediumRefused:
                return root
            return ""
        return root

    return Site(values, locate)


def _mark_lead(text: str, fields: tuple[Field, ...]) -> str:
    """Mark where the lead ends, where the article says how it marks that (Jekyll)."""
    marks = [mark.strip() for name, mark in _list_texts(fields) if name == "excerpt_separator"]
    return text.replace(marks[0], "<!--more-->", 1) if any(marks) else text


def _render_summary(field: Field) -> Field:
    """Render the Markdown of a summary, as Pelican and Hugo do."""
    if isinstance(field.value, str) and _is(field.name, "summary"):
        return field._replace(value=render_line(field.value))
    return field


def _find_lines(whole: str) -> Callable[[str], int]:
    """Make a finder of the line in which a reference stands first, 1 where it doesn't.

    Of one that was made of something else, its last part may stand there.
    """
    left = MOST_LINES

    def where(reference: str) -> int:
        nonlocal left
        stem = splitext(re.sub(r".*[/}]", "", reference.partition("#")[0]))[0]
        for written in (reference, stem):
            left -= 1
            if written and left > 0 and (at := whole.find(written)) >= 0:
                return whole.count("\n", 0, at) + 1
        return 1

    return where
