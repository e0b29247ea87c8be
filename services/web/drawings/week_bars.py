"""Weeks as columns on one scale, with a line at the most that they may be on average.

Columns are per cent of the drawing's width, heights are rem, so the drawing fills its column on every screen. A label of a week stands
where it fits at the narrowest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from services.web.drawings import label_layout

_HEIGHT = 9.0
_LINE = 1.3
_ROOM = 0.72
"""The part of a week's room that its column takes."""


@dataclass(frozen=True)
class WeekColumn:
    """One week: what stands under it where there is room, and its parts from below. `kind` is a pattern: for, against or abstained."""

    label: str
    parts: Sequence[tuple[str, int]]

    @property
    def size(self) -> int:
        return sum(size for _, size in self.parts)


def week_columns(title: str, description: str, weeks: Sequence[WeekColumn], counted: int, most: int, most_label: str) -> Markup:
    """`most` is where the line stands, with its label above the drawing. A short line stands under the axis after the first `counted`."""
    scale = max([most, *(week.size for week in weeks)]) * 1.05 or 1
    lines = label_layout.wrap_label(most_label)
    top = _LINE * len(lines) + 0.3
    bottom = top + _HEIGHT
    drawn = [_text(line, 0.0, _LINE * (number + 0.8)) for number, line in enumerate(lines)]
    room = 100 / max(len(weeks), 1)
    for number, week in enumerate(weeks):
        above = bottom
        for kind, size in week.parts:
            height = _HEIGHT * size / scale
            above -= height
            if size:
                drawn.append(_rect(kind, room * (number + (1 - _ROOM) / 2), room * _ROOM, above, height))
    drawn.append(_line(0, 100, bottom, bottom))
    drawn.append(_line(0, 100, bottom - _HEIGHT * most / scale, bottom - _HEIGHT * most / scale))
    if counted < len(weeks):
        drawn.append(_line(room * counted, room * counted, top, bottom + 0.3))
    taken = 0.0
    for number, week in enumerate(weeks):
        left = room * number / 100 * label_layout.NARROWEST_DRAWING
        width = label_layout.label_width(week.label)
        if week.label and left >= taken and left + width <= label_layout.NARROWEST_DRAWING:
            drawn.append(_text(week.label, room * number, bottom + _LINE))
            taken = left + width + label_layout.label_width(" ")
    return Markup('<svg class="drawing" role="img" height="{height}rem"><title>{title}</title><desc>{desc}</desc>{shapes}</svg>').format(
        height=_number(bottom + _LINE + 0.4), title=title, desc=description, shapes=Markup().join(drawn)
    )


def _rect(kind: str, left: float, width: float, top: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}%" width="{}%" y="{}rem" height="{}rem"/>').format(
        kind, _number(left), _number(width), _number(top), _number(height)
    )


def _line(left: float, right: float, top: float, bottom: float) -> Markup:
    return Markup('<line class="axis" x1="{}%" x2="{}%" y1="{}rem" y2="{}rem"/>').format(*map(_number, (left, right, top, bottom)))


def _text(text: str, left: float, top: float) -> Markup:
    return Markup('<text x="{}%" y="{}rem">{}</text>').format(_number(left), _number(top), escape(text))


def _number(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
