"""Step diagrams: the progress of a ballot or a vote, one step under the other. Each kind of step has its own icon as well as a colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from services.web.drawings import label_layout

_LINE = 1.3
_CIRCLE = 0.75
_GAP = 0.7
_INDENT = 2.2

_SIGNS = {"done": "M3 9l4 4 7-9", "now": "M8 4v4.500l3 2", "no": "M4 4l8 8M12 4L4 12"}


@dataclass(frozen=True)
class DiagramStep:
    """One step. `kind` is done, now, todo or no."""

    kind: str
    label: str


def step_diagram(title: str, description: str, steps: Sequence[DiagramStep]) -> Markup:
    """A circle for each step with its label beside it, joined by lines."""
    drawn: list[Markup] = []
    lines: list[Markup] = []
    top = _CIRCLE
    for index, step in enumerate(steps):
        label_lines = _wrap(step.label, bold=step.kind == "now")
        below = top + max(len(label_lines) - 1, 0) * _LINE + _LINE + _GAP
        if index + 1 < len(steps):
            lines.append(
                Markup('<line class="axis" x1="{0}rem" x2="{0}rem" y1="{1}rem" y2="{2}rem"/>').format(
                    _CIRCLE + 0.1, _format_number(top), _format_number(below)
                )
            )
        drawn.append(
            Markup('<circle class="{}" cx="{}rem" cy="{}rem" r="{}rem"/>').format(
                "for" if step.kind == "done" else "against", _CIRCLE + 0.1, _format_number(top), _CIRCLE
            )
        )
        if step.kind in _SIGNS:
            drawn.append(
                Markup(
                    '<svg class="mark {}" x="{}rem" y="{}rem" width="1rem" height="1rem" viewBox="0 0 16 16"><path d="{}"/></svg>'
                ).format(step.kind, _format_number(_CIRCLE + 0.1 - 0.5), _format_number(top - 0.5), _SIGNS[step.kind])
            )
        for number, line in enumerate(label_lines):
            drawn.append(
                Markup('<text class="{}" x="{}rem" y="{}rem">{}</text>').format(
                    "name" if step.kind == "now" else "", _INDENT, _format_number(top + 0.3 + number * _LINE), line
                )
            )
        top = below
    shapes = Markup("").join(escape(shape) for shape in [*lines, *drawn])
    return Markup('<svg class="drawing" role="img" height="{}rem"><title>{}</title><desc>{}</desc>{}</svg>').format(
        _format_number(top - _LINE - _GAP + _CIRCLE + 0.3), title, description, shapes
    )


def _wrap(text: str, *, bold: bool) -> list[str]:
    """The label wrapped to fit beside its circle in the narrowest drawing."""
    return label_layout.wrap_label(text, bold=bold, room=label_layout.NARROWEST_DRAWING - _INDENT)


def _format_number(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
