"""Whether a label fits, reckoned without a font.

A page's own font is the reader's choice, so widths are reckoned with a generous advance per letter and at the narrowest the drawing can be.
A label that fits here fits on a phone with large text; everything else goes on a line of its own.
"""

from textwrap import wrap

NARROWEST = 14.0
"""rem: `.drawing` has this as its min-inline-size."""
_SIZE = 0.85
_ADVANCE = 0.6
_BOLD = 0.68


def width(text: str, *, bold: bool = False) -> float:
    """The most this label takes, in rem."""
    return len(text) * _SIZE * (_BOLD if bold else _ADVANCE)


def lines(text: str, *, bold: bool = False, room: float = NARROWEST) -> list[str]:
    """The label cut into lines that fit the narrowest drawing, or the part of it that has so much room, in rem."""
    letters = int(room / (_SIZE * (_BOLD if bold else _ADVANCE)))
    return wrap(text, letters) or [""]
