"""Roughly where: a square of a tenth of a degree, some 11 km from south to north and 7 km from west to east in Britain.

A postcode district would say less to a co-op that has no file of places with it, and a street would say more than anybody needs.
"""

from dataclasses import dataclass

_TENTH = 100_000
"""Of a degree, in millionths."""
_SOUTH_POLE, _DATE_LINE = 90 * 1_000_000, 180 * 1_000_000
ROWS, COLUMNS = 1800, 3600


@dataclass(frozen=True, order=True)
class Area:
    """The square whose south-western corner is `north` tenths of a degree from the South Pole and `east` from the 180th meridian."""

    north: int
    east: int

    @property
    def middle(self) -> tuple[int, int]:
        """Latitude and longitude of its middle, in millionths of a degree."""
        return self.north * _TENTH + _TENTH // 2 - _SOUTH_POLE, self.east * _TENTH + _TENTH // 2 - _DATE_LINE


def area_of(latitude: int, longitude: int) -> Area:
    """The square with this point, in millionths of a degree."""
    return Area(min((latitude + _SOUTH_POLE) // _TENTH, ROWS - 1), min((longitude + _DATE_LINE) // _TENTH, COLUMNS - 1))
