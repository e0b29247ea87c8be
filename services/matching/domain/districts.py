"""The first parts of postcodes, and in which square of an ask each lies: a person picks one of them, and only the square leaves."""

from collections import defaultdict
from collections.abc import Mapping

from libs.asks.area import Area, area_of
from services.matching.domain.places import Place, normalise

_INWARD = 3
"""Letters at the end of a postcode that say which street: LS6 of LS6 3AB, 10 of 10115."""
_LEAST_WHOLE = 5
"""What is shorter is a district or a town already."""


def district_of(postcode: str) -> str:
    key = normalise(postcode)
    return key[:-_INWARD] if len(key) >= _LEAST_WHOLE else key


def read_districts(places: Mapping[str, Place]) -> Mapping[str, Area]:
    """The square of each district: of the mean of its postcodes."""
    within: defaultdict[str, list[Place]] = defaultdict(list)
    for postcode, place in places.items():
        within[district_of(postcode)].append(place)
    return {
        district: area_of(sum(one.latitude for one in found) // len(found), sum(one.longitude for one in found) // len(found))
        for district, found in within.items()
    }
