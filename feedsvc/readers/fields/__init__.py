"""Fields: what an article says of itself by name, `author: Jan Jansen`, to typed values.

Whichever source format they stand in. A value that can't be used refuses the article, with its
line: an article that says `draft: yep` isn't published by mistake. Where several fields say one
thing, the first by the order of names decides.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.errors import ArticleError, BadValue, MediumRefused, NoValue
from feedsvc.model import Enclosure, Finding, Person, Picture, Selection
from feedsvc.readers.fields.addresses import Address
from feedsvc.readers.fields.claims import MANY, MARKS, WITHHOLDING, Aids, Claim, convert
from feedsvc.readers.fields.filenames import read_name
from feedsvc.readers.fields.names import NAMES, Known, fold_name, match_line
from feedsvc.readers.fields.sifting import Field, sift
from feedsvc.readers.fields.values import describe
from feedsvc.readers.lines import Line, Notes
from feedsvc.readers.media import Find, find_nothing
from feedsvc.settings import Settings

__all__ = ["NAMES", "Field", "Fields", "find_field", "read_fields"]


class Fields(Struct, frozen=True):
    """What an article's fields say; where they say nothing, what no field says either.

    `filed` are those of the categories that no tag or topic is, `local` is when it was published,
    in the zone that this is written in. `lines` are where what decided stands, by field.
    """

    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    id: str | None = None
    image: Picture | None = None
    language: str | None = None
    summary: str = ""
    updated: datetime | None = None
    title: str = ""
    published: datetime | None = None
    address: Address = Address()
    slug: str = ""
    filed: tuple[str, ...] = ()
    local: datetime | None = None
    selection: Selection = Selection()
    lines: dict[str, int] = {}
    findings: tuple[Finding, ...] = ()
    rules: tuple[Finding, ...] = ()


def find_field(line: Line) -> Field | None:
    """Return the field that a line `name: value` is, in any case; None where it is none."""
    found = match_line(line)
    return Field(*found) if found else None


def read_fields(
    path: str,
    given: Iterable[Field],
    settings: Settings,
    find: Find = find_nothing,
    *,
    published: datetime | None = None,
    strict: bool = False,
    lenient: bool = False,
) -> Fields:
    """Read the fields of the article in `path`, which is dated `published` where none dates it.

    What `find` refuses is left out, with a finding. `strict` are those of the text form: NAMES,
    once each but for those that add up, and no empty ones. Where that is `lenient`, what can't
    be used is left out with a finding. Raises ArticleError with the line and the field that
    can't be used.
    """
    notes = Notes(path)
    spaced = not strict and read_name(path).posted
    reading = _Reading(notes, Aids(settings, find, strict, spaced), lenient)
    if strict:
        claims = [Claim(line, name, Known(name, 0), value) for line, name, value in given]
    else:
        claims = sorted(sift(given, notes), key=_rank)
    for claim in claims:
        reading.take(claim)
    if reading.faults:
        raise min(reading.faults, key=lambda fault: fault.line)
    return reading.finish(published)


def _rank(claim: Claim) -> tuple[bool, int]:
    """Order what fields say by what decides; what adds up as it stands."""
    return claim.nested, 0 if claim.known.field in MANY else claim.known.rank


class _Reading:
    """Fields as they are read, those that decide first."""

    def __init__(self, notes: Notes, aids: Aids, lenient: bool) -> None:
        self.notes, self.aids, self.lenient = notes, aids, lenient
        self.once: dict[str, Any] = {}
        self.many: dict[str, dict[str, Any]] = {name: {} for name in MANY}
        self.filed: dict[str, str] = {}
        self.first: dict[str, Claim] = {}
        self.faults: list[ArticleError] = []

    def take(self, claim: Claim) -> None:
        """Take what a field says, unless another has said it."""
        first = self.first.get(claim.known.field)
        if first and not self.aids.strict and not _adds(claim, first):
            self.notes.tell(claim.line, claim.name, "not used", f"{first.name} comes first")
            return
        try:
            value = convert(claim, self.aids)
        except MediumRefused as fault:
            self.notes.find(claim.line, claim.name, fault.what, fault.why)
            if self.aids.strict:  # it is given all the same
                self.keep(claim, [] if claim.known.field in MANY else None)
        except BadValue as fault:
            self.reject(claim, fault)
        else:
            self.keep(claim, value)

    def reject(self, claim: Claim, fault: BadValue) -> None:
        """Deal with what can't be used."""
        loose = claim.known.loose or (claim.nested and claim.known.field not in WITHHOLDING)
        if not self.aids.strict and (loose or isinstance(fault, NoValue)):
            self.notes.tell(claim.line, claim.name, "not used", str(fault))
        elif self.lenient:
            why = f"{fault.why}; left out" if fault.why else "left out"
            self.notes.find(claim.line, claim.name, fault.what, why)
        else:
            path = self.notes.path
            self.faults.append(ArticleError(path, claim.line, claim.name, fault.what, fault.why))

    def keep(self, claim: Claim, value: Any) -> None:
        """Keep what a field says, and tell it."""
        line, name, known, written, _ = claim
        first = self.first.setdefault(known.field, claim)
        again = ""
        if known.field in MANY:
            again = ", ".join(_add(value, self.many[known.field]))
            if fold_name(name) in ("category", "categories"):
                self.filed |= dict(value)
        elif first is not claim and self.aids.strict:
            why = f"first in line {first.line}"
            self.faults.append(ArticleError(self.notes.path, line, name, "given twice", why))
            return
        elif known.field in MARKS:
            self.once[known.field] = self.once.get(known.field, False) or value
        else:
            self.once[known.field] = value
        why = "" if fold_name(name) == known.field else f"read as {known.field}"
        self.notes.tell(line, name, describe(written), f"again: {again}" if again else why)

    def finish(self, published: datetime | None) -> Fields:
        """Return what all fields say, taken together."""
        once = self.once
        local = once.get("published")
        moments = {
            field: moment.astimezone(UTC) if (moment := once.pop(field, None)) else None
            for field in ("published", "updated", "expires")
        }
        published = moments["published"] or published
        for field in ("expires", "updated"):
            moment = moments[field]
            if published and moment and moment < published:
                why = f"{moment.isoformat()} is before {published.isoformat()}"
                first = self.first[field]
                self.notes.find(first.line, first.name, "before the publication", why)
        authors = tuple(self.many["author"].values())
        email, url = once.pop("author_email", None), once.pop("author_url", None)
        if len(authors) == 1:
            (person,) = authors
            authors = (Person(person.name, person.email or email, person.url or url),)
        alt = once.pop("alt", "")
        if (image := once.get("image")) and alt and not image.alt:
            once["image"] = replace(image, alt=alt)
        marks = {name: once.pop(name, False) for name in MARKS}
        return Fields(
            **once,
            authors=authors,
            categories=tuple(self.many["category"].values()),
            enclosures=tuple(self.many["enclosure"].values()),
            updated=moments["updated"],
            published=moments["published"],
            filed=tuple(self.filed.values()),
            local=local,
            selection=Selection(**marks, expires=moments["expires"]),
            lines={field: claim.line for field, claim in self.first.items()},
            findings=tuple(sorted(self.notes.findings, key=_line)),
            rules=tuple(sorted(self.notes.rules, key=_line)),
        )


def _line(finding: Finding) -> int:
    return finding.line


def _adds(claim: Claim, first: Claim) -> bool:
    """Whether a field adds to what another says, instead of saying something else."""
    return claim.known.field in (*MANY, *MARKS) and claim.nested == first.nested


def _add(items: list[tuple[str, Any]], known: dict[str, Any]) -> list[str]:
    """Add what isn't known yet, each under its key; return the keys of the rest."""
    again = []
    for key, item in items:
        if key in known:
            again.append(key)
        known.setdefault(key, item)
    return again
