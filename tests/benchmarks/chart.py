"""The figures as a picture: a panel a query, a bar a server, in requests per second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from tests.benchmarks.cases import CASES
from tests.benchmarks.contestants import OURS
from tests.benchmarks.measure import Results

WIDTH, PANEL, GAP, TOP, LEFT, BAR, STEP = 920, 440, 40, 64, 132, 15, 21
LOOK = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #3d4450 }
  .title { font-size: 17px; font-weight: 600; fill: #14181f }
  .panel { font-size: 13px; font-weight: 600; fill: #14181f }
  .note, .value { fill: #6b7480 }
  .ours { fill: #0b6e4f } .peer { fill: #b9c2cc } .bare { fill: #dfe4e9 }
  .mine { font-weight: 600; fill: #0b6e4f }
"""


def _name(name: str) -> str:
    return "mine" if name.startswith(OURS) else "peer-name"


def _kind(name: str) -> str:
    if name.startswith(OURS):
        return "ours"
    return "bare" if name == "floor" else "peer"


def _panel(results: Results, titles: Mapping[str, str], case: str, connections: int) -> Iterator[tuple[str, float]]:
    for name in titles:
        value = results.median(case, name, connections, "per_second")
        if value is not None:
            yield name, value


def _bars(bars: list[tuple[str, float]], titles: Mapping[str, str], x: int, y: int) -> Iterator[str]:
    room = PANEL - LEFT - 52
    most = max(value for _, value in bars)
    for place, (name, value) in enumerate(bars):
        at, width = y + place * STEP, max(value / most * room, 1)
        text = at + BAR - 3
        title = escape(titles[name])
        yield f'<text class="{_name(name)}" x="{x + LEFT - 8}" y="{text}" text-anchor="end">{title}</text>'
        yield f'<rect class="{_kind(name)}" x="{x + LEFT}" y="{at}" width="{width:.1f}" height="{BAR}" rx="2"/>'
        yield f'<text class="value" x="{x + LEFT + width + 6:.1f}" y="{text}">{value:,.0f}</text>'


def draw(results: Results, titles: Mapping[str, str], connections: int) -> str:
    """The picture, as SVG."""
    panels = [(case, list(_panel(results, titles, case.name, connections))) for case in CASES]
    panels = [(case, bars) for case, bars in panels if bars]
    rows = (len(panels) + 1) // 2
    high = 34 + max(len(bars) for _, bars in panels) * STEP + 18
    height = TOP + rows * high + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" aria-label="Requests per second of each server, for each query">',
        f"<style>{LOOK}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text class="title" x="20" y="28">Requests per second: more is better</text>',
        f'<text class="note" x="20" y="48">One worker each, {connections} connections, the same data and answers; '
        "PostgreSQL unless it says SQLite. Each panel has a scale of its own.</text>",
    ]
    for place, (case, bars) in enumerate(panels):
        x, y = 20 + place % 2 * (PANEL + GAP - 40), TOP + place // 2 * high
        parts.append(f'<text class="panel" x="{x}" y="{y + 18}">{escape(case.title)}</text>')
        parts += _bars(bars, titles, x, y + 30)
    return "\n".join([*parts, "</svg>", ""])
