"""Prose: where a Markdown text isn't code, found before it is parsed.

Fences, indented lines and code spans as CommonMark has them, told line by line in one pass: what
stands in lists and quotes is told as nearly as that goes.
"""

import re
from bisect import bisect_right

__all__ = ["Prose"]

_FENCE = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(`{3,}(?=[^`\n]*$)|~{3,})", re.M)
_MARKER = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])([ \t]+|$)", re.M)
_HEADING = re.compile(r" {0,3}#{1,6}(?:\s|$)")
_INDENT = re.compile(r"[ \t]*")
_RUN = re.compile("`+")
# A code span doesn't reach over what begins another block.
_BLOCK = re.compile(r"\n[ \t]*(?:\n|#|>|[-*+][ \t]|\d{1,9}[.)][ \t]|```|~~~)")
_TAB = 4


class Prose:
    """Finds what a pattern matches, line by line, outside of code.

    `code` are the parts that were passed over, as they came.
    """

    def __init__(self, text: str, pattern: str, *, indented: bool = True) -> None:
        """Look at a text, in which `indented` lines are code, or aren't."""
        self.text = text
        self.code: list[tuple[int, int]] = []
        self._indented = indented
        self._special = re.compile(rf"\\[\\`]|(?P<run>`+)|(?P<found>{pattern})")
        self._runs: dict[int, list[int]] | None = None
        self._offsets = [0]
        self._block_end = self._line_end = -1

    def find(self, at: int) -> re.Match[str] | None:
        """Return the next match from `at` on, which never is before an earlier one."""
        text = self.text
        while at < len(text):
            if (at == 0 or text[at - 1] == "\n") and (end := self._find_block_end(at)):
                self.code.append((at, min(end, len(text))))
                at = end
                continue
            if at > self._line_end:
                self._line_end = self._find_line_end(at) - 1
            match = self._special.search(text, at, self._line_end)
            if match is None:
                at = self._line_end + 1
            elif match["found"] is not None:
                return match
            elif match["run"] is None:
                at = match.end()
            else:
                at = self._find_span_end(match) or match.end()
        return None

    def _find_block_end(self, at: int) -> int:
        """Return where the code that the line at `at` is in ends, 0 where that is none."""
        text = self.text
        begin = _match_end(_INDENT, text, at)
        if text.startswith("\n", begin) or begin == len(text):
            return 0
        indent = len(text[at:begin].expandtabs(_TAB))
        fresh = self._begins_block(at)
        marker, fence = _MARKER.match(text, at), _FENCE.match(text, at)
        if fresh or marker or fence:  # else it goes on with what stands above
            while indent < self._offsets[-1]:
                self._offsets.pop()
        if self._indented and indent >= self._offsets[-1] + _TAB:
            return self._find_line_end(begin) if fresh else 0
        if marker:
            width = len(text[at : marker.end()].expandtabs(_TAB))
            gap = len(marker[1].expandtabs(_TAB))
            self._offsets.append(width if 0 < gap <= _TAB else width - gap + 1)
        return self._find_fence_end(fence) if fence else 0

    def _find_fence_end(self, fence: re.Match[str]) -> int:
        """Return where a fence is closed, or what it stands in ends."""
        sign, offset = fence[1], self._offsets[-1]
        quoted = ">" in fence[0]
        margin = "[ \t>]*" if quoted else rf"[ ]{{0,{offset + _TAB - 1}}}"
        close = rf"^{margin}{sign[0]}{{{len(sign)},}}[ \t]*$"
        left = r"^(?! {0,3}>)" if quoted else rf"^ {{0,{offset - 1}}}(?=\S)" if offset else "(?!)"
        ends = re.compile(rf"(?P<close>{close})|{left}", re.M)
        end = ends.search(self.text, self._find_line_end(fence.end()))
        if end is None:
            return len(self.text) + 1
        return self._find_line_end(end.end()) if end["close"] is not None else end.start()

    def _begins_block(self, at: int) -> bool:
        """Whether a line follows nothing, a blank line, a heading or code."""
        before = self.text[self.text.rfind("\n", 0, max(at - 1, 0)) + 1 : at]
        blank = not before.strip() or _HEADING.match(before) is not None
        return blank or bool(self.code and self.code[-1][1] == at)

    def _find_line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return (len(self.text) if end < 0 else end) + 1

    def _find_span_end(self, run: re.Match[str]) -> int:
        """Return where the code span that a run of backticks opens ends, 0 where it opens none."""
        if self._runs is None:
            self._runs = {}
            for match in _RUN.finditer(self.text):
                self._runs.setdefault(len(match[0]), []).append(match.start())
        if run.start() >= self._block_end:
            block = _BLOCK.search(self.text, run.end())
            self._block_end = block.start() if block else len(self.text)
        starts = self._runs.get(len(run[0]), [])
        at = bisect_right(starts, run.start())
        if at == len(starts) or starts[at] >= self._block_end:
            return 0
        end = starts[at] + len(run[0])
        self.code.append((run.start(), end))
        return end


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
