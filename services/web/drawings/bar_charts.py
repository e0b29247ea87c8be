"""Bar charts: how each class voted, what one ballot weighs, and the share that voted yes against the share needed.

Lengths are per cent of the drawing and heights are rem, so a drawing fills its column on every screen and its text grows with the reader's.
A label stands inside its bar only when it fits at the narrowest; otherwise all labels of that bar stand on a line under it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup, escape

from services.web.drawings import label_layout

_LINE = 1.3
_BAR = 1.7
_GAP = 0.9
_PADDING = 0.5
_SQUARE = 0.8


@dataclass(frozen=True)
class BarSegment:
    """One segment of a bar. `kind` is for, against, abstained or silent; each has its own pattern as well as its own colour."""

    kind: str
    size: Fraction
    label: str


@dataclass(frozen=True)
class Bar:
    """One bar: its name above, its segments side by side."""

    name: str
    parts: Sequence[BarSegment]

    @property
    def size(self) -> Fraction:
        return sum((part.size for part in self.parts), Fraction(0))


def bar_chart(title: str, description: str, rows: Sequence[Bar], key: Sequence[tuple[str, str]] = ()) -> Markup:
    """Bars on one scale; the longest takes the whole width. `key` is the legend: the kind of a segment and what it stands for."""
    longest = max((row.size for row in rows), default=Fraction(0)) or Fraction(1)
    drawn, top = _legend(key)
    for row in rows:
        shapes, top = _bar(row, longest, top)
        drawn += shapes
    return _svg(title, description, top - _GAP, drawn)


def share_chart(title: str, description: str, part: Fraction, needed: Fraction, label_for: str, label_needed: str) -> Markup:
    """One full bar with the share that voted yes and a line at the share needed. `part` and `needed` are between 0 and 1."""
    at = _percent(needed)
    drawn = [_text(line, 0, _LINE * (number + 0.8), "name") for number, line in enumerate(label_layout.wrap_label(label_for, bold=True))]
    top = _LINE * len(drawn) + 0.2
    drawn += [_rect("against", 0, 100, top), _rect("for", 0, _percent(part), top)]
    drawn.append(
        Markup('<line class="axis" x1="{0}%" x2="{0}%" y1="{1}rem" y2="{2}rem"/>').format(
            _format_number(at), _format_number(top - 0.2), _format_number(top + _BAR + 0.3)
        )
    )
    top += _BAR + 0.3
    for line in label_layout.wrap_label(label_needed):
        top += _LINE
        drawn.append(_text_at(line, at, top - 0.3))
    return _svg(title, description, top, drawn)


def _legend(key: Sequence[tuple[str, str]]) -> tuple[list[Markup], float]:
    """The legend: small squares with their labels, on as many lines as they need."""
    drawn: list[Markup] = []
    left, top = 0.0, 0.0
    for kind, text in key:
        item_width = _SQUARE + _PADDING + label_layout.label_width(text) + _GAP
        if left and left + item_width > label_layout.NARROWEST_DRAWING:
            left, top = 0.0, top + _LINE
        drawn.append(
            Markup('<rect class="{0}" x="{1}rem" y="{2}rem" width="{3}rem" height="{3}rem"/>').format(
                kind, _format_number(left + 0.1), _format_number(top + 0.1), _format_number(_SQUARE)
            )
        )
        drawn.append(
            Markup('<text class="key" x="{}rem" y="{}rem">{}</text>').format(
                _format_number(left + _SQUARE + _PADDING), _format_number(top + 0.8), text
            )
        )
        left += item_width
    return drawn, top + _LINE + _GAP / 2 if key else top


def _bar(row: Bar, longest: Fraction, top: float) -> tuple[list[Markup], float]:
    drawn: list[Markup] = []
    for line in label_layout.wrap_label(row.name, bold=True):
        top += _LINE
        drawn.append(_text(line, 0, top - 0.4, "name"))
    shown = [part for part in row.parts if part.size]
    inside = all(
        label_layout.label_width(part.label) + 2 * _PADDING <= float(part.size / longest) * label_layout.NARROWEST_DRAWING for part in shown
    )
    start = 0.0
    for part in shown:
        length = _percent(part.size / longest)
        drawn.append(_rect(part.kind, start, length, top))
        if inside:
            drawn.append(_text(part.label, start, top + _BAR / 2 + 0.3, "on" if part.kind == "for" else "", _PADDING))
        start += length
    if not shown:
        drawn.append(_rect("silent", 0, 100, top))
    top += _BAR
    if not inside or not shown:
        for line in label_layout.wrap_label(" · ".join(part.label for part in shown or row.parts)):
            top += _LINE
            drawn.append(_text(line, 0, top - 0.3, ""))
    return drawn, top + _GAP


def _percent(part: Fraction) -> float:
    return float(part * 100)


def _format_number(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _rect(kind: str, start: float, length: float, top: float) -> Markup:
    return Markup('<rect class="{}" x="{}%" width="{}%" y="{}rem" height="{}rem"/>').format(
        kind, _format_number(start), _format_number(length), _format_number(top), _format_number(_BAR)
    )


def _text(text: str, start: float, base: float, kind: str, inset: float = 0.0) -> Markup:
    # SVG 1.1 cannot add per cent and rem in one x; dx can, and every browser reads it.
    return Markup('<text class="{}" x="{}%" dx="{}rem" y="{}rem">{}</text>').format(
        kind, _format_number(start), _format_number(inset), _format_number(base), text
    )


def _text_at(text: str, at: float, base: float) -> Markup:
    room_by_anchor = {"start": 100 - at, "end": at, "middle": 2 * min(at, 100 - at)}
    best = max(room_by_anchor, key=lambda anchor: room_by_anchor[anchor])
    if label_layout.label_width(text) > label_layout.NARROWEST_DRAWING * room_by_anchor[best] / 100:
        return _text(text, 0, base, "")
    return Markup('<text x="{}%" y="{}rem" text-anchor="{}">{}</text>').format(_format_number(at), _format_number(base), best, text)


def _svg(title: str, description: str, height: float, shapes: Sequence[Markup]) -> Markup:
    return Markup('<svg class="drawing" role="img" height="{}rem"><title>{}</title><desc>{}</desc>{}</svg>').format(
        _format_number(height), title, description, Markup("").join(escape(shape) for shape in shapes)
    )
