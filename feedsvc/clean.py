"""Hygiene of text and addresses: what leaves this room can stand in XML, HTML and a URI.

Bad characters are no error: they are removed, and `decode` says which and where.
"""

import codecs
import re
import unicodedata
from bisect import bisect_right
from html import unescape
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from feedsvc.errors import BadValue

__all__ = [
    "clean_line",
    "clean_markup",
    "clean_text",
    "clean_url",
    "decode",
    "is_iri",
    "join_url",
    "make_iri",
    "show_id",
    "trim",
]

_BOMS = (  # UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MOST_ILLEGAL = 0.1
"""Of all characters; a file with more of them is no text."""

LEGACY = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "euc_jp"),
    *("gb18030", "big5", "euc_kr", "koi8_r"),
]
"""Encodings that texts are found in; of all there are, a short text fits an exotic one as well."""

LONGEST_URI = 2000
"""Characters; browsers and readers take about as many, and an index has to sort them."""

LONGEST_SHOWN = 200
"""Characters of a bad address that a message repeats."""

INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
"""General categories of characters that show nothing by themselves."""

# Not a Char of XML 1.0 (section 2.2), or a control or noncharacter that HTML calls an error.
# What may stand is the shorter list: a long one costs a search of each text ten times as much.
_ILLEGAL = re.compile(
    "[^\t\n\r\x85 -~\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
    + "".join(f"{chr(at)}-{chr(at + 0xFFFD)}" for at in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_ILLEGAL_OR_REPLACED = re.compile(f"{_ILLEGAL.pattern}|\ufffd")
# Invisible characters that break a line apart or turn the text around it; the joiners (emoji,
# Persian, Indic scripts) and the plain direction marks are needed and stay.
_BREAKING = re.compile("[\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")
_SPACE = re.compile("[ \t\n\r\x85\u2028\u2029]+")  # no-break and ideographic spaces are meant
_BLANK = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\u2800\ufeff"
_MARKUP = re.compile("<[^>]*>")
_VERTICAL = "\x0b\x0c"  # white space to people, but not to XML
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# What is a URI already, as nearly all are that people paste.
_URI = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:/[A-Za-z0-9/_.~,;:@!$&'()*+=-]*)?")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")  # RFC 3987, loosely
_DATA = "data:,"  # RFC 2397: an IRI that is nothing but the text that it holds
_NETLOC = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:]*)(?::(.*))?")
_PORT = re.compile(r"[0-9]{1,5}")
# RFC 3986, section 2: what may stand in a path, query or fragment as it is.
_PATH, _QUERY = "/:@!$&'()*+,;=-._~%", "/?:@!$&'()*+,;=-._~%"


class Decoded(NamedTuple):
    """A file's text, clean; how it was read; and what was removed: line (from 1) and name."""

    text: str
    encoding: str
    removed: list[tuple[int, str]]


def decode(data: bytes) -> Decoded:
    """Decode a file: by its byte order mark, as UTF-8, else as detected; and clean it.

    The encoding is `UTF-8`, or another and how it was found. The text's lines are parted by
    what `str.splitlines` parts. Raises BadValue where it isn't text.
    """
    text, encoding = _decode(data)
    # Nothing that is printable is illegal, and this is told in a fifth of the time.
    if encoding == "UTF-8" and text.replace("\n", "").isprintable():
        return Decoded(_normalize(text), encoding, [])
    # U+FFFD stands for what couldn't be decoded, if it wasn't in the file.
    suspects = _ILLEGAL if encoding == "UTF-8" else _ILLEGAL_OR_REPLACED
    matches = list(suspects.finditer(text))
    if not matches:
        return Decoded(_normalize(text), encoding, [])
    found = [match for match in matches if match[0] not in _VERTICAL]
    if len(found) > MOST_ILLEGAL * len(text):
        raise BadValue("not text", f"read as {encoding}, it is full of control characters")
    ends = [match.end() for match in _LINE_END.finditer(text)]
    removed = [(bisect_right(ends, match.start()) + 1, f"U+{ord(match[0]):04X}") for match in found]
    return Decoded(clean_text(text), encoding, list(dict.fromkeys(removed)))


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, errors="replace")
            return text, f"{encoding.upper()} by its byte order mark"
    for parity, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Of Latin text every other byte is zero.
        if 0 in data and data[parity::2].count(0) * 2 > len(data) // 2:
            return data.decode(encoding, errors="replace"), f"{encoding.upper()}, detected"
    try:
        return data.decode(), "UTF-8"
    except UnicodeDecodeError:
        return _detect(data)


