"""The seeds' text form: title, date, URL, a blank line, a paragraph a line, labels, share prompt.

All text is text: what looks like HTML is escaped. No line is dropped in silence.
"""

import html
import re
from datetime import UTC, datetime, time
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
    r"share this( on| via)?|share( this)? (article|story|post|page)( on| via)?",  # English
    r"(diesen? )?(artikel|beitrag) teilen( auf| via)?",  # German
    r"partager (cet article|l['’]article)( sur| via)?",  # French
    r"compart(ir|e)( este| esta| el| la)? (artículo|noticia)( en| por)?",  # Spanish
    r"condividi( questo)? articolo( su)?|condividi l['’]articolo( su)?",  # Italian
    r"(partilhar|compartilhar|partilhe|compartilhe)( este)? artigo",  # Portuguese
    r"dela( den här)? artikeln?",  # Swedish
    r"del( denne)? (artikkelen|artiklen|artikel|saken)",  # Danish, Norwegian
    r"jaa( tämä)? (artikkeli|juttu)",  # Finnish
    r"udostępnij( ten)? artykuł",  # Polish
    r"поделиться (статьей|статьёй)",  # Russian
    r"поділитися статтею",  # Ukrainian
    r"κοινοποίηση( άρθρου)?",  # Greek
    r"(bu )?(makaleyi|haberi|yazıyı) paylaş",  # Turkish
    r"شارك( هذا)? المقال",  # Arabic
    r"שתפו( את)? הכתבה",  # Hebrew
    r"(この)?記事を(シェア|共有)(する)?",  # Japanese
    r"分享(这篇|這篇|本)?文章|分享到",  # Chinese
    r"(이 )?기사 공유(하기)?",  # Korean
)
# The verbs alone are prompts before a colon, or before where to.
SHARE_VERBS = (
    r"deel|delen|share|teilen|partager|compartir|condividi|partilhar|compartilhar|dela|jaa"
    r"|udostępnij|поделиться|поділитися|paylaş|شارك|مشاركة|שתפו|シェア|共有|分享|공유"
)
# What may stand below a prompt, and goes with it.
SHARE_TARGETS = r"facebook|twitter|x|whatsapp|linkedin|telegram|bluesky|mastodon|e-?mail|print"

# Not every word before a colon is a scheme: `re:publica`.
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?//\S.*|www\.\S+"
    r"|(?:about|blob|data|file|ftp|javascript|mailto|tel|urn|vbscript):\S.*",
    re.I,
)
# A label is a few words and no sentence: no sentence's end, no quotation, no list item, no
# amount, no address.
LABEL_LENGTH, LABEL_WORDS, MOST_LABELS = 40, 5, 20
_NO_LABEL = re.compile(
    r"[\"“„«»(\[–—•*\d-].*|['‘].*['’]|.*[.!?…。！？：:;,؟۔।॥։።“”’»\"'\])]|[\W\d_]*"
)
_ABBREVIATION = re.compile(r"(?:[^\W\d_]{1,3}\.){2,}")  # U.S.
MOST_REPAIRS = 20
"""Characters removed from a file that are told one by one."""

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
    return Reading(article, tuple(sorted(notes.findings)), tuple(sorted(notes.rules)))


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
    if "detected" in decoded.encoding:
        notes.find(1, "encoding", decoded.encoding, "saved as UTF-8, there is nothing to detect")
    elif decoded.encoding != "UTF-8":
        notes.tell(1, "encoding", decoded.encoding)
    for number, name in decoded.removed[:MOST_REPAIRS]:
        why = "can't be decoded" if name == "U+FFFD" else "can't stand in a feed"
        notes.find(number, "text", "character removed", f"{name} {why}")
    if len(decoded.removed) > MOST_REPAIRS:
        more = len(decoded.removed) - MOST_REPAIRS
        notes.find(decoded.removed[-1][0], "text", "characters removed", f"{more} more like these")
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
    if kind == "date" and (_is_dated(head) or not _is_date(title)):
        kind = ""
    if kind:
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
    for number, line in [(number, line) for number, line in body if line][:2]:
        if kind := _tell_kind(line):
            notes.find(number, "text", f"a {kind} out of place", "the order is title, date, URL")
    return clean_line(title), published, url, body


def _is_dated(head: list[Line]) -> bool:
    """Whether a date follows: then even a title that is a date is one."""
    return bool(head) and _tell_kind(head[0][1]) == "date"


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
    start = at = end
    while at and (not body[at - 1][1] or _is_label(body[at - 1][1])):
        at -= 1
        start = at if body[at][1] else start  # blank lines may part labels, not begin them
    if start == end or settings.labels == "never":
        return body[:end], ()
    number = body[start][0]
    if not prompted and settings.labels == "prompt":
        notes.find(number, "category", "kept as text", "no share prompt ends the labels")
        return body[:end], ()
    found = [(number, line) for number, line in body[start:end] if line]
    if not any(line for _, line in body[:start]) or len(found) > MOST_LABELS:
        notes.find(number, "category", "kept as text", "these lines are too many for labels")
        return body[:end], ()
    labels: dict[str, str] = {}
    for number, line in found:
        label = clean_line(line)
        notes.tell(number, "category", label, "again" if label.casefold() in labels else "")
        labels.setdefault(label.casefold(), label)
    return body[:start], tuple(labels.values())


def _find_prompt(body: list[Line], settings: Settings) -> int:
    """Return where the closing share prompt begins, len(body) where there is none."""
    *prompts, target = _compile_prompts(settings.boilerplate)
    found = at = len(body)
    while at:
        at -= 1
        if any(prompt.fullmatch(body[at][1]) for prompt in prompts):
            found = at
        elif body[at][1] and not target.fullmatch(body[at][1]):
            break
    return found


@lru_cache(maxsize=8)
def _compile_prompts(own: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Compile the prompts known, the settings' own, each by itself, and last the targets."""
    known = (
        rf"(?:{'|'.join(SHARE_PROMPTS)})(?: (?:{SHARE_TARGETS}))?\s*[:：…]?",
        rf"(?:{SHARE_VERBS})\s*[:：]",
        rf"(?:{SHARE_VERBS}) (?:op|via|on|auf|sur|en|su|på)(?: (?:{SHARE_TARGETS}))?\s*[:：]?",
    )
    return tuple(re.compile(pattern, re.I) for pattern in (*known, *own, SHARE_TARGETS))


def _is_label(line: str) -> bool:
    return (
        0 < len(line) <= LABEL_LENGTH
        and len(line.split()) <= LABEL_WORDS
        and (not _NO_LABEL.fullmatch(line) or bool(_ABBREVIATION.fullmatch(line)))
        and not _tell_kind(line)
    )
