"""Entries: the fields and the text of a record to a Reading: where every record's reader ends.

An id that is no IRI tells a record from others. Only that of a feed is published: its readers know
the entry by it.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from feedsvc.clean import clean_line, clean_text, is_iri
from feedsvc.converters import show
from feedsvc.errors import ArticleError, BadValue, NoValue
from feedsvc.model import Finding, Reading
from feedsvc.readers.assembly import assemble
from feedsvc.readers.fields import Field
from feedsvc.readers.fields.filenames import FileName, read_name
from feedsvc.readers.fields.names import find_name
from feedsvc.readers.fields.values import LONGEST, read_id, read_moment, write
from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown.commonmark import render
from feedsvc.readers.media import Find, is_media, tell_type
from feedsvc.settings import Settings

__all__ = ["Given", "Text", "compose"]

_SCALAR = (str, int, float)

LONGEST_TITLE = 80
"""Characters of the text that a record without a title is called by."""


class Text(NamedTuple):
    """A text: the line that it begins in, what it is called, and what it is.

    `kind` is `HTML`, `Markdown` or `text`, or empty where that is to be told by its looks. One that
    is `folded` stands in one line of its file, whatever lines it has.
    """

    line: int = 1
    name: str = ""
    text: str = ""
    kind: str = "HTML"
    folded: bool = False


class Given(NamedTuple):
    """What a record says: its fields, its text, HTML for a summary, what references are against.

    It is of a `feed` or not, and may be `alone` in its file.
    """

    line: int
    fields: Sequence[Field]
    text: Text
    lead: str = ""
    base: str = ""
    feed: bool = False
    alone: bool = False


def compose(
    path: str, given: Given, settings: Settings, find: Find, notes: Notes | None = None
) -> Reading:
    """Make the Reading of a record of the file `path`.

    Raises ArticleError, with the line in that file, where it can't be published.
    """
    notes = notes or Notes(path)
    try:
        fields, id = _part_id(given, notes)
        if given.feed:
            _check_dates(path, fields, settings)
        said = _find_title(fields)
        content, heading = _mark_up(given.text, said, notes)
        title = heading or _begin(content or given.lead)
        reading = assemble(
            path,
            fields,
            content,
            settings,
            find,
            notes,
            where=_locate(given.text),
            title=title,
            lead=given.lead,
            base=given.base,
            lenient=given.feed,
            name=None if given.alone else _name(said or title),
        )
    except ArticleError as fault:
        # What isn't said of a field is said of the record.
        line = max(fault.line, given.line)
        raise ArticleError(path, line, fault.field, fault.what, fault.why) from fault
    if id:
        reading = replace(reading, article=replace(reading.article, id=id))
    if reading.article.updated and not reading.article.published:
        reading = _date_by_update(reading)
    return replace(
        reading,
        findings=_place(reading.findings, given.line),
        rules=_place(reading.rules, given.line),
        slug=reading.slug or ("" if given.alone else reading.article.title),
    )


def _date_by_update(reading: Reading) -> Reading:
    """Tell of an entry that says only when it was updated what its date will be."""
    missing = [
        each for each in reading.findings if (each.field, each.what) == ("published", "missing")
    ]
    why = "it gets the time of the update that is seen first"
    return replace(
        reading,
        findings=tuple(each for each in reading.findings if each not in missing),
        rules=(*reading.rules, *(replace(each, why=why) for each in missing)),
    )


def _find_title(fields: Sequence[Field]) -> str:
    titles = (field.value for field in fields if _says(field) == "title")
    return next((clean_line(title) for title in titles if isinstance(title, str)), "")


def _name(title: str) -> FileName:
    """Name a record after its title, as if it were a file of its own."""
    return read_name(title.replace("/", " "))._replace(title="", day=None)


def _says(field: Field) -> str:
    known = find_name(field.name)
    return known.field if known else ""


def _place(findings: Sequence[Finding], line: int) -> tuple[Finding, ...]:
    return tuple(sorted(replace(each, line=max(each.line, line)) for each in findings))


def _part_id(given: Given, notes: Notes) -> tuple[list[Field], str]:
    """Part the fields from an id that is no IRI; return that of a feed."""
    kept, plain = [], ""
    for field in given.fields:
        if _says(field) == "id":
            text = clean_line(write(field.value)) if isinstance(field.value, _SCALAR) else ""
            if not (is_iri(text) if given.feed else _is_id(field.value)):
                why = "it tells the record from others"
                if given.feed and not plain:
                    plain, why = text[:LONGEST], "kept where an id may be no IRI: not in Atom"
                notes.tell(field.line, field.name, show(field.value), why)
                continue
        kept.append(field)
    return kept, plain


def _is_id(value: object) -> bool:
    """Whether a value may be an id everywhere."""
    try:
        return bool(read_id(value))
    except BadValue:
        return False


def _check_dates(path: str, fields: Sequence[Field], settings: Settings) -> None:
    """See that dates can be read: who follows a feed must not see its past as new."""
    for field in fields:
        if _says(field) in ("published", "updated"):
            try:
                read_moment(field.value, settings)
            except NoValue:
                continue
            except BadValue as fault:
                raise ArticleError(path, field.line, field.name, fault.what, fault.why) from fault


def _mark_up(text: Text, title: str, notes: Notes) -> tuple[str, str]:
    """Make HTML of a text, as its kind says; return it, and the heading that is its title."""
    clean = clean_text(text.text)
    if clean != unicodedata.normalize("NFC", text.text):
        notes.find(text.line, "text", "characters removed", "they can't stand in a feed")
    kind = text.kind or ("HTML" if _HTML.search(clean) else "text")
    if clean and text.name:
        notes.tell(text.line, text.name, f"read as {kind}", "" if text.kind else "by its looks")
    if kind == "text":
        return _mark_up_lines(clean), ""
    if kind == "HTML":
        return clean, ""
    try:
        rendered = render(clean, clean, title)
    except BadValue as fault:
        raise ArticleError(notes.path, text.line, text.name, fault.what, fault.why) from fault
    return rendered.html, rendered.heading


def _mark_up_lines(text: str) -> str:
    """Make a paragraph of each line of text, a figure of a picture, a link of sound and films."""
    blocks = []
    for line in filter(None, map(clean_line, text.splitlines())):
        shown = html.escape(line)
        if not is_media(line):
            blocks.append(f"<p>{html.escape(line, quote=False)}</p>")
        elif tell_type(line).startswith("image/"):
            blocks.append(f'<figure><img src="{shown}" alt=""></figure>')
        else:
            blocks.append(f'<p><a href="{shown}">{shown}</a></p>')
    return "\n".join(blocks)


_HTML = re.compile(
    r"</?(?:p|br|div|span|a|img|ul|ol|li|h[1-6]|blockquote|figure|table|pre|code|em|strong|b|i)"
    r"(?:\s[^<>]*)?/?>",
    re.I,
)
_TAG = re.compile(r"<(?:script|style)\b.*?</|<!--.*?-->|<[^>]*>", re.I | re.S)


def _begin(content: str) -> str:
    """Return how a text begins, for a title."""
    text = clean_line(html.unescape(_TAG.sub(" ", content[: 100 * LONGEST_TITLE])))
    if len(text) <= LONGEST_TITLE:
        return text
    cut = text[:LONGEST_TITLE].rpartition(" ")[0] or text[:LONGEST_TITLE]
    return f"{cut.rstrip(',;:-–—')}…"


def _locate(text: Text) -> Callable[[str], int]:
    """Return what tells the line of a reference."""

    def where(reference: str) -> int:
        return (
            text.line
            if text.folded
            else text.line + text.text.count("\n", 0, max(text.text.find(reference), 0))
        )

    return where
