"""How long the ways of a co-op's workers take, by the districts where people live: from the co-op's files, each mistake with its line.

Nobody's address is needed for it. Where a district lies is the middle of its postcodes; two homes in one district lie as far apart as its
postcodes lie from that middle on average. Formats: docs/formats/travel.md.
"""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from kith.scheduling.v1.enums import WayOfGoing
from libs.great_circle import distance_km
from libs.places import MICRO, Place, district_of
from services.scheduling.domain.travel import (
    MOST_MINUTES,
    SpeedProfile,
    TravelError,
    TravelTable,
    profile_from,
    table_from_csv,
    table_from_rows,
)

USUAL_PROFILES: Mapping[WayOfGoing, SpeedProfile] = {
    WayOfGoing.FOOT: SpeedProfile(Fraction(13, 10), ((Fraction(1), Fraction(9, 2)),), 1),
    WayOfGoing.BICYCLE: SpeedProfile(Fraction(13, 10), ((Fraction(1), Fraction(12)), (Fraction(20), Fraction(15))), 2),
    WayOfGoing.CAR: SpeedProfile(
        Fraction(7, 5), ((Fraction(3), Fraction(20)), (Fraction(10), Fraction(30)), (Fraction(50), Fraction(50))), 5
    ),
}
"""Where a co-op has no file of its own: figures to begin with, of no study."""


class WaysFileError(ValueError):
    """A file of ways cannot be used; the message names the file and the line."""


@dataclass(frozen=True)
class District:
    """`middle` is in degrees; `spread_km` how far its postcodes lie from there on average."""

    middle: tuple[float, float]
    spread_km: float


@dataclass(frozen=True)
class Ways:
    """A table that somebody measured goes before the profile, for the districts that it names."""

    districts: Mapping[str, District] = field(default_factory=dict)
    profiles: Mapping[WayOfGoing, SpeedProfile] = field(default_factory=lambda: USUAL_PROFILES)
    measured: Mapping[WayOfGoing, TravelTable] = field(default_factory=dict)

    def knows(self, district: str) -> bool:
        return district in self.districts or any(district in table.numbers for table in self.measured.values())

    def minutes(self, goes: WayOfGoing, origin: str, destination: str) -> int:
        """Between two homes; 0 where it is not known where one of them is."""
        table = self.measured.get(goes)
        if origin != destination and table is not None and {origin, destination} <= table.numbers.keys():
            return table[origin, destination]
        one, other = self.districts.get(origin), self.districts.get(destination)
        if one is None or other is None:
            return 0
        crow_km = one.spread_km if origin == destination else distance_km(one.middle, other.middle)
        return min(MOST_MINUTES, self.profiles[goes].minutes(crow_km))

    def table(self, goes: WayOfGoing, homes: Mapping[str, str]) -> TravelTable:
        """Between homes, each with its district; none takes time to itself."""
        names = tuple(sorted(homes))
        known: dict[tuple[str, str], int] = {}
        for origin in sorted(set(homes.values())):
            known |= {(origin, other): self.minutes(goes, origin, other) for other in set(homes.values())}
        return TravelTable(names, tuple(tuple(0 if one == other else known[homes[one], homes[other]] for other in names) for one in names))


def read_ways(places: Mapping[str, Place], folder: Path) -> Ways:
    """From `foot.toml`, `bicycle.toml`, `car.toml` and tables such as `bicycle.csv`, each if there is one.

    Raises WaysFileError, or OSError.
    """
    profiles, measured = dict(USUAL_PROFILES), {}
    for goes in WayOfGoing:
        speeds, table = folder / f"{goes.value}.toml", folder / f"{goes.value}.csv"
        if speeds.exists():
            profiles[goes] = _read_profile(speeds)
        if table.exists():
            measured[goes] = _read_table(table)
    return Ways(read_districts(places), profiles, measured)


def read_districts(places: Mapping[str, Place]) -> Mapping[str, District]:
    within: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for postcode, place in places.items():
        within[district_of(postcode)].append((place.latitude / MICRO, place.longitude / MICRO))
    return {name: _district(positions) for name, positions in within.items()}


def _district(positions: list[tuple[float, float]]) -> District:
    count = len(positions)
    middle = sum(latitude for latitude, _ in positions) / count, sum(longitude for _, longitude in positions) / count
    return District(middle, sum(distance_km(middle, position) for position in positions) / count)


def _read_profile(file: Path) -> SpeedProfile:
    try:
        return profile_from(tomllib.loads(file.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TravelError) as error:
        raise WaysFileError(f"{file}: {error}") from error


def _read_table(file: Path) -> TravelTable:
    """Districts may be written with small letters and spaces."""
    try:
        table = table_from_csv(file.read_text(encoding="utf-8-sig"))
        return table_from_rows(tuple(map(district_of, table.places)), table.rows)
    except TravelError as error:
        raise WaysFileError(f"{file}{_line(error.place)}: {error}") from error
    except UnicodeDecodeError as error:
        raise WaysFileError(f"{file}: {error}") from error


def _line(place: str) -> str:
    """The line of `rows[0][1]` is the second: the first has the districts."""
    number = place.removeprefix("rows[").partition("]")[0]
    return f", line {int(number) + 2}" if number.isdigit() else ""
