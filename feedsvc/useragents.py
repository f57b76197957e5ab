"""User agents: who asks for a feed, and for how many people, by its own words.

HTTP (RFC 9110, section 10.1.5) knows products and comments only. That a reader which fetches a
feed once for many people tells their number is a custom, and each has its own form:
`tests/data/useragents.tsv` holds them as they were found, with where. What is told may be a lie.
"""

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from msgspec import Struct

__all__ = ["Agent", "Kind", "read_agent"]

Kind: TypeAlias = Literal["reader", "browser", "bot", "other"]
"""By readers people are subscribed; by the others nobody is, as far as is known."""

LONGEST = 512
"""Characters that are looked at; servers take longer headers."""

LONGEST_NAME = 40

# Readers, a line each: the name, and the spellings that aren't the name itself.
# The first fetch a feed once for all their people, from any of their addresses.
_HOSTED = """
BazQux
Bloglines
Bloglovin
Blogtrottr
Dreamwidth
Feed Wrangler
Feedbin
feeder.co
FeedHQ
Feedly
Feedspot: feedspotbot
Flipboard: flipboardrss
G2Reader: g2reader-bot
Inoreader: innologica
kouio
LiveJournal
My Yahoo: yahoofeedseeker
Netvibes
NewsBlur
Newsify
NewsGator: newsgatoronline
Overcast
Player FM: playerfm
Pocket Casts: pocketcasts
PlainFeeder
Rojo
The Old Reader: theoldreader
"""
_OWN = """
Akregator
AntennaPod
Apple PubSub: apple-pubsub
CommaFeed
Evergreen
Feeddler: feeddlerpro, feeddlerrss
Feeder: spacecowboys android rss reader
FeedDemon
FeedFlow
Fever
Fraidycat
FreshRSS
Gwene
KOReader
Liferea
Miniflux
MonitoRSS
NetNewsWire
Newsbeuter
Newsboat
NewsFire
Nextcloud News: nextcloud-news
Omea Reader
Podcast Addict: podcastaddict
QuiteRSS
ReadKit
Reeder
RSS Bandit: rssbandit
RSS Guard: rssguard
RSSOwl
SharpReader
Stringer
Thunderbird
Tiny Tiny RSS
Vienna
Yarr
"""


def _list_spellings(table: str) -> dict[str, str]:
    """Return the name by each spelling, which is in lower case."""
    lines = [line.partition(":") for line in table.split("\n") if line]
    return {
        spelling.strip().lower(): name
        for name, _, others in lines
        for spelling in (name, *filter(None, others.split(",")))
    }


_HOSTS = frozenset(_list_spellings(_HOSTED).values())
_NAMES = _list_spellings(_HOSTED + _OWN)
_NAMED = re.compile(
    rf"(?<![\w.])(?:{'|'.join(sorted(map(re.escape, _NAMES), key=len, reverse=True))})(?![a-z])"
)
# Addresses, and what a telephone is called: there are some by the names of readers.
_ASIDE = re.compile(r"\bhttps?:/\S*|\([^()]*\bAndroid\b[^()]*\)")

# Logs without spaces have _ or + for them.
_TOLD = re.compile(
    r"(?:^|[\s_+(;,-])(?P<before>\d[\d,]{0,11})[\s_+](?:subscribers?\b|readers?[;)])"
    r"|(?<![a-z])(?:subscribers|subscriber count|users)[=:]?[\s_]?(?P<after>\d{1,9})\b",
    re.I | re.A,
)
# The feed's number there; where it has none, what else tells one subscription to it from another.
_FEED_ID = re.compile(
    r"\bfeed-?id[=:]\s?([\w.-]{1,64})|newsblur\.com/site/(\d+)|; for (\S{1,200});", re.I
)

_READS = re.compile(r"rss|feed|podcast|reader|aggregator", re.I)
_BOT = re.compile(
    r"bot\b|bot[^a-z]|crawl|spider|slurp|scan|check|valid|monitor|uptime|pingdom|preview|archiv"
    r"|audit|search|scrap|harvest|index|datafeed|^feedfetcher-google|websub|pubsubhubbub"
    r"|superfeedr|feedburner|headless|lighthouse|externalhit|\bcurl|\bwget|python|libwww"
    r"|http-?client|okhttp|\bjava\b|\bruby|\bphp|\baxios|\bnode",
    re.I,
)
_BROWSER = re.compile(r"(?:Mozilla|Opera)/(?!.*\bcompatible\b(?!; MSIE))")
_PRODUCT = re.compile(r"(?:.*?\bcompatible; )?\W*+(.+?)(?: ?/| v?\d| ?[();,]| - | feed-id|$)")


class Agent(Struct, frozen=True):
    """Who asks: the name and the kind.

    A reader may tell how many `subscribers` it fetches for, and by which `feed_id` it knows the
    feed. One that is `hosted` fetches for all its people, whether it tells their number or not.
    """

    name: str
    kind: Kind
    subscribers: int | None = None
    feed_id: str = ""
    hosted: bool = False


def read_agent(text: str) -> Agent:
    """Tell who asks by the User-Agent; a name is fit to be printed."""
    return _read(" ".join(text[:LONGEST].split()))


@lru_cache(4096)
def _read(text: str) -> Agent:
    bare = _ASIDE.sub("", text)
    named = _NAMED.search(bare.lower())
    name = _NAMES[named[0]] if named else _name_product(bare)
    if told := _TOLD.search(text):
        number = int((told["before"] or told["after"]).replace(",", ""))
        found = _FEED_ID.search(text)
        return Agent(name, "reader", number, found[found.lastindex or 0] if found else "", True)
    if named:
        return Agent(name, "reader", hosted=name in _HOSTS)
    if _BOT.search(bare):
        return Agent(name, "bot")
    if _READS.search(bare):
        return Agent(name, "reader")
    return Agent(name, "browser" if _BROWSER.match(text) else "other")


def _name_product(text: str) -> str:
    """Return the first product's name, without its version."""
    found = _PRODUCT.match(text)
    name = found[1] if found else ""
    return "".join(char for char in name if char.isprintable())[:LONGEST_NAME].strip()
