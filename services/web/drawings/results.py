"""Bars: how each class voted, what one ballot weighs, and the share against what was needed.

Lengths are per cent of the drawing and heights are rem, so a drawing fills its column on every screen and its text grows with the reader's.
A label stands inside its bar only when it fits at the narrowest; otherwise all labels of that bar stand on a line under it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup, escape

from services.web.drawings import label

_LINE = 1.3
_BAR = 1.7
_GAP = 0.9
_PADDING = 0.5
_SQUARE = 0.8


@dataclass(frozen=True)
class Part:
    """One piece of a bar. `kind` is for, against, abstained or silent: each has its own pattern, not only its own colour."""

    kind: str
    size: Fraction
    label: str


@dataclass(frozen=True)
class Bar:
    """One row: its name above, its parts side by side."""

    name: str
    parts: Sequence[Part]

    @property
    def size(self) -> Fraction:
        return sum((part.size for part in self.parts), Fraction(0))


def bars(title: str, description: str, rows: Sequence[Bar], key: Sequence[tuple[str, str]] = ()) -> Markup:
    """Rows on one scale: the longest takes the whole width. `key` says what each kind of part stands for."""
    longest = max((row.size for row in rows), default=Fraction(0)) or Fraction(1)
    drawn, top = _key(key)
    for row in rows:
        shapes, top = _row(row, longest, top)
        drawn += shapes
    return _drawing(title, description, top - _GAP, drawn)


def share(title: str, description: str, part: Fraction, needed: Fraction, label_for: str, label_needed: str) -> Markup:
    """One whole bar with the part that said yes, and a line where it had to reach. `part` and `needed` are between 0 and 1."""
    at = _percent(needed)
    drawn = [_text(line, 0, _LINE * (number + 0.8), "name") for number, line in enumerate(label.lines(label_for, bold=True))]
    top = _LINE * len(drawn) + 0.2
    drawn += [_rect("against", 0, 100, top), _rect("for", 0, _percent(part), top)]
    drawn.append(
        Markup('<line class="axis" x1="{0}%" x2="{0}%" y1="{1}rem" y2="{2}rem"/>').format(
            _figure(at), _figure(top - 0.2), _figure(top + _BAR + 0.3)
        )
    )
    top += _BAR + 0.3
    for line in label.lines(label_needed):
        top += _LINE
        drawn.append(_anchored(line, at, top - 0.3))
    return _drawing(title, description, top, drawn)


def _key(key: Sequence[tuple[str, str]]) -> tuple[list[Markup], float]:
    """Small squares with their words, on as many lines as they need."""
    drawn: list[Markup] = []
    left, top = 0.0, 0.0
    for kind, text in key:
        wide = _SQUARE + _PADDING + label.width(text) + _GAP
        if left and left + wide > label.NARROWEST:
            left, top = 0.0, top + _LINE
        drawn.append(
            Markup('<rect class="{0}" x="{1}rem" y="{2}rem" width="{3}rem" height="{3}rem"/>').format(
                kind, _figure(left + 0.1), _figure(top + 0.1), _figure(_SQUARE)
            )
        )
        drawn.append(
            Markup('<text class="key" x="{}rem" y="{}rem">{}</text>').format(_figure(left + _SQUARE + _PADDING), _figure(top + 0.8), text)
        )
        left += wide
    return drawn, top + _LINE + _GAP / 2 if key else top


def _row(row: Bar, longest: Fraction, top: float) -> tuple[list[Markup], float]:
    drawn: list[Markup] = []
    for line in label.lines(row.name, bold=True):
        top += _LINE
        drawn.append(_text(line, 0, top - 0.4, "name"))
    shown = [part for part in row.parts if part.size]
    inside = all(label.width(part.label) + 2 * _PADDING <= float(part.size / longest) * label.NARROWEST for part in shown)
    start = 0.0
    for part in shown:
        long = _percent(part.size / longest)
        drawn.append(_rect(part.kind, start, long, top))
        if inside:
            drawn.append(_text(part.label, start, top + _BAR / 2 + 0.3, "on" if part.kind == "for" else "", _PADDING))
        start += long
    if not shown:
        drawn.append(_rect("silent", 0, 100, top))
    top += _BAR
    if not inside or not shown:
        for line in label.lines(" · ".join(part.label for part in shown or row.parts)):
            top += _LINE
            drawn.append(_text(line, 0, top - 0.3, ""))
    return drawn, top + _GAP


def _percent(part: Fraction) -> float:
    return float(part * 100)


def _figure(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _rect(kind: str, start: float, long: float, top: float) -> Markup:
    return Markup('<rect class="{}" x="{}%" width="{}%" y="{}rem" height="{}rem"/>').format(
        kind, _figure(start), _figure(long), _figure(top), _figure(_BAR)
    )


def _text(text: str, start: float, base: float, kind: str, inset: float = 0.0) -> Markup:
    # SVG 1.1 cannot add per cent and rem in one x; dx can, and every browser reads it.
    return Markup('<text class="{}" x="{}%" dx="{}rem" y="{}rem">{}</text>').format(
        kind, _figure(start), _figure(inset), _figure(base), text
    )


def _anchored(text: str, at: float, base: float) -> Markup:
    room = {"start": 100 - at, "end": at, "middle": 2 * min(at, 100 - at)}
    best = max(room, key=lambda anchor: room[anchor])
    if label.width(text) > label.NARROWEST * room[best] / 100:
        return _text(text, 0, base, "")
    return Markup('<text x="{}%" y="{}rem" text-anchor="{}">{}</text>').format(_figure(at), _figure(base), best, text)


def _drawing(title: str, description: str, height: float, shapes: Sequence[Markup]) -> Markup:
    return Markup('<svg class="drawing" role="img" height="{}rem"><title>{}</title><desc>{}</desc>{}</svg>').format(
        _figure(height), title, description, Markup("").join(escape(shape) for shape in shapes)
    )
