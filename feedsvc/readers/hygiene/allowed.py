"""What of HTML an article keeps: the elements, the attributes, and what goes with its content.

All that readers show and that can do nothing; it is a list of what may be, never of what may not.
"""

__all__ = ["ATTRIBUTES", "EMPTIED", "MATH", "SEEN", "SEEN_ATTRIBUTES", "TAGS"]

_PRESENTATION = (
    "math maction merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot "
    "mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none "
    "semantics"
)
_ELEMENTS = (
    "a abbr acronym area article aside audio b bdi bdo blockquote br caption center cite code col "
    "colgroup data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hgroup hr i img ins kbd li map mark nav ol p picture pre q rp rt rtc ruby s samp "
    "section small source span strike strong sub summary sup table tbody td tfoot th thead time "
    "tr track tt u ul var video wbr"
)
# Programs, styles, drawings, what a form asks, and what a formula is in other languages.
_UNSEEN = (
    "script style svg template title textarea select datalist button noframes noembed frameset "
    "annotation annotation-xml"
)

MATH = frozenset(_PRESENTATION.split())
"""MathML's elements that are shown (MathML Core)."""

TAGS = MATH | frozenset(_ELEMENTS.split())
"""The elements that are kept; of others, the content is."""

EMPTIED = frozenset(_UNSEEN.split())
"""The elements of which the content isn't kept either."""

_ALIGNED = {"align", "char", "charoff"}
_CELL = _ALIGNED | {"abbr", "colspan", "headers", "rowspan", "valign"}
_PLAYED = {"controls", "loop", "muted", "preload", "src"}
_LAYOUT = {
    *("accent", "accentunder", "columnalign", "columnspan", "depth", "dir", "displaystyle"),
    *("fence", "form", "height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize"),
    *("minsize", "movablelimits", "rowspan", "rspace", "scriptlevel", "separator", "stretchy"),
    *("symmetric", "voffset", "width"),
}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href", "hreflang", "type"},
    "audio": _PLAYED,
    "blockquote": {"cite"},
    "col": _ALIGNED | {"span"},
    "colgroup": _ALIGNED | {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "hr": {"align", "size", "width"},
    "img": {"align", "alt", "height", "loading", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"height", "media", "sizes", "src", "srcset", "type", "width"},
    "table": _ALIGNED | {"summary"},
    "tbody": _ALIGNED,
    "td": _CELL,
    "tfoot": _ALIGNED,
    "th": _CELL | {"scope"},
    "thead": _ALIGNED,
    "time": {"datetime"},
    "tr": _ALIGNED,
    "track": {"default", "kind", "label", "src", "srclang"},
    "video": _PLAYED | {"height", "poster", "width"},
    **dict.fromkeys(MATH, _LAYOUT),
    "math": _LAYOUT | {"alttext", "display", "xmlns"},
}
"""The attributes that an element may keep, `*` those that each may."""

SEEN = TAGS | {"base", "embed", "iframe", "input", "object"}
"""The elements that say something, if only to be replaced."""

SEEN_ATTRIBUTES = {name: set(attributes) for name, attributes in ATTRIBUTES.items()}
"""The attributes that say something."""
SEEN_ATTRIBUTES["a"] |= {"name"}
SEEN_ATTRIBUTES["img"] |= {"data-lazy-src", "data-original", "data-src", "data-srcset", "style"}
for _name in ("td", "th", "video"):
    SEEN_ATTRIBUTES[_name] |= {"style"}
SEEN_ATTRIBUTES |= {
    "base": {"href"},
    "embed": {"src"},
    "iframe": {"data-src", "height", "src", "style", "width"},
    "input": {"checked", "type"},
    "object": {"data"},
    "span": {"style"},
}
