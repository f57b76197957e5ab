"""Names: what each field is called, by the people and the programs that write articles.

A name is the same in any case, and with `-`, `_`, `:`, `.`, a space or nothing between its words.
The names of one field are in order: where an article has several, the first decides.
"""

import re
from typing import NamedTuple

from feedsvc.readers.lines import Line

__all__ = ["CONTAINERS", "NAMES", "Known", "find_name", "fold_name", "match_line"]


class Known(NamedTuple):
    """What a name means: the field, and its place among the field's names, from 0.

    A `loose` one means other things elsewhere: a value that can't be used is no fault then. One
    that is `plural` has a list, as text too. What is `gmt` has no other zone.
    """

    field: str
    rank: int
    loose: bool = False
    plural: bool = False
    gmt: bool = False


# Each field's names, the first that decides first. Behind a name: `?` loose, `*` plural, `!` gmt.
_TABLE = {
    "title": "title headline posttitle ogtitle dctitle dctermstitle twittertitle name?",
    # What says when it is to be published comes before what says when it was written.
    "published": "publishdate postdategmt! dategmt! date published pubdate publisheddate"
    " publishedat ispublished publishedon publishedtime publicationdate publish datepublished"
    " articlepublishedtime firstpublishedat postdate dctermsissued dcdate dctermsdate posted"
    " postedat created createdat createdon createdtime createddate creationdate datecreated"
    " dctermscreated",
    "updated": "updated updatedat updatedon updateddate updatedtime dateupdated postmodifiedgmt!"
    " modifiedgmt! modified modifiedat modifiedtime modifieddate modificationdate datemodified"
    " articlemodifiedtime ogupdatedtime lastmod lastmodified lastmodifiedat lastmodifieddate"
    " lastupdated lastupdatedat lastupdate postmodified dctermsmodified edited editedat",
    "address": "url permalink canonical canonicalurl canonicallink ogurl link? externalurl"
    " externallink? path?",
    "slug": "slug postname basename?",
    "author": "author authorname by byline? authors* creator? dccreator? postauthor? writer?"
    " articleauthor?",
    "author_email": "authoremail",
    "author_url": "authorurl authorlink authorwebsite",
    "category": "category categories* articlesection? section? sections* topic topics* tag tags*"
    " taxonomies* posttag* articletag label? labels* subject? subjects* dcsubject?",
    "summary": "summary excerpt postexcerpt customexcerpt lead lede standfirst abstract dek"
    " teaser intro description desc ogdescription dcdescription twitterdescription"
    " metadescription",
    "language": "language lang inlanguage? locale? oglocale? dclanguage?",
    "image": "image images? cover? coverimage? coverphoto? coverimg? hero? heroimage?"
    " featuredimage? featureimage? featuredimg? featureimg? mainimage? img? headerimage?"
    " headerimg? overlayimage? banner? bannerimage? poster? thumbnail? thumbnailurl? thumb?"
    " thumbnailimg? teaserimage? socialimage? shareimg? ogimage? ogimageurl? twitterimage?"
    " picture? photo?",
    "alt": "imagealt? alt? coveralt? coverimagealt? heroalt? heroimagealt? featuredimagealt?"
    " featureimagealt? thumbnailalt? bannerimagealt? ogimagealt? twitterimagealt?",
    "enclosure": "enclosure enclosures attachments? audio? audiourl? audiofile? podcast?"
    " podcasturl? video? videos? videourl?",
    "draft": "draft isdraft private isprivate",
    "unlisted": "unlisted isunlisted eleventyexcludefromcollections? excludefromfeed nofeed"
    " skipfeed",
    "locked": "password postpassword",
    "status": "status? poststatus? visibility? access?",
    "expires": "expires expirydate expiry expire expiresat expireson expirationdate expiredate"
    " expiration unpublishdate unpublishat validuntil",
    "id": "id? guid? uuid? dcidentifier? identifier?",
    "elsewhere": "aliases alias redirectfrom redirects",
    "keywords": "keywords newskeywords",
}

CONTAINERS = frozenset(
    ("extra", "params", "seo", "meta", "metadata", "og", "opengraph", "header", "customfields")
)
"""Tables in which generators keep what they don't know themselves."""

NAMES = frozenset(
    (
        *("author", "category", "draft", "enclosure", "expires", "id", "image", "language"),
        *("summary", "unlisted", "updated"),
    )
)
"""The fields that a line of the text form can be."""

_BETWEEN = re.compile(r"[-_:.\s]+")
# `image://a` is no field, but an address. Without re.A, `ſummary` would be one.
_LINE = re.compile(rf"({'|'.join(sorted(NAMES))})[ \t\xa0\u202f]*[:：](?!//)", re.I | re.A)
_SIGN = re.compile(r"[?*!]")


def find_name(name: str) -> Known | None:
    """Return what a name means, None where it is unknown."""
    return _KNOWN.get(fold_name(name))


def fold_name(name: str) -> str:
    """Write a name as all its spellings are the same."""
    return _BETWEEN.sub("", name[:LONGEST]).lower()


def match_line(line: Line) -> tuple[int, str, str] | None:
    """Part a line `name: value` of the text form; None where it is none.

    What comes back is its number, its name, one of NAMES, and the value.
    """
    match = _LINE.match(line[1])
    return (line[0], match[1].lower(), line[1][match.end() :]) if match else None


LONGEST = 100
"""Characters of a name that are looked at."""

_KNOWN = {
    _SIGN.sub("", name): Known(field, rank, "?" in name, "*" in name, "!" in name)
    for field, names in _TABLE.items()
    for rank, name in enumerate(names.split())
}
