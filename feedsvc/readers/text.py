"""The seeds' text form: title, date, URL, a blank line, a paragraph a line, labels, share prompt.

All text is text: what looks like HTML is escaped. No line is dropped in silence.
"""

import html
import re
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from feedsvc.clean import clean_line, clean_url, decode, trim
from feedsvc.dates import looks_like_date, read_date
from feedsvc.errors import ArticleError, BadValue
from feedsvc.model import Article, Finding, Reading
from feedsvc.settings import Settings

__all__ = ["read_text"]

# Share prompts as publishers end their articles with, in each language the whole line.
SHARE_PROMPTS = (
    r"deel( dit| deze)? (artikel|bericht|verhaal|pagina)( via| op)?",  # Dutch
    r"share( this)?( article| story| post| page)?( on| via)?",  # English
    r"(diesen? )?(artikel|beitrag) teilen",  # German
    r"partager( cet article| l['’]article| sur)?",  # French
    r"compart(ir|e)( este| esta| el| la)? (artículo|noticia)",  # Spanish
    r"condividi( questo| l['’])? ?articolo",  # Italian
    r"(partilhar|compartilhar|partilhe|compartilhe)( este)? artigo",  # Portuguese
    r"dela( den här)? artikeln?",  # Swedish
    r"del( denne)? (artikkelen|artiklen|artikel|saken)",  # Danish, Norwegian
    r"jaa( tämä)? (artikkeli|juttu)",  # Finnish
    r"udostępnij( ten)? artykuł",  # Polish
    r"поделиться( статьей| статьёй)?",  # Russian
    r"поділитися( статтею)?",  # Ukrainian
    r"κοινοποίηση( άρθρου)?",  # Greek
    r"(bu )?(makaleyi|haberi|yazıyı) paylaş",  # Turkish
    r"شارك( هذا)? المقال",  # Arabic
    r"שתפו( את)? הכתבה",  # Hebrew
    r"(この)?記事を(シェア|共有)(する)?",  # Japanese
    r"分享(这篇|這篇|本)?文章|分享到",  # Chinese
    r"(이 )?기사 공유(하기)?",  # Korean
)
# What may stand below a prompt, and goes with it.
SHARE_TARGETS = r"facebook|twitter|x|whatsapp|linkedin|telegram|bluesky|mastodon|e-?mail|print"

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S.*|//\S+")
# A label is a few words and no sentence: no sentence's end, no quotation, no list item.
LABEL_LENGTH, LABEL_WORDS, MOST_LABELS = 40, 5, 20
_NO_LABEL = re.compile(r"[\"'“„«»‘(\[–—•*-].*|.*[.!?…。！？：:;,؟“”’»\"'\])]|[\W\d_]*")

Line: TypeAlias = tuple[int, str]
"""A line's number in its file, from 1, and its text."""


class _Notes:
    """What a reading found on its way, in the order of the lines."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.rules: list[Finding] = []

    def find(self, line: int, field: str, what: str, why: str = "") -> None:
        self.findings.append(Finding(self.path, line, field, what, why))

    def tell(self, line: int, field: str, what: str, why: str = "") -> None:
        self.rules.append(Finding(self.path, line, field, what, why))


def read_text(path: str, data: bytes, settings: Settings) -> Reading:
    """Read an article in the text form.

    Raises ArticleError where there is no title, a date or URL that can't be one, or nothing to
    publish.
    """
    notes = _Notes(path)
    lines = _split(path, data, notes)
    title, published, url, body = _read_head(path, lines, settings, notes)
    body, categories = _read_end(body, settings, notes)
    paragraphs = [text for _, text in body if text]
    if not paragraphs and url is None:
        raise ArticleError(path, lines[0][0], "text", "missing", "and no URL to point at")
    if published is None:
        notes.find(lines[0][0], "published", "missing", "it gets the time it was first seen")
    article = Article(
        title=title,
        content=_mark_up(paragraphs),
        summary=clean_line(paragraphs[0]) if paragraphs else "",
        url=url,
        published=published,
        categories=categories,
    )
    return Reading(article, tuple(notes.findings), tuple(notes.rules))


def _mark_up(paragraphs: list[str]) -> str:
    if not paragraphs:
        return ""
    text = html.escape("\n".join(paragraphs), quote=False)
    return "<p>" + text.replace("\n", "</p>\n<p>") + "</p>"


def _split(path: str, data: bytes, notes: _Notes) -> list[Line]:
    """Decode and clean the file; its lines from the first to the last that isn't blank."""
    try:
        decoded = decode(data)
    except BadValue as fault:
        raise ArticleError(path, 1, "text", fault.what, fault.why) from fault
    if decoded.encoding != "UTF-8":
        notes.tell(1, "encoding", decoded.encoding)
    for number, name in decoded.removed:
        notes.find(number, "text", "character removed", f"{name} can't stand in a feed")
    lines = [(number, trim(line)) for number, line in enumerate(decoded.text.splitlines(), 1)]
    while lines and not lines[-1][1]:
        lines.pop()
    first = next((at for at, (_, line) in enumerate(lines) if line), None)
    if first is None:
        raise ArticleError(path, 1, "title", "missing", "the file has no text")
    return lines[first:]


