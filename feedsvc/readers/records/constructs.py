"""Constructs: the parts of a feed in XML: its texts, languages, people and files.

RFC 4287, section 3; https://www.rssboard.org/rss-specification and the modules that RSS is used
with. lxml reads what is there and nothing else: it repairs nothing, and fetches nothing.
"""

import copy
import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from feedsvc.errors import BadValue
from feedsvc.readers.records.entries import Text

__all__ = [
    "ATOM",
    "DC",
    "find_all",
    "find_base",
    "find_language",
    "find_text",
    "list_files",
    "list_people",
    "make_plain",
    "read_construct",
    "read_markup",
    "read_person",
    "read_text",
    "resolve",
]

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
XML = "http://www.w3.org/XML/1998/namespace"

_LENGTH = re.compile(r"[0-9]{1,15}")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.A)
# RSS's authors: an address, and who has it.
_AUTHOR = re.compile(r"\s*(\S+@\S+?)\s*(?:\((.*)\))?\s*", re.S)


def find_all(element: Any, *names: str) -> Iterator[Any]:
    """Yield the children of these names (`{namespace}name`), name by name."""
    for name in names:
        yield from element.iterchildren(name)


def read_text(element: Any) -> str:
    """Return the text of an element that has nothing else in it.

    Raises BadValue for an entity: what it stands for is in another file, or a trap.
    """
    for inner in element.iter(etree.Entity):
        raise BadValue("an entity that isn't read", inner.text)
    return "".join(element.itertext(with_tail=False))


def find_text(element: Any, *names: str) -> str:
    """Return the text of the first child that has any, of these names."""
    texts = (read_text(child).strip() for child in find_all(element, *names))
    return next(filter(None, texts), "")


def read_markup(element: Any) -> str:
    """Return what is in an element as HTML: text that is HTML, or elements themselves."""
    if len(element) == 0:
        return read_text(element)
    read_text(element)
    inner = copy.deepcopy(element)
    for part in inner.iter(etree.Element):
        part.tag = etree.QName(part).localname
    etree.cleanup_namespaces(inner)
    whole = etree.tostring(inner, method="html", encoding="unicode", with_tail=False)
    return str(whole)[str(whole).index(">") + 1 : str(whole).rindex("</")]


def read_construct(element: Any, name: str) -> Text:
    """Read a text or the content of an Atom entry (RFC 4287, sections 3.1 and 4.1.3).

    Raises BadValue where it is neither text nor HTML.
    """
    type = element.get("type", "text").strip().lower()
    line = element.sourceline
    if type == "xhtml" or type.endswith(("+xml", "/xml")):
        within = next(element.iterchildren(etree.Element), element) if type == "xhtml" else element
        return Text(line, name, read_markup(within), "HTML")
    if type in ("html", "text/html"):
        return Text(line, name, read_text(element), "HTML")
    if type != "text" and not type.startswith("text/"):
        raise BadValue("not text", f"its type is {type!r}")
    return Text(line, name, read_text(element), "text")


def make_plain(text: Text) -> str:
    """Return a text without its mark-up, on one line."""
    plain = text.text if text.kind == "text" else html.unescape(re.sub("<[^>]*>", "", text.text))
    return " ".join(plain.split())


def find_language(element: Any) -> str:
    """Return the language that an element is in, as far as it or what it is in says."""
    while element is not None:
        if (language := element.get(f"{{{XML}}}lang")) is not None:
            return str(language)
        element = element.getparent()
    return ""


def find_base(element: Any) -> str:
    """Return what the references in an element are against, as far as anything says."""
    base = ""
    while element is not None:
        base = urljoin(element.get(f"{{{XML}}}base", ""), base)
        element = element.getparent()
    return base


def resolve(element: Any, reference: str) -> str:
    """Return a reference that stands in an element, against its base."""
    return urljoin(find_base(element), reference.strip())


def list_people(element: Any) -> list[dict[str, str]]:
    """List the authors that an Atom element names."""
    people = []
    for person in find_all(element, f"{{{ATOM}}}author"):
        said = {name: find_text(person, f"{{{ATOM}}}{name}") for name in ("name", "email", "uri")}
        said["uri"] = said["uri"] and resolve(person, said["uri"])
        people.append({name: value for name, value in said.items() if value})
    return [person for person in people if "name" in person]


def read_person(text: str) -> dict[str, str]:
    """Read an author of RSS: `lawyer@example.org (Law, Y. Er)`."""
    if match := _AUTHOR.fullmatch(text):
        return {"name": (match[2] or match[1]).strip(), "email": match[1]}
    return {"name": text}


def list_files(element: Any) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Yield the files of an entry: the line, `enclosure` or `image`, and what is said of it."""
    for link in find_all(element, f"{{{ATOM}}}link"):
        if link.get("rel") == "enclosure":
            yield _describe(link, "enclosure", "href", "length")
    for file in find_all(element, "enclosure"):
        yield _describe(file, "enclosure", "url", "length")
    groups = [element, *find_all(element, f"{{{MEDIA}}}group")]
    for file in (file for group in groups for file in find_all(group, f"{{{MEDIA}}}content")):
        shown = file.get("medium") == "image" or file.get("type", "").startswith("image/")
        yield _describe(file, "image" if shown else "enclosure", "url", "fileSize")
    for file in (file for group in groups for file in find_all(group, f"{{{MEDIA}}}thumbnail")):
        yield _describe(file, "image", "url", "fileSize")


def _describe(file: Any, kind: str, url: str, length: str) -> tuple[int, str, dict[str, str]]:
    said = {
        "url": resolve(file, file.get(url, "")),
        "type": file.get("type", "") if _TYPE.fullmatch(file.get("type", "")) else "",
        "length": file.get(length, "") if _LENGTH.fullmatch(file.get(length, "")) else "",
        "title": file.get("title", "") or find_text(file, f"{{{MEDIA}}}title"),
        "alt": find_text(file, f"{{{MEDIA}}}description") if kind == "image" else "",
    }
    return file.sourceline, kind, {name: value for name, value in said.items() if value}
