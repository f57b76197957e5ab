"""Embeds: players and maps of other sites, which stand in a frame, to links to what they show."""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from feedsvc.clean import clean_line
from feedsvc.readers.media import tell_type

__all__ = ["HOSTS", "FrameLink", "link_frame", "name_file"]


class FrameLink(NamedTuple):
    """A link in place of a frame: its address, and its text."""

    url: str
    text: str


HOSTS = {
    "archive.org": "Internet Archive",
    "bandcamp.com": "Bandcamp",
    "bilibili.com": "Bilibili",
    "bsky.app": "Bluesky",
    "codepen.io": "CodePen",
    "codesandbox.io": "CodeSandbox",
    "dailymotion.com": "Dailymotion",
    "datawrapper.dwcdn.net": "Datawrapper",
    "desmos.com": "Desmos",
    "docs.google.com": "Google Docs",
    "drive.google.com": "Google Drive",
    "figma.com": "Figma",
    "flickr.com": "Flickr",
    "flourish.studio": "Flourish",
    "geogebra.org": "GeoGebra",
    "giphy.com": "GIPHY",
    "google.com/maps": "Google Maps",
    "imgur.com": "Imgur",
    "instagram.com": "Instagram",
    "jsfiddle.net": "JSFiddle",
    "maps.google.com": "Google Maps",
    "mixcloud.com": "Mixcloud",
    "music.apple.com": "Apple Music",
    "observablehq.com": "Observable",
    "openstreetmap.org": "OpenStreetMap",
    "podcasts.apple.com": "Apple Podcasts",
    "scratch.mit.edu": "Scratch",
    "slideshare.net": "SlideShare",
    "soundcloud.com": "SoundCloud",
    "speakerdeck.com": "Speaker Deck",
    "spotify.com": "Spotify",
    "stackblitz.com": "StackBlitz",
    "ted.com": "TED",
    "tiktok.com": "TikTok",
    "twitch.tv": "Twitch",
    "twitter.com": "Twitter",
    "vimeo.com": "Vimeo",
    "wikimedia.org": "Wikimedia",
    "youtube-nocookie.com": "YouTube",
    "youtube.com": "YouTube",
}
"""The sites whose frames become links, and what such a link says where the frame says nothing."""

# Where what is shown has an address that is better to read than its player's.
_SHOWN = (
    (r"www\.youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]{11})\b.*", r"www.youtube.com/watch?v=\1"),
    (r"youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]{11})\b.*", r"www.youtube.com/watch?v=\1"),
    (r"player\.vimeo\.com/video/([0-9]+)\b.*", r"vimeo.com/\1"),
    (r"open\.spotify\.com/embed/(\w+/\w+)\b.*", r"open.spotify.com/\1"),
    (r"archive\.org/embed/([^?#]+).*", r"archive.org/details/\1"),
    (r"codepen\.io/([\w-]+)/embed/(?:preview/)?(\w+)\b.*", r"codepen.io/\1/pen/\2"),
    (r"www\.dailymotion\.com/embed/video/(\w+)\b.*", r"www.dailymotion.com/video/\1"),
    # PeerTube and Mastodon, wherever they are.
    (r"([^/]+)/videos/embed/([\w-]{20,40})\b.*", r"\1/w/\2"),
    (r"([^/]+)/(@\w+/[0-9]{10,})/embed\b.*", r"\1/\2"),
)
_RULES = [(re.compile(f"https?://{player}"), f"https://{page}") for player, page in _SHOWN]


def link_frame(url: str, title: str) -> FrameLink | None:
    """Return the link in place of a frame; None where nothing is known of what it shows."""
    page = next((rule[0].sub(rule[1], url) for rule in _RULES if rule[0].fullmatch(url)), "")
    name = _find_name(url)
    if not (page or name or tell_type(url)):
        return None
    return FrameLink(page or url, clean_line(title) or name or urlsplit(url).netloc)


def name_file(written: str) -> str:
    """Return what a reference to a file calls it, "" where it is to none that is known."""
    return clean_line(unquote(written.rpartition("/")[2])) if tell_type(written) else ""


def _find_name(url: str) -> str:
    parts = urlsplit(url)
    labels = parts.netloc.split(".")
    sites = [".".join(labels[at:]) for at in range(len(labels) - 1)]
    sites += [f"{site}/{parts.path.split('/')[1]}" for site in sites if parts.path]
    return next((HOSTS[site] for site in sites if site in HOSTS), "")
