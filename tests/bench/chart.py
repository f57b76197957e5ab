"""`python -m tests.bench.chart`: the chart of the results, and docs/speed.md's section of them.

A document for light and dark, in which text is text: cold builds by number of articles, both on
a logarithmic scale, and how much of what nginx serves we do.
"""

import math
from collections.abc import Iterator
from html import escape
from pathlib import Path

from tests.bench.report import find_line, rewrite_page
from tests.bench.results import RESULTS, Results, read_results
from tests.bench.targets import COLD

__all__ = ["CHART", "draw", "main"]

CHART = RESULTS.with_suffix(".svg")
PAGE = Path(__file__).parents[2] / "docs" / "speed.md"
WIDTH, HEIGHT = 720, 320
TOP, BOTTOM = 64, 270
LEFT, RIGHT = 56, 330
"""The field of the curves; that of the bars is beside it."""
BARS_LEFT, BARS_RIGHT = 478, 690
NAMES = ("feedsvc", "Hugo", "Pelican", "Eleventy")
STYLE = """
text { font: 13px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  fill: #1f1d1a; }
.head { font-weight: 600; font-size: 15px; }
.quiet { fill: #5f5a52; }
.paper { fill: #fdfcfa; }
.line { stroke: #e0dad0; }
.curve { fill: none; stroke: #5f5a52; stroke-width: 2; }
.dot { fill: #5f5a52; }
.ours { fill: #b8480b; font-weight: 600; }
.curve.ours { fill: none; stroke: #b8480b; stroke-width: 3; }
.goal { stroke: #1f1d1a; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  text { fill: #ebe7e0; }
  .quiet { fill: #a8a197; }
  .paper { fill: #181715; }
  .line { stroke: #3a3731; }
  .curve { stroke: #a8a197; }
  .dot { fill: #a8a197; }
  .ours { fill: #f0894a; }
  .curve.ours { stroke: #f0894a; }
  .goal { stroke: #ebe7e0; }
}
"""
DASHES = {"feedsvc": "none", "Hugo": "none", "Pelican": "2 4", "Eleventy": "8 4"}


def main() -> None:
    """Write both."""
    results = read_results()
    CHART.write_text(draw(results), encoding="utf-8")
    PAGE.write_text(rewrite_page(PAGE.read_text("utf-8"), results), encoding="utf-8")


def draw(results: Results) -> str:
    """Draw the chart, as SVG."""
    body = "\n".join([*_draw_builds(results), *_draw_shares(results)])
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"
  width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">The speed of feedsvc</title>
