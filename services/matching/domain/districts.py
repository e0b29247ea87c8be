"""The first parts of postcodes, and in which square of an ask each lies: a person picks one of them, and only the square leaves."""

from collections import defaultdict
from collections.abc import Mapping

from libs.asks.area import Area, area_of
from libs.places import Place, district_of


def read_districts(places: Mapping[str, Place]) -> Mapping[str, Area]:
    """The square of each district: of the mean of its postcodes."""
    within: defaultdict[str, list[Place]] = defaultdict(list)
    for postcode, place in places.items():
        within[district_of(postcode)].append(place)
    return {
        district: area_of(sum(one.latitude for one in found) // len(found), sum(one.longitude for one in found) // len(found))
        for district, found in within.items()
    }
