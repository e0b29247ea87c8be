"""Who pays how much of something that two share: one bar in two parts, drawn on the server."""

from markupsafe import Markup

_WIDTH, _HEIGHT, _GAP = 300, 44, 4
_LEAST = 12
"""So that a small part is still to be seen."""


def share_bar(first: int, second: int, says: str) -> Markup:
    """Two numbers above 0, and the picture in words. The first part is filled, the second one is open: not told apart by colour alone."""
    width = round((_WIDTH - _GAP) * first / (first + second))
    width = min(max(width, _LEAST), _WIDTH - _GAP - _LEAST)
    return Markup(
        '<svg class="sharebar" viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}">'
        '<rect x="1" y="1" width="{}" height="{}" rx="6" fill="currentColor"/>'
        '<rect x="{}" y="2" width="{}" height="{}" rx="6" fill="none" stroke="currentColor" stroke-width="2"/></svg>'
    ).format(_WIDTH, _HEIGHT, says, width, _HEIGHT - 2, width + _GAP, _WIDTH - width - _GAP - 1, _HEIGHT - 4)
