"""Losses: what the source of an article has that the article doesn't keep, told.

Only told: it is looked for in the source as a person would, while a parser decided.
"""

import re
from html import unescape

from feedsvc.clean import clean_url
from feedsvc.converters import show
from feedsvc.errors import BadValue
from feedsvc.readers.hygiene.allowed import EMPTIED, SEEN
from feedsvc.readers.hygiene.references import References, trim_reference
from feedsvc.readers.hygiene.telling import Teller

__all__ = ["tell_losses"]

# Each matches to its end or to that of the text: none is looked at twice.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_TAG = re.compile(
    r"""<([a-zA-Z][^\s/>]*)((?:[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+)""",
)
_POINTER = re.compile(r"""[\s"'/](?:href|src)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.I)
_HANDLER = re.compile(r"""[\s"'/](on[a-z]+)\s*=""", re.I)
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_SHELL = {"html", "head", "body", "font", "big", "main", "noscript", "param", "tbody"}
"""Elements of which nothing is missed."""


def tell_losses(html: str, references: References, teller: Teller) -> None:
    """Tell which elements, handlers and addresses a parser left out."""
    for name, attributes in _TAG.findall(_COMMENT.sub("", html)):
        if (element := name.lower()) not in SEEN and element not in _SHELL:
            what = "left out with its content" if element in EMPTIED else "content kept"
            teller.tell(f"<{name}", what, f"<{element}>")
        if "=" not in attributes:
            continue
        if "on" in attributes.lower():
            for handler in _HANDLER.findall(attributes):
                teller.tell(handler, "left out", f"{handler.lower()} of <{element}>")
        if element in SEEN:
            for value in _POINTER.findall(attributes):
                _tell_pointer(unescape(value.strip("\"'")), references, teller)


def _tell_pointer(written: str, references: References, teller: Teller) -> None:
    if references.knows(written) or not _SCHEME.match(trim_reference(written)):
        return
    try:
        clean_url(written)
    except BadValue as fault:
        teller.find(written, fault.what, f"{fault.why}; left out")
    else:
        teller.find(written, "not a URL", f"{show(written)}; left out")
