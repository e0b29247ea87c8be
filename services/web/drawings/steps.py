"""Steps on a way, one under the other: how far a ballot is, how far a vote is. Each has a sign of its own, not only a colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from services.web.drawings import label

_LINE = 1.3
_CIRCLE = 0.75
_GAP = 0.7
_INDENT = 2.2

_SIGNS = {"done": "M3 9l4 4 7-9", "now": "M8 4v4.500l3 2", "no": "M4 4l8 8M12 4L4 12"}


@dataclass(frozen=True)
class Step:
    """`kind` is done, now, todo or no."""

    kind: str
    label: str


def steps(title: str, description: str, way: Sequence[Step]) -> Markup:
    """A circle for each step and its words beside it; a line leads from one to the next."""
    drawn: list[Markup] = []
    lines: list[Markup] = []
    top = _CIRCLE
    for at, step in enumerate(way):
        words = _cut(step.label, bold=step.kind == "now")
        below = top + max(len(words) - 1, 0) * _LINE + _LINE + _GAP
        if at + 1 < len(way):
            lines.append(
                Markup('<line class="axis" x1="{0}rem" x2="{0}rem" y1="{1}rem" y2="{2}rem"/>').format(
                    _CIRCLE + 0.1, _figure(top), _figure(below)
                )
            )
        drawn.append(
            Markup('<circle class="{}" cx="{}rem" cy="{}rem" r="{}rem"/>').format(
                "for" if step.kind == "done" else "against", _CIRCLE + 0.1, _figure(top), _CIRCLE
            )
        )
        if step.kind in _SIGNS:
            drawn.append(
                Markup(
                    '<svg class="mark {}" x="{}rem" y="{}rem" width="1rem" height="1rem" viewBox="0 0 16 16"><path d="{}"/></svg>'
                ).format(step.kind, _figure(_CIRCLE + 0.1 - 0.5), _figure(top - 0.5), _SIGNS[step.kind])
            )
        for number, line in enumerate(words):
            drawn.append(
                Markup('<text class="{}" x="{}rem" y="{}rem">{}</text>').format(
                    "name" if step.kind == "now" else "", _INDENT, _figure(top + 0.3 + number * _LINE), line
                )
            )
        top = below
    shapes = Markup("").join(escape(one) for one in [*lines, *drawn])
    return Markup('<svg class="drawing" role="img" height="{}rem"><title>{}</title><desc>{}</desc>{}</svg>').format(
        _figure(top - _LINE - _GAP + _CIRCLE + 0.3), title, description, shapes
    )


def _cut(text: str, *, bold: bool) -> list[str]:
    """The label cut so that it fits beside its circle in the narrowest drawing."""
    return label.lines(text, bold=bold, room=label.NARROWEST - _INDENT)


def _figure(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