<desc id="description">{escape(describe(results))}</desc>
<style>{STYLE}</style>
<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="8"/>
{body}
</svg>
"""


def describe(results: Results) -> str:
    """Say in words what the chart shows."""
    builds = [
        f"{name}: {', '.join(f'{seconds:g} s for {count:,} articles' for count, seconds in found)}"
        for name in NAMES
        if (found := _find_builds(results, name))
    ]
    shares = [f"{name}: {ratio:.0%}" for name, ratio, _ in _find_shares(results)]
    return f"Cold build. {'; '.join(builds)}. Served, of what nginx serves. {'; '.join(shares)}."


def _find_builds(results: Results, name: str) -> list[tuple[int, float]]:
    """Return the numbers of articles at which a builder was measured, and its seconds."""
    found = []
    for count in sorted({line.count for line in results.lines}):
        line = find_line(results, COLD, count, name)
        seconds = line and (line.ours if name == "feedsvc" else line.peer)
        if seconds:
            found.append((count, seconds))
    return found


def _find_shares(results: Results) -> list[tuple[str, float, float]]:
    """Return the name, share and goal of what is served, at the most articles measured."""
    found = []
    for name in ("200", "200 gzip", "304"):
        line = find_line(results, f"serving /atom.xml, {name}", None, "nginx")
        if line and line.ratio and line.target:
            found.append((name, line.ratio, line.target.goal))
    return found


def _draw_builds(results: Results) -> Iterator[str]:
    curves = {name: _find_builds(results, name) for name in NAMES}
    counts = sorted({count for points in curves.values() for count, _ in points})
    powers = _find_powers([seconds for points in curves.values() for _, seconds in points])
    yield _write(LEFT - 32, 26, "Cold build, seconds", "head")
    for power in powers:
        y = _place(10.0**power, powers)
        yield f'<path class="line" d="M{LEFT} {y}H{RIGHT}"/>'
        yield _write(LEFT - 8, y + 4, f"{10.0**power:g}", "quiet", "end")
    places = {count: _spread(number, len(counts)) for number, count in enumerate(counts)}
    for count, x in places.items():
        yield _write(x, BOTTOM + 22, f"{count:,}", "quiet", "middle")
    yield _write((LEFT + RIGHT) / 2, BOTTOM + 42, "articles", "quiet", "middle")
    labels: dict[str, float] = {}
    for name, points in curves.items():
        if not points:
            continue
        mark = " ours" if name == "feedsvc" else ""
        spots = [(places[count], _place(seconds, powers)) for count, seconds in points]
        path = "L".join(f"{x} {y}" for x, y in spots)
        yield f'<path class="curve{mark}" stroke-dasharray="{DASHES[name]}" d="M{path}"/>'
        yield from (f'<circle class="dot{mark}" cx="{x}" cy="{y}" r="3.5"/>' for x, y in spots)
        labels[name] = spots[-1][1]
    for name, y in _part(labels).items():
        x = places[curves[name][-1][0]] + 9
        text = f"{name} {curves[name][-1][1]:g}"
        yield _write(x, y + 4, text, "ours" if name == "feedsvc" else "")


def _draw_shares(results: Results) -> Iterator[str]:
    shares = _find_shares(results)
    yield _write(BARS_LEFT - 18, 26, "Served, of what nginx serves", "head")
    most = max([1.0, *(ratio for _, ratio, _ in shares)])
    for number, (name, ratio, goal) in enumerate(shares):
        y = TOP + number * 70
        width = (BARS_RIGHT - BARS_LEFT) / most
        yield _write(BARS_LEFT - 18, y + 4, f"{name}: {ratio:.0%}")
        x = BARS_LEFT - 18
        yield f'<rect class="ours" x="{x}" y="{y + 12}" width="{width * ratio:.1f}" height="18"/>'
        edge = x + width * goal
        yield f'<path class="goal" d="M{edge:.1f} {y + 8}v26"/>'
    yield _write(BARS_LEFT - 18, BOTTOM + 22, "The stroke across is the target.", "quiet")


def _find_powers(seconds: list[float]) -> range:
    """Return the powers of ten that stand at the scale, the first below and the last above."""
    logarithms = [math.log10(each) for each in seconds or [1]]
    least = math.floor(min(logarithms))
    return range(least, max(math.ceil(max(logarithms)), least + 1) + 1)


def _place(seconds: float, powers: range) -> float:
    """Return how high seconds stand."""
    part = (math.log10(seconds) - powers[0]) / (powers[-1] - powers[0])
    return round(BOTTOM - part * (BOTTOM - TOP), 1)


def _spread(number: int, of: int) -> float:
    return round(LEFT + 24 + number * (RIGHT - LEFT - 48) / max(of - 1, 1), 1)


def _part(labels: dict[str, float]) -> dict[str, float]:
    """Move labels up, so that none is over another."""
    parted: dict[str, float] = {}
    above = float("inf")
    for name, y in sorted(labels.items(), key=lambda label: -label[1]):
        above = parted[name] = min(y, above - 16)
    return parted


def _write(x: float, y: float, text: str, mark: str = "", anchor: str = "start") -> str:
    marked = f' class="{mark}"' if mark else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{marked}>{escape(text)}</text>'


if __name__ == "__main__":
    main()
