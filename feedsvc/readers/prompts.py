"""Prompts: what publishers end an article with, share prompts and the section labels above.

Only whole lines at the end count, and pictures there stay. What isn't clearly a label is text.
"""

import re
from functools import lru_cache

from feedsvc.clean import clean_line
from feedsvc.readers.lines import Line, Notes, tell_kind
from feedsvc.readers.media import is_media
from feedsvc.settings import Settings

__all__ = ["MOST_LABELS", "SHARE_PROMPTS", "read_end"]

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

# A label is a few words and no sentence: no sentence's end, no quotation, no list item, no
# amount, no address.
LABEL_LENGTH, LABEL_WORDS, MOST_LABELS = 40, 5, 20
_NO_LABEL = re.compile(
    r"[\"“„«»(\[–—•*\d-].*|['‘].*['’]|.*[.!?…。！？：:;,؟۔।॥։።“”’»\"'\])]|[\W\d_]*"
)
_ABBREVIATION = re.compile(r"(?:[^\W\d_]{1,3}\.){2,}")  # U.S.


def read_end(
    body: list[Line], known: tuple[str, ...], settings: Settings, notes: Notes
) -> tuple[list[Line], tuple[str, ...]]:
    """Take share prompts and section labels off the end; return the rest, and all categories.

    `known` are the categories that the article names elsewhere; the labels come after them.
    """
    rest, prompted = _take_prompt(body, settings, notes)
    end = len(rest)
    while end and (not rest[end - 1][1] or is_media(rest[end - 1][1])):
        end -= 1
    start = at = end
    while at and (not rest[at - 1][1] or _is_label(rest[at - 1][1])):
        at -= 1
        start = at if rest[at][1] else start  # blank lines may part labels, not begin them
    if start == end or settings.labels == "never":
        return rest, known
    number = rest[start][0]
    if not prompted and settings.labels == "prompt":
        notes.find(
            number,
            "category",
            "kept as text",
            "no share prompt ends the labels; labels = 'always' takes them",
        )
        return rest, known
    found = [(number, line) for number, line in rest[start:end] if line]
    if not any(line for _, line in rest[:start]) or len(found) > MOST_LABELS:
        notes.find(
            number,
            "category",
            "kept as text",
            "too many for labels; write them as a field: category: …",
        )
        return rest, known
    labels = {label.casefold(): label for label in known}
    for number, line in found:
        label = clean_line(line)
        notes.tell(number, "category", label, "again" if label.casefold() in labels else "")
        labels.setdefault(label.casefold(), label)
    return rest[:start] + rest[end:], tuple(labels.values())


def _take_prompt(body: list[Line], settings: Settings, notes: Notes) -> tuple[list[Line], bool]:
    """Take the closing share prompt off, and what goes with it; return whether there was one."""
    *prompts, target = _compile_prompts(settings.boilerplate)
    found = at = len(body)
    while at:
        at -= 1
        line = body[at][1]
        if _is_prompt(line, prompts):
            found = at
        elif line and not target.fullmatch(line) and not is_media(line):
            break
    kept = body[:found]
    for number, line in body[found:]:
        if is_media(line) and not _is_prompt(line, prompts):
            kept.append((number, line))
        elif line:
            notes.tell(number, "boilerplate", "dropped", line)
    return kept, found < len(body)


def _is_prompt(line: str, prompts: list[re.Pattern[str]]) -> bool:
    return any(prompt.fullmatch(line) for prompt in prompts)


@lru_cache(maxsize=8)
def _compile_prompts(own: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Compile the prompts known, the settings' own, each by itself, and last the targets."""
    known = (
        rf"(?:{'|'.join(SHARE_PROMPTS)})(?: (?:{SHARE_TARGETS}))?\s*[:：…]?"
        rf"|(?:{SHARE_VERBS})\s*[:：]"
        rf"|(?:{SHARE_VERBS}) (?:op|via|on|auf|sur|en|su|på)(?: (?:{SHARE_TARGETS}))?\s*[:：]?"
    )
    return tuple(re.compile(pattern, re.I) for pattern in (known, *own, SHARE_TARGETS))


def _is_label(line: str) -> bool:
    return (
        0 < len(line) <= LABEL_LENGTH
        and len(line.split()) <= LABEL_WORDS
        and (not _NO_LABEL.fullmatch(line) or bool(_ABBREVIATION.fullmatch(line)))
        and not tell_kind(line)
    )
