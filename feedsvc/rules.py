"""Rules: the names of those that leave out files, and what is told of each.

What a rule leaves out is named with it, so that nobody looks for an article in vain.
"""

from feedsvc.model import Finding

__all__ = [
    "DATA",
    "EXCLUDED",
    "EXPORTED",
    "HIDDEN",
    "INDEX",
    "NO_ARTICLE",
    "PARTS",
    "ROBOTS",
    "SITE",
    "TOOLS",
    "VISITORS",
    "tell_rule",
]

EXCLUDED, HIDDEN, INDEX, NO_ARTICLE = "exclude", "hidden", "index page", "no article"
DATA, EXPORTED = "data", "exported"
PARTS, ROBOTS, TOOLS, VISITORS = "parts of a page", "for robots", "for tools", "for visitors"
SITE = " site"
"""What the name of a generator's rule ends in."""

_REASONS = {
    DATA: "there are no articles in it",
    EXCLUDED: "the setting exclude names it",
    EXPORTED: "feedsvc export wrote this folder",
    HIDDEN: "what begins with a dot is never published",
    INDEX: "it leads to other articles",
    NO_ARTICLE: "there is no reader for its suffix",
    PARTS: "a browser saved them with the page beside them",
    ROBOTS: "machines read it",
    TOOLS: "programs read it",
    VISITORS: "it is no article of its site",
}
_FINAL = (DATA, EXCLUDED, HIDDEN, NO_ARTICLE)


def tell_rule(path: str, rule: str) -> Finding:
    """Tell that a path, a folder's with a slash at its end, is left out by a rule."""
    if rule.endswith(SITE):
        reason = f"the generator keeps its articles elsewhere in the {rule}"
    elif rule.endswith("/"):
        reason = "generators and tools keep it for themselves"
    else:
        reason = _REASONS.get(rule, "it is about the folder")
    remedy = "" if rule in _FINAL else "; the setting include brings it back"
    return Finding(path, 1, "file", "left out", f"{rule}: {reason}{remedy}")
