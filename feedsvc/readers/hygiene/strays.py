"""Strays: tags that a parser would take more for than they are, taken out of a source.

`<noscript>`, whose content it wouldn't read; and words that drawings and formulas have for
elements, as in `cd <path>`, with which the sanitiser would drop what follows.
"""

import re

from feedsvc.readers.hygiene.allowed import MATH

__all__ = ["drop_strays"]

# All that the sanitiser knows as an element of SVG or of MathML, and of no use outside it.
_DRAWN = (
    "animate circle defs discard ellipse filter g line marker mask metadata mpath path pattern "
    "polygon polyline rect set stop switch symbol text tspan use view"
)
_COMPUTED = (
    "abs and apply approx arg bvar card ci cn codomain compose condition cs csymbol declare "
    "degree diff divide domain eq exp factorial factorof floor fn forall gcd geq grad ident "
    "imaginaryi in infinity int interval intersect inverse lambda laplacian lcm leq limit list ln "
    "log logbase lowlimit lt gt maligngroup matrix max mean median menclose mfenced mglyph "
    "malignmark min minus mlabeledtr mlongdiv mode moment momentabout mscarries mscarry msgroup "
    "msline msrow mstack not or otherwise piece piecewise plus power product quotient reals rem "
    "root sdev sec selector sep share sin sum tendsto times transpose union vector"
)
_STRAYS = {"noscript", *_DRAWN.split(), *_COMPUTED.split()}
_FORMULAS = MATH - {"math"}

_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z-]*)")
# Matches to its end or to that of the text: nothing is looked at twice.
_TAG = re.compile(
    r"""<!--.*?(?:-->|\Z)|</?([a-zA-Z][^\s/>]*)(?:[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+>?""",
    re.S,
)


def drop_strays(html: str) -> str:
    """Return HTML without the tags that are strays; what is between them stays."""
    names = {name.lower() for name in _NAME.findall(html)}
    strays = names & (_STRAYS if "math" in names else _STRAYS | _FORMULAS)
    if not strays:
        return html
    return _TAG.sub(
        lambda tag: "" if tag[1] and tag[1].lower() in strays else tag[0],
        html,
    )