def _detect(data: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=LEGACY)
    best = matches.best()
    if best is None:
        raise BadValue("not text", "its encoding is none of those known; save it as UTF-8")
    # Short texts of western Europe and Turkey are as good in Prague's code page: "Oekraďne".
    if best.encoding == "cp1250":
        likelier = [match for match in matches if match.encoding in ("cp1252", "cp1254")]
        best = max(
            [best, *likelier], key=lambda match: (match.coherence, match.encoding == "cp1252")
        )
    return str(best), f"{best.encoding.upper().replace('_', '-')}, detected"


def clean_text(text: str) -> str:
    """Remove what XML or HTML forbid; bring the rest to NFC. Line ends stay where they are."""
    if _ILLEGAL.search(text):
        text = _ILLEGAL.sub(lambda match: " " if match[0] in _VERTICAL else "", text)
    return _normalize(text)


def _normalize(text: str) -> str:
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """Make one line of plain text, fit for a title: no breaking characters, single spaces."""
    if text.isprintable() and "  " not in text:  # nothing to remove, as nearly always
        return trim(_normalize(text))
    return trim(_SPACE.sub(" ", clean_text(_BREAKING.sub("", text))))


def trim(text: str) -> str:
    """Take white space and characters of no width off both ends; all, where none is visible."""
    text = text.strip(_BLANK)
    if text and "!" <= text[0] <= "~":
        return text
    for character in text:
        if unicodedata.category(character) not in INVISIBLE:
            return text
    return ""


def is_iri(text: str) -> bool:
    """Whether a text may be an IRI, as an id in Atom must be."""
    return _IRI.fullmatch(text) is not None


def make_iri(id: str) -> str:
    """Return an id as Atom must have it: an IRI (RFC 4287, section 4.2.6), whatever it is."""
    return id if is_iri(id) else _DATA + quote(id, safe="")


def show_id(iri: str) -> str:
    """Return the id that an IRI was made of, as RSS and JSON Feed have it: any text."""
    return unquote(iri[len(_DATA) :]) if iri.startswith(_DATA) else iri


def clean_markup(html: str) -> str:
    """Make one line of plain text of HTML in which each `<` begins a tag."""
    return clean_line(unescape(_MARKUP.sub("", html)))


def clean_url(text: str) -> str:
    """Map an address as people write it (RFC 3987) to a valid URI (RFC 3986), http or https.

    Raises BadValue for another scheme, an address without a host, with a password, or too long.
    """
    if len(text) <= LONGEST_URI and _URI.fullmatch(text):
        return text
    text = clean_line(text)
    shown = repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise BadValue("not a URL", f"{shown} ({error})") from error
    if parts.scheme not in ("http", "https"):
        raise BadValue("not an http or https URL", shown)
    if "@" in parts.netloc:
        raise BadValue("not a public URL", "it holds a user name or a password")
    match = _NETLOC.fullmatch(parts.netloc)
    host, port = match.groups() if match else ("", "")
    if not host:
        raise BadValue("not a URL", f"{shown} has no host")
    if port and not (_PORT.fullmatch(port) and int(port) <= 65535):
        raise BadValue("not a URL", f"{shown} has the port {port!r}")
    netloc = host.lower() if host.startswith("[") else _clean_host(host.lower())
    netloc += f":{port}" if port else ""
    query = f"?{_escape(parts.query, _QUERY)}" if parts.query else ""
    fragment = f"#{_escape(parts.fragment, _QUERY)}" if parts.fragment else ""
    uri = f"{parts.scheme}://{netloc}{_escape(parts.path, _PATH)}{query}{fragment}"
    if len(uri) > LONGEST_URI:
        raise BadValue("too long", f"{shown} has over {LONGEST_URI} characters")
    return uri


def join_url(base: str, reference: str) -> str:
    """Join a reference to a base (RFC 3986, section 5.2); what can't be one comes back as it is."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def _clean_host(host: str) -> str:
    """Return a host name in its ASCII form (UTS 46)."""
    if re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?", host):
        return host
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise BadValue("not a URL", f"{host!r} is no host name ({error})") from error


def _escape(text: str, safe: str) -> str:
    """Percent-encode what isn't `safe`; a % that starts no escape is one itself."""
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe=safe)
