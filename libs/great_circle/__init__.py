"""Distances between homes: along a great circle of a sphere, by the haversine formula, which is exact for near and far places alike."""

from math import asin, cos, radians, sin, sqrt
from typing import TypeAlias

EARTH_RADIUS_KM = 6371.0088
"""The mean radius of the earth (IUGG)."""

Place: TypeAlias = tuple[float, float]
"""Latitude and longitude in degrees."""


def distance_km(one: Place, other: Place) -> float:
    """The distance in kilometres. Poles and the antimeridian need no care: the formula has no seam there."""
    latitude, other_latitude = radians(one[0]), radians(other[0])
    across = sin((other_latitude - latitude) / 2) ** 2
    along = sin(radians(other[1] - one[1]) / 2) ** 2
    # Rounding can take the sum of two opposite points above 1, where the arc sine ends.
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, across + cos(latitude) * cos(other_latitude) * along)))


def whole_metres(kilometres: float) -> int:
    """Whole metres, rounded down."""
    return int(kilometres * 1000)
