"""Claims: what one field of an article says, and what each field's value must be.

A value of a field that adds up is a list: of each item what tells it apart, and the item.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from feedsvc.converters import convert_language, convert_text
from feedsvc.dates import read_date
from feedsvc.errors import NoValue
from feedsvc.model import Enclosure, Person
from feedsvc.readers.fields.addresses import Address, read_address, read_slug
from feedsvc.readers.fields.attachments import read_enclosures, read_image
from feedsvc.readers.fields.names import Known, fold_name
from feedsvc.readers.fields.people import read_email, read_link, read_people
from feedsvc.readers.fields.values import (
    part,
    read_flag,
    read_id,
    read_iri,
    read_labels,
    read_language,
    read_line,
    read_moment,
)
from feedsvc.readers.media import Find
from feedsvc.settings import Settings

__all__ = ["MANY", "MARKS", "WITHHOLDING", "Aids", "Claim", "convert"]

MANY = ("author", "category", "enclosure")
"""Fields whose values add up."""

MARKS = ("draft", "unlisted")
"""Fields of which one that says yes is enough."""

WITHHOLDING = (*MARKS, "expires")
"""Fields that keep an article from being published: no guess is safe of these."""


class Claim(NamedTuple):
    """What a field says: its line and name, what that means, its value.

    It is `nested` where it stands in a table of what the generator doesn't know.
    """

    line: int
    name: str
    known: Known
    value: object
    nested: bool = False


class Aids(NamedTuple):
    """What values are read with.

    `strict` is the text form's way; labels are `spaced` where spaces part them, as Jekyll does.
    """

    settings: Settings
    find: Find
    strict: bool = False
    spaced: bool = False


def convert(claim: Claim, aids: Aids) -> Any:
    """Return what a field's value stands for.

    Raises BadValue where it can't be used, MediumRefused where it names a file that can't.
    """
    if isinstance(claim.value, str):
        claim = claim._replace(value=convert_text(claim.value))
    elif claim.value is False and claim.known.field not in _TYPED:
        raise NoValue("it says no")
    elif claim.value is True and claim.known.field not in (*_TYPED, *_MOMENTS):
        raise NoValue("it says yes, but not what")
    converters = _STRICT if aids.strict and claim.known.field in _STRICT else _CONVERTERS
    return converters[claim.known.field](claim, aids)


def _read_authors(claim: Claim, aids: Aids) -> list[tuple[str, Person]]:
    people = read_people(claim.value, claim.known.plural, aids.settings)
    return [(person.name.casefold(), person) for person in people]


def _read_categories(claim: Claim, aids: Aids) -> list[tuple[str, str]]:
    labels = read_labels(claim.value, claim.known.plural, aids.spaced)
    return [(label.casefold(), label) for label in labels]


def _part_categories(claim: Claim, aids: Aids) -> list[tuple[str, str]]:
    return [(label.casefold(), label) for label in part(str(claim.value), ",")]


def _read_enclosures(claim: Claim, aids: Aids) -> list[tuple[str, Enclosure]]:
    files = read_enclosures(claim.value, aids.find, aids.settings, aids.strict)
    return [(file.url, file) for file in files]


def _read_address(claim: Claim, aids: Aids) -> Address:
    return read_address(claim.value, aids.settings, fold_name(claim.name) == "path")


def _read_moment(claim: Claim, aids: Aids) -> datetime:
    return read_moment(claim.value, aids.settings, claim.known.gmt)


def _read_date(claim: Claim, aids: Aids) -> datetime:
    zone = ZoneInfo(aids.settings.timezone)
    return read_date(str(claim.value), zone=zone, default_time=aids.settings.default_time)


_TYPED = (*MARKS, "title")
_MOMENTS = ("published", "updated", "expires")
_CONVERTERS: dict[str, Callable[[Claim, Aids], Any]] = {
    "address": _read_address,
    "alt": lambda claim, aids: read_line(claim.value),
    "author": _read_authors,
    "author_email": lambda claim, aids: read_email(claim.value),
    "author_url": lambda claim, aids: read_link(claim.value, aids.settings),
    "category": _read_categories,
    "draft": lambda claim, aids: read_flag(claim.value),
    "enclosure": _read_enclosures,
    "expires": _read_moment,
    "id": lambda claim, aids: read_id(claim.value),
    "image": lambda claim, aids: read_image(claim.value, aids.find, aids.settings, aids.strict),
    "language": lambda claim, aids: read_language(claim.value),
    "published": _read_moment,
    "slug": lambda claim, aids: read_slug(claim.value),
    "summary": lambda claim, aids: read_line(claim.value),
    "title": lambda claim, aids: read_line(claim.value),
    "unlisted": lambda claim, aids: read_flag(claim.value),
    "updated": _read_moment,
}

# What the text form reads otherwise: it takes text as a person writes it, and no program's.
_STRICT: dict[str, Callable[[Claim, Aids], Any]] = {
    "category": _part_categories,
    "expires": _read_date,
    "id": lambda claim, aids: read_iri(claim.value),
    "language": lambda claim, aids: convert_language(claim.value),
    "updated": _read_date,
}
