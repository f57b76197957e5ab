"""Media: what kind of file an address names, and pictures, sound and films among a text's lines.

The suffix of the address decides, by the table here: nothing is fetched, and what a machine
thinks of suffixes plays no part.
"""

import html
import re
from typing import NamedTuple

from feedsvc.clean import clean_line, clean_url
from feedsvc.errors import BadValue
from feedsvc.model import Enclosure, Picture
from feedsvc.readers.lines import Line, Notes

__all__ = ["Body", "is_media", "mark_up", "tell_type"]

TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",  # RFC 7845 section 9: the container's type
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "m4v": "video/x-m4v",  # as podcast directories ask
    "ogv": "video/ogg",
    "webm": "video/webm",
    "mov": "video/quicktime",
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
    "zip": "application/zip",
}
"""Media types by suffix, of what comes with an article."""

# The path ends in the suffix: a host may end in `.mov` too.
_FILE = re.compile(r"https?://[^\s/?#]+/[^\s?#]*\.(\w{2,5})(?:[?#]\S*)?", re.I)


class Body(NamedTuple):
    """What a text's lines are to an article: HTML, the first text, pictures and enclosures."""

    content: str
    summary: str
    image: Picture | None
    enclosures: tuple[Enclosure, ...]


def tell_type(address: str) -> str:
    """Tell the media type of an http or https address by its suffix, "" where that tells none."""
    match = _FILE.fullmatch(address)
    return TYPES.get(match[1].lower(), "") if match else ""


def is_media(line: str) -> bool:
    """Whether a line is nothing but the address of a picture, of sound or of a film."""
    return tell_type(line).startswith(("image/", "audio/", "video/"))


def mark_up(
    lines: list[Line], image: Picture | None, enclosures: tuple[Enclosure, ...], notes: Notes
) -> Body:
    """Make a paragraph of each line of text, a figure of a picture, a link of sound and films.

    `image` and `enclosures` are those that the article names elsewhere; the first picture is
    the image where there is none.
    """
    texts = [text for _, text in lines if text]
    if not texts:
        return Body("", "", image, enclosures)
    if not any(text[0] in "hH" and is_media(text) for text in texts):
        return Body(_mark_up_texts(texts), clean_line(texts[0]), image, enclosures)
    blocks = []
    summary = ""
    attached = {enclosure.url: enclosure for enclosure in enclosures}
    for number, text in [(number, text) for number, text in lines if text]:
        url = _read_address(number, text, notes)
        if not url:
            blocks.append(_mark_up_texts([text]))
            summary = summary or clean_line(text)
        elif (type := tell_type(text)).startswith("image/"):
            notes.tell(number, "image", url)
            image = image or Picture(url, "", type)
            alt = html.escape(image.alt if image.url == url else "")
            blocks.append(f'<figure><img src="{html.escape(url)}" alt="{alt}"></figure>')
        else:
            notes.tell(number, "enclosure", url, type)
            attached.setdefault(url, Enclosure(url, type))
            shown = html.escape(text, quote=False)
            blocks.append(f'<p><a href="{html.escape(url)}">{shown}</a></p>')
    return Body("\n".join(blocks), summary, image, tuple(attached.values()))


def _mark_up_texts(texts: list[str]) -> str:
    whole = "".join(texts)
    if "&" in whole or "<" in whole or ">" in whole:  # rare, and replacing is slower than looking
        texts = [html.escape(text, quote=False) for text in texts]
    return "<p>" + "</p>\n<p>".join(texts) + "</p>"


def _read_address(number: int, line: str, notes: Notes) -> str:
    """Return the address that a line of media is, "" where it is text."""
    if not is_media(line):
        return ""
    try:
        return clean_url(line)
    except BadValue as fault:
        notes.find(number, "text", fault.what, f"{fault.why}; kept as text")
        return ""
