"""A week drawn to scale: a lane for each day, and in it a box for each time, with the letter of who comes.

Lengths are per cent of the drawing and heights are rem, as in `bar_charts.py`. A letter stands in its box only where it fits at the
narrowest; the page says the same in words beside the drawing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from services.web.drawings import label_layout

_LINE, _BOX, _GAP, _TICK = 1.3, 1.6, 0.5, 0.3
_DAY = 24 * 60
_SQUARE = 0.8
_APART = 0.2
"""Per cent of the drawing; a quarter of an hour of a whole day is more than one."""


class LaneBox(NamedTuple):
    """A time of one day, in minutes of it; without a letter nobody comes."""

    begins: int
    ends: int
    letter: str


def week_lanes(title: str, description: str, lanes: Sequence[tuple[str, Sequence[LaneBox]]], key: Sequence[tuple[str, str]]) -> Markup:
    """Each lane has the name of its day and its boxes. All have one scale, of whole hours from the first to the last minute drawn."""
    boxes = [box for _, lane in lanes for box in lane]
    first = min((box.begins for box in boxes), default=0) // 60 * 60
    last = -(-max((box.ends for box in boxes), default=_DAY) // 60) * 60
    drawn, top = [], 0.0
    for kind, text in key:
        drawn.append(
            Markup(
                '<rect class="{}" x="0.1rem" y="{}rem" width="{}rem" height="{}rem"/><text class="key" x="1.4rem" y="{}rem">{}</text>'
            ).format(kind, _number(top + 0.1), _SQUARE, _SQUARE, _number(top + 0.8), text)
        )
        top += _LINE
    for name, lane in lanes:
        top += _LINE
        drawn.append(Markup('<text class="name" x="0" y="{}rem">{}</text>').format(_number(top - 0.35), name))
        drawn.append(_rect("silent", 0, 100, top))
        for box in lane:
            drawn += _box(box, first, last, top)
        top += _BOX + _GAP
    drawn += _hours(first, last, top - _GAP)
    return Markup('<svg class="drawing" role="img" height="{}rem"><title>{}</title><desc>{}</desc>{}</svg>').format(
        _number(top + _LINE), title, description, Markup("").join(drawn)
    )


def _box(box: LaneBox, first: int, last: int, top: float) -> list[Markup]:
    start, length = (100 * part / (last - first) for part in (box.begins - first, box.ends - box.begins))
    # A gap, so that two who come one after the other are two boxes.
    drawn = [_rect("for" if box.letter else "abstained", start + _APART, length - 2 * _APART, top)]
    label = box.letter or "?"
    if label_layout.label_width(label) <= label_layout.NARROWEST_DRAWING * length / 100:
        drawn.append(
            Markup('<text class="{}" x="{}%" y="{}rem" text-anchor="middle">{}</text>').format(
                "on" if box.letter else "", _number(start + length / 2), _number(top + _BOX / 2 + 0.3), label
            )
        )
    return drawn


def _hours(first: int, last: int, top: float) -> list[Markup]:
    """The first, the middle and the last hour under the lanes."""
    return [
        Markup(
            '<line class="axis" x1="{0}%" x2="{0}%" y1="{1}rem" y2="{2}rem"/><text x="{0}%" y="{3}rem" text-anchor="{4}">{5}</text>'
        ).format(_number(at), _number(top), _number(top + _TICK), _number(top + _TICK + 1), anchor, f"{minute // 60:02}:{minute % 60:02}")
        for at, minute, anchor in ((0, first, "start"), (50, (first + last) // 2, "middle"), (100, last, "end"))
    ]


def _rect(kind: str, start: float, length: float, top: float) -> Markup:
    return Markup('<rect class="{}" x="{}%" width="{}%" y="{}rem" height="{}rem"/>').format(
        kind, _number(start), _number(length), _number(top), _number(_BOX)
    )


def _number(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
