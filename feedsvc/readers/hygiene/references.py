"""References: what the HTML of an article points at, each to an absolute address or to nothing.

A reference to a file beside the article is to that file, where it may be published; all others
are against the base (RFC 3986, section 5). What can't be an address is told, with its line.
"""

import re

from feedsvc.clean import clean_url, join_url
from feedsvc.converters import show
from feedsvc.errors import BadValue, MediumRefused
from feedsvc.model import Enclosure
from feedsvc.readers.hygiene.telling import Teller
from feedsvc.readers.media import Find, is_beside, tell_type

__all__ = ["LONGEST_DATA", "References", "trim_reference"]

LONGEST_DATA = 100_000
"""Characters of a picture that stands in the text itself; a larger one belongs beside it."""

_IGNORED = re.compile("[\t\n\r]")  # by the URL standard, which browsers follow
_ENDS = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PATH = re.compile("[^?#]*")
# Not http, but what people write to each other by; RFC 6068 and RFC 3966, as far as they do.
_CONTACT = re.compile(
    r"mailto:[A-Za-z0-9!#$&'*+/=?^_`{|}~.%-]+@[A-Za-z0-9.-]+(?:\?[A-Za-z0-9!$&'*+,;:@/?=_.~%-]*)?"
    r"|tel:\+?[0-9().-]+",
    re.I,
)
# RFC 2397, of types that can hold nothing but a picture.
_DATA = re.compile(r"data:image/(?:png|gif|jpeg|webp|avif);base64,[A-Za-z0-9+/]+={0,2}")
_DESCRIPTOR = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?[wx]")


class References:
    """The references of one article, each resolved once.

    `played` are the sound and films beside the article, in the order in which they were met.
    """

    def __init__(
        self, base: str, stated: str, find: Find, teller: Teller, *, is_placed: bool = True
    ) -> None:
        """Take `stated` for what the HTML itself says that references are against, if it does.

        Then no file lies beside it: its references are to that place. Where the article isn't
        `is_placed`, what points into it keeps to that: `#fn1`.
        """
        self._base, self._find, self._teller = base, find, teller
        self._is_placed = is_placed
        self._known: dict[str, str] = {}
        self._left: set[str] = set()
        self.played: dict[str, Enclosure] = {}
        self._is_beside = is_beside
        if stated:
            self._is_beside = lambda reference: False
            self._base = self._resolve(stated) or base
            teller.tell(stated, "base", self._base)
            self.leave(stated)

    def link(self, written: str) -> str:
        """Return the address that a link leads to, "" where it leads nowhere."""
        if written in self._known:
            return self._known[written]
        if _CONTACT.fullmatch(reference := trim_reference(written)):
            return self._keep(written, reference)
        return self._keep(written, self._resolve(written))

    def show(self, written: str) -> str:
        """Return the address of a picture, of sound or of a film, "" where it has none."""
        reference = trim_reference(written)
        if reference[:5].lower() == "data:":
            return self._show_data(written, reference)
        if reference[:1] in ("", "#") or _CONTACT.fullmatch(reference):
            return ""
        return self.link(written)

    def show_set(self, written: str) -> str:
        """Return the candidates of a `srcset` (HTML, section 4.8.4.2.2) that have an address."""
        found, at = [], 0
        while match := re.compile(r"[\s,]*(\S+)").match(written, at):
            source, at, descriptor = match[1].rstrip(","), match.end(), ""
            if source == match[1]:
                descriptor, at = _read_to_comma(written, at)
            url = self.show(source)
            if url and (not descriptor or _DESCRIPTOR.fullmatch(descriptor)):
                # A comma at the end would be taken for the one that parts candidates.
                url = re.sub(",+$", lambda commas: "%2C" * len(commas[0]), url)
                found.append(f"{url} {descriptor}".rstrip())
        return ", ".join(found)

    def leave(self, written: str) -> None:
        """Take note of a reference that nothing is to be made of."""
        self._left.add(written)

    def knows(self, written: str) -> bool:
        """Whether a reference was met."""
        return written in self._known or written in self._left

    def _keep(self, written: str, url: str) -> str:
        self._known[written] = url
        return url

    def _resolve(self, written: str) -> str:
        reference = trim_reference(written)
        try:
            if match := _SCHEME.match(reference):
                if match[1].lower() in ("http", "https"):
                    reference = _turn(reference)
                return clean_url(reference)
            if reference[:1] == "#" and not self._is_placed:
                return clean_url(f"http://a/{reference}").removeprefix("http://a/")
            reference = _turn(reference)
            is_file = self._is_beside(beside := reference.replace(" ", "%20"))
            if is_file and tell_type(beside):
                return self._find_beside(written, beside)
            url = clean_url(join_url(self._base, reference))
            if is_file:  # another article, as a rule
                self._teller.tell(written, "no file that is published", f"taken for {url}")
            else:
                self._teller.count("addresses made absolute", self._base, written)
            return url
        except BadValue as fault:
            self._teller.find(written, fault.what, f"{fault.why}; left out")
        return ""

    def _find_beside(self, written: str, reference: str) -> str:
        try:
            file = self._find(reference)
        except MediumRefused as fault:
            url = clean_url(join_url(self._base, reference))
            self._teller.find(written, fault.what, f"{fault.why}; taken for {url}")
            return url
        self._teller.tell(written, "file beside", f"{show(written)} is {file.url}")
        if file.type.startswith(("audio/", "video/")):
            self.played.setdefault(file.url, file)
        return file.url

    def _show_data(self, written: str, reference: str) -> str:
        self.leave(written)
        head, comma, data = reference.replace(" ", "").partition(",")
        url = f"{head.lower()}{comma}{data}".replace("data:image/jpg;", "data:image/jpeg;", 1)
        shown = show(written[:40])
        if not _DATA.fullmatch(url):
            self._teller.find(written, "no picture", f"{shown} is none that readers show; left out")
        elif len(url) > LONGEST_DATA:
            why = f"{shown} has over {LONGEST_DATA} characters; left out: save it beside the text"
            self._teller.find(written, "too large", why)
        else:
            return url
        return ""


def trim_reference(written: str) -> str:
    """Take off a reference what no browser looks at."""
    return _IGNORED.sub("", written).strip(_ENDS)


def _turn(reference: str) -> str:
    """Turn the slashes of Windows, which browsers take for such."""
    return _PATH.sub(lambda path: path[0].replace("\\", "/"), reference, count=1)


def _read_to_comma(written: str, at: int) -> tuple[str, int]:
    end = written.find(",", at)
    end = len(written) if end < 0 else end
    return written[at:end].strip(), end
