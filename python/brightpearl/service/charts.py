"""Small charts as SVG. Colours come from the style sheet, since a page's policy allows no style in elements."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

_WIDTH = 320
_HEIGHT = 90


def bars(values: Sequence[tuple[float, float]], label: str, *, kind: str = "", height: int = _HEIGHT) -> Markup:
    """A bar for each pair of a whole and the bad part of it, the oldest first."""
    most = max((whole for whole, _ in values), default=0) or 1
    step = _WIDTH / max(len(values), 1)
    parts = []
    for place, (whole, bad) in enumerate(values):
        x, width = place * step, max(step - 1, 1)
        for name, value in (("bar", whole), ("bar bad", bad)):
            if value > 0:
                tall = max(value / most * (height - 4), 2)
                parts.append(
                    f'<rect class="{name}" x="{x:.1f}" y="{height - tall:.1f}" width="{width:.1f}" '
                    f'height="{tall:.1f}"/>'
                )
    return _svg("".join(parts), label, kind, height)


def curve(values: Sequence[float], label: str) -> Markup:
    """A curve through all values, the oldest first."""
    most = max(values, default=0) or 1
    step = _WIDTH / max(len(values) - 1, 1)
    drawn = []
    for place, value in enumerate(values):
        y = _HEIGHT - 3 - value / most * (_HEIGHT - 8)
        # A point alone is seen, too.
        drawn.append(f"{'L' if place else 'M'}{place * step:.1f} {y:.1f}{'' if place else 'h3'}")
    return _svg(f'<path class="curve" d="{" ".join(drawn)}"/>', label, "", _HEIGHT)


def gauge(part: float, label: str, text: str) -> Markup:
    """Half a circle, filled as far as the part goes, from 0 to 1."""
    share = min(max(part, 0.0), 1.0)
    x, y = 110 - 90 * math.cos(math.pi * share), 105 - 90 * math.sin(math.pi * share)
    filled = f'<path class="fill" d="M20 105A90 90 0 0 1 {x:.1f} {y:.1f}"/>' if share > 0 else ""
    return Markup(
        '<svg class="gauge" viewBox="0 0 220 120" role="img" aria-label="{}">'
        '<path class="track" d="M20 105A90 90 0 0 1 200 105"/>{}'
        '<text x="110" y="100" text-anchor="middle">{}</text></svg>'
    ).format(label, Markup(filled), text)


def _svg(inner: str, label: str, kind: str, height: int) -> Markup:
    return Markup(
        f'<svg class="{escape(kind)}" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(label)}"><line class="axis" x1="0" y1="{height - 0.5}" x2="{_WIDTH}" '
        f'y2="{height - 0.5}"/>{inner}</svg>'
    )
