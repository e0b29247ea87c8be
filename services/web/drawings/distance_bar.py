"""How far apart two visits are to be: the first one, the time between, and when the second can begin; drawn on the server."""

from markupsafe import Markup

_WIDTH, _HEIGHT, _VISIT = 300, 44, 56
_MIDDLE, _ROOM = _HEIGHT // 2, _WIDTH - 2 * _VISIT - 4
_LEAST = 14
"""So that a short distance is still to be seen."""


def distance_bar(least: int, most: int, says: str) -> Markup:
    """`least` and `most` in minutes, `most` 0 where there is no limit; `says` is the picture in words.

    The first visit is filled. The second is open, at the earliest it can begin; a broken one stands where it begins at the latest.
    """
    earliest = min(_LEAST + (_ROOM - _LEAST) * least // most, _ROOM) if most else _ROOM * 2 // 3
    begins = _VISIT + earliest
    last = (
        Markup('<rect x="{}" y="2" width="{}" height="{}" rx="6" fill="none" stroke="currentColor" stroke-width="2" {}/>').format(
            _WIDTH - _VISIT - 2, _VISIT, _HEIGHT - 4, Markup('stroke-dasharray="5 4"')
        )
        if most > least
        else Markup()
    )
    return Markup(
        '<svg class="sharebar" viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}">'
        '<rect x="1" y="1" width="{}" height="{}" rx="6" fill="currentColor"/>'
        '<path d="M{} {}H{}" stroke="currentColor" stroke-width="2" stroke-dasharray="2 5"/>{}'
        '<rect x="{}" y="2" width="{}" height="{}" rx="6" fill="none" stroke="currentColor" stroke-width="2"/></svg>'
    ).format(
        *(_WIDTH, _HEIGHT, says, _VISIT - 2, _HEIGHT - 2),
        *(_VISIT + 4, _MIDDLE, begins - 2, last),
        *(begins + 1, _VISIT, _HEIGHT - 4),
    )
