"""The text form: title, date, URL and fields, a blank line, a paragraph a line, labels, prompts.

All text is text: what looks like HTML is escaped. No line is dropped in silence. A line like
`author: Jan` is a field where a blank line, or the end, tells it from the text: where the lines
below the title run on into text, it is text.
"""

from datetime import UTC, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from feedsvc.clean import clean_line, clean_url
from feedsvc.dates import read_date
from feedsvc.errors import ArticleError, BadValue
from feedsvc.model import Article, Reading, Selection
from feedsvc.readers.fields import Field, Fields, find_field, read_fields
from feedsvc.readers.fields.addresses import Address
from feedsvc.readers.fields.filenames import read_name
from feedsvc.readers.fields.permalinks import Page, find_url
from feedsvc.readers.lines import Line, Notes, split_lines, tell_kind
from feedsvc.readers.media import Find, find_nothing, is_media, mark_up
from feedsvc.readers.prompts import read_end
from feedsvc.settings import Settings

__all__ = ["read_text"]


def read_text(path: str, data: bytes, settings: Settings, find: Find = find_nothing) -> Reading:
    """Read an article in the text form.

    An article of nothing but a summary has it for its text. Raises ArticleError where there is
    no title, a date, URL or field that can't be one, or nothing to publish.
    """
    notes = Notes(path)
    lines = split_lines(data, notes)
    title, published, url, fields, rest = _read_head(path, lines, settings, find, notes)
    rest, categories = read_end(rest, fields.categories, settings, notes)
    if fields.summary and url is None and not any(line for _, line in rest):
        rest = [(lines[0][0], fields.summary)]
    body = mark_up(rest, fields.image, fields.enclosures, find, notes)
    if not (body.content or url or body.image or body.enclosures):
        raise ArticleError(path, lines[0][0], "text", "missing", "and no URL to point at")
    if published is None:
        notes.find(lines[0][0], "published", "missing", "it gets the time it was first seen")
    placed = url is None and settings.permalink != ""
    if placed:
        local = published and published.astimezone(ZoneInfo(settings.timezone))
        page = Page(read_name(path), title, "", local, categories)
        url = find_url(page, Address(), lines[0][0], settings, notes)
    article = Article(
        title=title,
        content=body.content,
        summary=fields.summary or body.summary,
        url=url,
        published=published,
        updated=fields.updated,
        authors=fields.authors,
        categories=categories,
        language=fields.language,
        id=fields.id,
        image=body.image,
        enclosures=body.enclosures,
    )
    return Reading(
        article,
        tuple(sorted((*notes.findings, *fields.findings))),
        tuple(sorted((*notes.rules, *fields.rules))),
        fields.selection,
        placed=placed,
    )


def _read_head(
    path: str, lines: list[Line], settings: Settings, find: Find, notes: Notes
) -> tuple[str, datetime | None, str | None, Fields, list[Line]]:
    """Take title, date, URL and fields off the first lines; return them and the lines after."""
    end = next((at for at, (_, line) in enumerate(lines) if not line), len(lines))
    given, head = _part_fields(path, lines[1:end], settings, notes)
    number, title = lines[0]
    kind = tell_kind(title)
    if kind == "date" and (_is_dated(head) or not _is_date(title)):
        kind = ""
    if kind:
        raise ArticleError(path, number, "title", "missing", f"the first line is a {kind}")
    if clean_line(title) != title:
        notes.tell(number, "title", "cleaned", "of invisible characters and double spaces")

    date, address, text = _part_head(head)
    published = _read_published(path, date, settings) if date else None
    url = _read_url(path, address, notes) if address else None
    fields = (
        read_fields(path, given, settings, find, published=published, strict=True)
        if given
        else Fields()
    )
    if text:
        notes.find(text[0][0], "text", "no blank line above", "taken as the first paragraph")
    body = text + lines[end:]
    for number, line in islice(((number, line) for number, line in body if line), 2):
        if (kind := tell_kind(line)) and not is_media(line):
            notes.find(number, "text", f"a {kind} out of place", "the order is title, date, URL")
        elif (field := find_field((number, line))) and _withholds(path, field, settings):
            why = "fields stand above the first blank line"
            notes.find(number, field.name, "kept as text", why)
    return clean_line(title), published, url, fields, body


def _part_fields(
    path: str, block: list[Line], settings: Settings, notes: Notes
) -> tuple[list[Field], list[Line]]:
    """Part the lines below the title, up to a blank one, into fields and others.

    Where there is text among the others, there are no fields: their lines stay where they are.
    """
    fields = [field for line in block if (field := find_field(line))]
    if not fields:
        return [], block
    numbers = {field.line for field in fields}
    others = [line for line in block if line[0] not in numbers]
    if not _part_head(others)[2]:
        return fields, others
    for field in fields:
        why = "no blank line parts it from the text"
        if _withholds(path, field, settings):
            raise ArticleError(path, field.line, field.name, "not clear", why)
        notes.find(field.line, field.name, "kept as text", why)
    return [], block


def _withholds(path: str, field: Field, settings: Settings) -> bool:
    """Whether a field says not to publish the article, or not for ever: no guess is safe then."""
    try:
        return read_fields(path, [field], settings, strict=True).selection != Selection()
    except ArticleError:
        return False


def _part_head(head: list[Line]) -> tuple[Line | None, Line | None, list[Line]]:
    """Part the lines below the title into the date, the URL, and the text that they run into."""
    date = url = None
    kinds = [tell_kind(line) for _, line in head[:2]]
    if kinds == ["", "URL"] or kinds[:1] == ["date"]:
        date, head, kinds = head[0], head[1:], kinds[1:]
    if kinds[:1] == ["URL"]:
        url, head = head[0], head[1:]
    return date, url, head


def _is_dated(head: list[Line]) -> bool:
    """Whether a date follows: then even a title that is a date is one."""
    return bool(head) and tell_kind(head[0][1]) == "date"


def _is_date(line: str) -> bool:
    try:
        read_date(line, zone=UTC, default_time=time())
    except BadValue as fault:
        return fault.what != "not a date"
    return True


def _read_published(path: str, line: Line, settings: Settings) -> datetime:
    number, text = line
    try:
        return read_date(text, zone=ZoneInfo(settings.timezone), default_time=settings.default_time)
    except BadValue as fault:
        raise ArticleError(path, number, "published", fault.what, fault.why) from fault


def _read_url(path: str, line: Line, notes: Notes) -> str:
    number, text = line
    try:
        url = clean_url(text)
    except BadValue as fault:
        raise ArticleError(path, number, "url", fault.what, fault.why) from fault
    if url != text:
        notes.tell(number, "url", "mapped to a URI", text)
    return url
