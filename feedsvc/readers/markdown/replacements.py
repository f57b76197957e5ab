"""Replacements: what stands for a shortcode that many generators and themes have: by its name.

What they make is Markdown with HTML in it. They ask nothing of other sites: a film there is a
link to it.
"""

import re
from collections.abc import Callable
from html import escape
from textwrap import dedent
from typing import NamedTuple
from urllib.parse import quote

from feedsvc.readers.markdown.tags import Arguments
from feedsvc.readers.media import tell_type

__all__ = ["Made", "Use", "fence", "replace"]

_NUMBER = re.compile(r"[0-9]+(?:px|%|em)?")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
_SOURCES = ("src", "path", "url", "image_path", "image", "file", "source")


class Use(NamedTuple):
    """A shortcode as it is used: its kind, its name, what is given to it.

    It is `alone` where it has its lines to itself, each of which begins with `margin`; `linked`
    where an address is to stand, `paired` where it has text inside. `stem` is the name of the
    article's file.
    """

    kind: str
    name: str
    given: Arguments
    alone: bool
    margin: str
    linked: bool
    paired: bool
    stem: str


class Made(NamedTuple):
    """What stands for a shortcode, and the name of the rule."""

    text: str
    rule: str


def replace(use: Use) -> Made | None:
    """Return what stands for a shortcode; None where nothing is known of it."""
    name = use.name
    if name in ("include", "include_cached", "include_relative", "render", "partial"):
        name = re.sub(r".*/|\.\w+$", "", use.given.take(at=0)).lower()
        use = use._replace(given=Arguments(use.given.words[1:], use.given.named))
    made = _RULES[name](use) if name in _RULES else None
    if made is None and not use.paired:
        words = (*use.given.words, *use.given.named.values())
        addresses = [word for word in words if _ADDRESS.fullmatch(word)]
        if len(addresses) == 1:
            rule = "made a link, as it has an address"
            return Made(_make_link(use, addresses[0], addresses[0]), rule)
    return made


def _make_link(use: Use, url: str, text: str) -> str:
    """Make a link in place of what is shown; that is no part of the text around it."""
    link = f'<a href="{escape(url)}">{escape(text, quote=False)}</a>'
    return _join([f"<figure>{link}</figure>", ""], use.margin) if use.alone else link


def fence(body: str, language: str, margin: str) -> str:
    """Make a block of code, whose lines but the first begin with `margin`."""
    runs = [len(run) for run in re.findall("`{3,}", body)]
    ticks = "`" * (max(runs, default=2) + 1)
    if margin.strip():  # a quote
        lines = [line.removeprefix(margin.rstrip()) for line in body.split("\n")]
        body = "\n".join(line.removeprefix(" ") for line in lines)
    lines = dedent(body.strip("\n").rstrip()).split("\n")
    return _join([f"{ticks}{language}", *lines, ticks], margin)


def _join(lines: list[str], margin: str) -> str:
    """Join lines; what the first begins with stands there already."""
    return f"\n{margin}".join(lines)


def _make_figure(use: Use) -> Made | None:
    """Make a figure of a picture; in a line with other text, the picture alone."""
    source, words = _find_source(use)
    if not source:
        return None
    given = use.given
    caption = given.take("caption", "cap")
    alt = given.take("alt") or caption or given.take("title")
    if not alt and use.kind == "Liquid" and use.name in ("img", "asset_img"):
        alt = " ".join(words)
    elif not alt and words:
        alt = words[0]
    image = f'<img src="{escape(source)}" alt="{escape(alt)}">'
    if link := given.take("link", "href"):
        image = f'<a href="{escape(link)}">{image}</a>'
    if not use.alone:
        return Made(image, "made a picture")
    captions = [part for part in (given.take("title") * (use.kind == "Hugo"), caption) if part]
    lines = ["<figure>", image, "</figure>"]
    if captions:
        # A blank line on both sides, as what is between is Markdown.
        lines[2:] = ["<figcaption>", "", " ".join(captions), "", "</figcaption>", "</figure>"]
    return Made(_join([*lines, ""], use.margin), "made a figure")


def _find_source(use: Use) -> tuple[str, list[str]]:
    """Return the address of the picture that is given, and the words that aren't it."""
    words = list(use.given.words)
    source = use.given.take(*_SOURCES)
    if not source:
        source = next((word for word in words if "/" in word or tell_type(word)), "")
    if source in words:
        words = words[words.index(source) + 1 :]
    source = quote(source, safe="%/:?#[]@!$&'()*+,;=~{}|-._") if " " in source else source
    if source and use.name == "asset_img":
        source = f"{use.stem}/{source}"
    return source, [word for word in words if not _NUMBER.fullmatch(word)]


def _make_player(use: Use) -> Made | None:
    source, _ = _find_source(use)
    kind = tell_type(source).partition("/")[0]
    if kind not in ("audio", "video"):
        return None
    return Made(f'<{kind} src="{escape(source)}" controls></{kind}>', "made a player")


def _link_to(site: str, pattern: str) -> Callable[[Use], Made | None]:
    """Make a rule for what is on another site, by what it is called there."""

    def make(use: Use) -> Made | None:
        given = use.given
        called = given.take("id", "url", "video_id", "video", "src") or given.take(at=0)
        if use.name == "gist" and use.kind == "Hugo" and len(given.words) > 1:
            called = "/".join(given.words[:2])
        elif user := given.take("user"):
            called = f"{user}/status/{called}" if site == "X" else f"{user}/{called}"
        elif site == "X" and called:
            called = f"i/status/{called}"
        if not called:
            return None
        url = called if "://" in called else pattern.format(quote(called, safe="/"))
        return Made(_make_link(use, url, given.take("title") or site), f"made a link to {site}")

    return make


def _make_details(use: Use) -> Made:
    summary = escape(use.given.take("summary", "title", at=0), quote=False)
    return Made(f"<details><summary>{summary}</summary>\n{use.margin}", "its text kept, to unfold")


def _refer(use: Use) -> Made | None:
    """Refer to another article, as Pelican does; what is no article is a file."""
    target = use.given.take("path", at=0)
    if not (target and use.linked):
        return None
    target = quote(target, safe="/#@.-_~%")
    if use.name == "post_url":
        target = f"/_posts/{target}.md"
    elif use.name == "link":
        target = f"/{target.lstrip('/')}"
    where = "" if target.startswith("@/") else "{filename}"
    return Made(f"{where}{target}", "made an address")


_RULES: dict[str, Callable[[Use], Made | None]] = {
    **dict.fromkeys(
        ("figure", "image", "img", "picture", "asset_img", "responsive-image"), _make_figure
    ),
    **dict.fromkeys(("audio", "video", "mp3", "mp4"), _make_player),
    **dict.fromkeys(
        ("youtube", "youtubeplayer"), _link_to("YouTube", "https://www.youtube.com/watch?v={}")
    ),
    "vimeo": _link_to("Vimeo", "https://vimeo.com/{}"),
    "gist": _link_to("Gist", "https://gist.github.com/{}"),
    "streamable": _link_to("Streamable", "https://streamable.com/{}"),
    "instagram": _link_to("Instagram", "https://www.instagram.com/p/{}/"),
    **dict.fromkeys(("tweet", "twitter", "x"), _link_to("X", "https://x.com/{}")),
    **dict.fromkeys(("ref", "relref", "link", "post_url", "get_url"), _refer),
    "details": _make_details,
    "more": lambda use: Made("<!--more-->", "ends the lead"),
}
