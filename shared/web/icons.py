"""Shapes that carry meaning without colour: the same in lists, pills and on the timeline.

Drawn on 24 x 24; colours are SVG attributes, so a strict style policy lets them pass.
"""

from __future__ import annotations

from markupsafe import Markup

ACUTE = "#b0101c"
PATTERN = "#7a4b00"
TERM = "#17457a"
MASKED = "#5a6570"
NEW = "#0b6b3a"

_TRIANGLE = "M12 2 23 21H1Z"
_DIAMOND = "M12 1 23 12 12 23 1 12Z"

SHAPES: dict[str, str] = {
    "acute": f'<path d="{_TRIANGLE}" fill="{ACUTE}"/><path d="M12 9v6" stroke="#fff" '
    'stroke-width="2.4"/><circle cx="12" cy="18" r="1.4" fill="#fff"/>',
    "acute-light": f'<path d="{_TRIANGLE}" fill="#fff"/><path d="M12 9v6" stroke="{ACUTE}" '
    f'stroke-width="2.6"/><circle cx="12" cy="18" r="1.5" fill="{ACUTE}"/>',
    "pattern": f'<path d="{_DIAMOND}" fill="{PATTERN}"/><path d="M7 12h10M12 7v10" stroke="#fff" '
    'stroke-width="2"/>',
    "structural": f'<path d="{_DIAMOND}" fill="{PATTERN}"/>',
    "incident": f'<circle cx="12" cy="12" r="9" fill="{TERM}"/>',
    "suspicion": f'<circle cx="12" cy="12" r="8" fill="#fff" stroke="{TERM}" stroke-width="3"/>',
    "masked": f'<rect x="3" y="3" width="18" height="18" fill="#e3e8ec" stroke="{MASKED}" '
    'stroke-width="2" stroke-dasharray="3 2"/><path d="M8 11V9a4 4 0 0 1 8 0v2M7 11h10v7H7z" '
    f'fill="none" stroke="{MASKED}" stroke-width="2"/>',
    "term": f'<circle cx="12" cy="12" r="9" fill="none" stroke="{TERM}" stroke-width="2.6"/>'
    f'<path d="M12 7v5l4 2" fill="none" stroke="{TERM}" stroke-width="2.6"/>',
    "new": f'<circle cx="12" cy="12" r="10" fill="{NEW}"/><path d="M12 7v10M7 12h10" '
    'stroke="#fff" stroke-width="2.4"/>',
    "review": f'<rect x="2" y="5" width="12" height="14" rx="2" fill="#fff" stroke="{TERM}" '
    f'stroke-width="2.4"/><rect x="10" y="5" width="12" height="14" rx="2" fill="none" '
    f'stroke="{TERM}" stroke-width="2.4"/>',
    "quiet": '<circle cx="12" cy="12" r="8" fill="none" stroke="#6b7680" stroke-width="2"/>',
    "ok": f'<circle cx="12" cy="12" r="10" fill="{NEW}"/><path d="M7 12.5l3.5 3.5L17 9" '
    'fill="none" stroke="#fff" stroke-width="2.4"/>',
}

# A shape for every severity and for what is not shown.
SEVERITY_SHAPES = {
    "acute": "acute",
    "spontaneous_disclosure": "acute",
    "structural": "structural",
    "incidental": "incident",
    "suspicion": "suspicion",
    "masked": "masked",
}


def icon(name: str) -> Markup:
    """An SVG picture beside a word that says the same; hidden from screen readers."""
    return Markup(  # noqa: S704 - our own constant
        f'<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">{SHAPES[name]}</svg>'
    )


def placed(name: str, x: float, y: float, size: float) -> Markup:
    """The same shape inside another drawing, its middle at (x, y)."""
    half = size / 2
    return Markup(  # noqa: S704 - numbers and our own constant
        f'<svg x="{x - half:.1f}" y="{y - half:.1f}" width="{size:g}" height="{size:g}" '
        f'viewBox="0 0 24 24">{SHAPES[name]}</svg>'
    )
