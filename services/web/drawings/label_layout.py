"""Estimates of label widths, made without a font.

A page's own font is the reader's choice, so widths are estimated with a generous advance per letter and for the narrowest drawing.
A label that fits here fits on a phone with large text; every other label goes on a line of its own.
"""

from textwrap import wrap

NARROWEST_DRAWING = 14.0
"""In rem: the min-inline-size of `.drawing`."""
_SIZE = 0.85
_ADVANCE = 0.6
_BOLD = 0.68


def label_width(text: str, *, bold: bool = False) -> float:
    """The greatest width of a label, in rem."""
    return len(text) * _SIZE * (_BOLD if bold else _ADVANCE)


def wrap_label(text: str, *, bold: bool = False, room: float = NARROWEST_DRAWING) -> list[str]:
    """The label wrapped to fit the narrowest drawing, or a part of it that is `room` rem wide."""
    letters = int(room / (_SIZE * (_BOLD if bold else _ADVANCE)))
    return wrap(text, letters) or [""]
