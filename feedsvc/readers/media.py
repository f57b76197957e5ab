"""Media: what kind of file an address names, and pictures, sound and films among a text's lines.

The suffix of the address decides, by the table here: nothing is fetched, and what a machine
thinks of suffixes plays no part. A file beside the article is found by who reads the folder.
"""

import html
import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from feedsvc.clean import clean_line, clean_url
from feedsvc.converters import show
from feedsvc.errors import BadValue, MediumRefused
from feedsvc.model import Enclosure, Picture
from feedsvc.readers.lines import Line, Notes

__all__ = ["Body", "Find", "find_nothing", "is_beside", "is_media", "mark_up", "tell_type"]

Find: TypeAlias = Callable[[str], Enclosure]
"""Find the file beside the article that a relative reference names: its address here, its type,
its length, its name. Raises MediumRefused where there is none, or none that may be published."""

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

# A reference without scheme or host (RFC 3986, section 4.2) to a file with a suffix.
_BESIDE = re.compile(r"(?!//)(?![^\s/?#]*:)[^\s?#]*[^\s?#/]\.(\w{2,5})")


class Body(NamedTuple):
    """What a text's lines are to an article: HTML, the first text, pictures and enclosures."""

    content: str
    summary: str
    image: Picture | None
    enclosures: tuple[Enclosure, ...]


def find_nothing(reference: str) -> Enclosure:
    """Find no file, as where there is no folder."""
    raise MediumRefused("no such file", show(reference))


def is_beside(reference: str) -> bool:
    """Whether a reference is to a file beside the article, be there one or not."""
    return _BESIDE.fullmatch(reference) is not None


def tell_type(address: str) -> str:
    """Tell the media type of an http, https or relative address by its suffix, "" if it can't."""
    match = _FILE.fullmatch(address) or _BESIDE.fullmatch(address)
    return TYPES.get(match[1].lower(), "") if match else ""


def is_media(line: str) -> bool:
    """Whether a line is nothing but the address of a picture, of sound or of a film."""
    return " " not in line and tell_type(line).startswith(("image/", "audio/", "video/"))


def mark_up(
    lines: list[Line],
    image: Picture | None,
    enclosures: tuple[Enclosure, ...],
    find: Find,
    notes: Notes,
) -> Body:
    """Make a paragraph of each line of text, a figure of a picture, a link of sound and films.

    `image` and `enclosures` are those that the article names elsewhere; the first picture is
    the image where there is none.
    """
    texts = [text for _, text in lines if text]
    if not texts:
        return Body("", "", image, enclosures)
    if not any(is_media(text) for text in texts):
        return Body(_mark_up_texts(texts), clean_line(texts[0]), image, enclosures)
    blocks = []
    summary = ""
    attached = {enclosure.url: enclosure for enclosure in enclosures}
    for number, text in [(number, text) for number, text in lines if text]:
        file = _find_file(number, text, find, notes)
        if file is None:
            blocks.append(_mark_up_texts([text]))
            summary = summary or clean_line(text)
        elif file.type.startswith("image/"):
            notes.tell(number, "image", file.url)
            image = image or Picture(file.url, "", file.type)
            alt = html.escape(image.alt if image.url == file.url else "")
            blocks.append(f'<figure><img src="{html.escape(file.url)}" alt="{alt}"></figure>')
        else:
            notes.tell(number, "enclosure", file.url, file.type)
            attached.setdefault(file.url, file)
            shown = html.escape(text, quote=False)
            blocks.append(f'<p><a href="{html.escape(file.url)}">{shown}</a></p>')
    return Body("\n".join(blocks), summary, image, tuple(attached.values()))


def _mark_up_texts(texts: list[str]) -> str:
    whole = html.escape("\n".join(texts), quote=False)
    return "<p>" + whole.replace("\n", "</p>\n<p>") + "</p>"


def _find_file(number: int, line: str, find: Find, notes: Notes) -> Enclosure | None:
    """Return the file that a line of media names, None where the line is text."""
    if not is_media(line):
        return None
    try:
        return find(line) if is_beside(line) else Enclosure(clean_url(line), tell_type(line))
    except BadValue as fault:
        notes.find(number, "text", fault.what, f"{fault.why}; kept as text")
        return None
