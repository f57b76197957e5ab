"""People: who wrote an article, from a name, a line, a table, or a list of them."""

import re
from collections.abc import Mapping

from feedsvc.clean import clean_line, clean_url
from feedsvc.converters import convert_email, show
from feedsvc.errors import BadValue
from feedsvc.model import Person
from feedsvc.readers.fields.values import flatten, is_empty, join_site, part, pick, read_line
from feedsvc.settings import Settings

__all__ = ["read_email", "read_link", "read_people"]

_NAMES = ("name", "displayname", "fullname", "label", "value", "title", "login", "slug")
_ADDRESSES = ("url", "uri", "link", "website", "web", "homepage", "href")
_URL = re.compile(r"(?:^|\s)\((https?://\S+)\)(?=\s|$)")
_EMAIL = re.compile(r"<([^<>]*)>$")


def read_people(value: object, plural: bool, settings: Settings) -> list[Person]:
    """Read people: of a list each element; text is parted by semicolons.

    With a `plural` name by commas too, where it has none, as Pelican parts it.
    """
    if isinstance(value, str):
        separator = "," if plural and ";" not in value else ";"
        return [_read_person(text) for text in part(value, separator)]
    people = []
    for item in flatten(value):
        if isinstance(item, Mapping):
            people.append(_read_table(item, settings))
        elif not is_empty(item):
            people.append(_read_person(*part(read_line(item), "\n")))
    return people


def read_email(value: object) -> str:
    """Read an e-mail address."""
    return convert_email(read_line(value).removeprefix("mailto:"))


def read_link(value: object, settings: Settings) -> str | None:
    """Read the address of a person's page; None where it is on a site that isn't known."""
    text = read_line(value)
    return join_site(text, settings) if text.startswith("/") else clean_url(text)


def _read_table(table: Mapping[object, object], settings: Settings) -> Person:
    name = pick(table, *_NAMES)
    if name is None:
        raise BadValue("no name", show(table))
    person = _read_person(*part(read_line(name), "\n"))
    email, url = pick(table, "email", "mail"), pick(table, *_ADDRESSES)
    return Person(
        person.name,
        person.email if email is None else read_email(email),
        person.url if url is None else read_link(url, settings),
    )


def _read_person(text: str) -> Person:
    """Read `Name`, `Name <email>`, `Name (https://url)`, or both, in either order."""
    name, email, url = text, None, None
    if match := _URL.search(name):
        url = clean_url(match[1])
        name = name[: match.start()] + name[match.end() :]
    if match := _EMAIL.search(name):
        email = convert_email(match[1])
        name = name[: match.start()]
    if not (name := clean_line(name)):
        raise BadValue("no name", show(text))
    return Person(name, email, url)