def _read_head(
    path: str, lines: list[Line], settings: Settings, notes: _Notes
) -> tuple[str, datetime | None, str | None, list[Line]]:
    """Take title, date and URL off the first lines; return them and the lines that follow."""
    end = next((at for at, (_, line) in enumerate(lines) if not line), len(lines))
    head, body = lines[1:end], lines[end:]
    number, title = lines[0]
    kind = _tell_kind(title)
    if kind and not (kind == "date" and head and _tell_kind(head[0][1]) == "date"):
        raise ArticleError(path, number, "title", "missing", f"the first line is a {kind}")
    if clean_line(title) != title:
        notes.tell(number, "title", "cleaned", "of invisible characters and double spaces")

    published = url = None
    if head and _tell_kind(head[0][1]) != "URL":
        followed = len(head) > 1 and _tell_kind(head[1][1]) == "URL"
        if followed or _tell_kind(head[0][1]) == "date":
            published = _read_published(path, head.pop(0), settings)
    if head and _tell_kind(head[0][1]) == "URL":
        number, text = head.pop(0)
        try:
            url = clean_url(text)
        except BadValue as fault:
            raise ArticleError(path, number, "url", fault.what, fault.why) from fault
        if url != text:
            notes.tell(number, "url", "mapped to a URI", text)
    if head:
        notes.find(head[0][0], "text", "no blank line above", "taken as the first paragraph")
    body = head + body
    first = next(((number, line) for number, line in body if line), None)
    if first and (kind := _tell_kind(first[1])):
        notes.find(first[0], "text", f"a {kind} out of place", "the order is title, date, URL")
    return clean_line(title), published, url, body


def _read_published(path: str, line: Line, settings: Settings) -> datetime:
    number, text = line
    try:
        return read_date(text, zone=ZoneInfo(settings.timezone), default_time=settings.default_time)
    except BadValue as fault:
        raise ArticleError(path, number, "published", fault.what, fault.why) from fault


def _tell_kind(line: str) -> str:
    """Tell a header line that is a "date" or a "URL" (be it a bad one) from text ("")."""
    if _ADDRESS.fullmatch(line):
        return "URL"
    return "date" if looks_like_date(line) else ""


def _read_end(
    body: list[Line], settings: Settings, notes: _Notes
) -> tuple[list[Line], tuple[str, ...]]:
    """Take share prompts and section labels off the end; return the rest, and the labels."""
    end = _find_prompt(body, settings)
    for number, line in body[end:]:
        if line:
            notes.tell(number, "boilerplate", "dropped", line)
    prompted = end < len(body)
    while end and not body[end - 1][1]:
        end -= 1
    start = end
    while start and _is_label(body[start - 1][1]):
        start -= 1
    if start == end or settings.labels == "never":
        return body[:end], ()
    number = body[start][0]
    if not prompted and settings.labels == "prompt":
        notes.find(number, "category", "kept as text", "no share prompt ends the labels")
        return body[:end], ()
    if not any(line for _, line in body[:start]) or end - start > MOST_LABELS:
        notes.find(number, "category", "kept as text", "these lines are too many for labels")
        return body[:end], ()
    labels: dict[str, str] = {}
    for number, line in body[start:end]:
        label = clean_line(line)
        notes.tell(number, "category", label, "again" if label.casefold() in labels else "")
        labels.setdefault(label.casefold(), label)
    return body[:start], tuple(labels.values())


def _find_prompt(body: list[Line], settings: Settings) -> int:
    """Return where the closing share prompt begins, len(body) where there is none."""
    prompt, target = _compile_prompts(settings.boilerplate)
    found = at = len(body)
    while at:
        at -= 1
        if prompt.fullmatch(body[at][1]):
            found = at
        elif body[at][1] and not target.fullmatch(body[at][1]):
            break
    return found


@lru_cache(maxsize=8)
def _compile_prompts(own: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    shared = "|".join(SHARE_PROMPTS)
    patterns = [rf"(?:{shared})\s*[:：…]?", *(f"(?:{pattern})" for pattern in own)]
    return re.compile("|".join(patterns), re.I), re.compile(SHARE_TARGETS, re.I)


def _is_label(line: str) -> bool:
    return (
        0 < len(line) <= LABEL_LENGTH
        and len(line.split()) <= LABEL_WORDS
        and not _NO_LABEL.fullmatch(line)
    )
