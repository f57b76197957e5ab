"""Pairs: which tags open and close each other, and what of the text between isn't shown.

What is repeated or put away elsewhere (`for`, `capture`) isn't; of what depends on a condition
that isn't known here, what comes first is shown.
"""

from feedsvc.readers.markdown.tags import Tag

__all__ = ["pair_tags"]

_HIDDEN = frozenset(("for", "tablerow", "capture", "macro", "case", "set", "switch", "comment"))
_CONDITIONS = frozenset(("if", "unless", "ifchanged", "ifversion"))
_BRANCHING = _CONDITIONS | {"case", "for", "switch"}
_ELSE = frozenset(("else", "elsif", "elif", "elseif"))


def pair_tags(tags: list[Tag]) -> tuple[set[int], dict[int, int]]:
    """Return which tags open a pair, and which hide what follows, up to the end of which other.

    Tags are told by their places in the list.
    """
    paired: set[int] = set()
    hiding: dict[int, int] = {}
    opened: dict[tuple[str, str], list[int]] = {}
    branches: list[int] = []
    alternatives: dict[int, int] = {}
    for at, tag in enumerate(tags):
        key = tag.kind, "" if tag.is_call else tag.name
        if tag.kind not in ("Hugo", "Liquid") or tag.body is not None:
            continue
        if tag.kind == "Liquid" and tag.name in _ELSE and not tag.is_end:
            if branches:
                alternatives.setdefault(branches[-1], at)
        elif not tag.is_end:
            opened.setdefault(key, []).append(at)
            if tag.name in _BRANCHING:
                branches.append(at)
        elif opened.get(key):
            start = opened[key].pop()
            paired.add(start)
            while branches and branches[-1] >= start:
                branches.pop()
            if tags[start].name in _HIDDEN:
                hiding[start] = at
            elif tags[start].name in _CONDITIONS and start in alternatives:
                hiding[alternatives[start]] = at
    return paired, hiding
