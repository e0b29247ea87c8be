"""How long the way from place to place takes: from where postcodes lie and how fast people go, or from a table that somebody measured.

Where two places lie is known by their postcodes only, so distances are as the crow flies times a factor for the way round, on a sphere of
6,371.0088 km. Whole minutes, rounded up: nobody is asked to arrive before they can.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

EARTH_KM = 6371.0088
MOST_MINUTES = 24 * 60
"""A way that takes a day or longer is a mistake."""

Position = tuple[float, float]
"""Latitude and longitude in degrees."""


class TravelError(Exception):
    """What is wrong with a table of travel, and where: `place` is such as `rows[2][1]`."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place, self.problem = place, problem


@dataclass(frozen=True)
class SpeedProfile:
    """How people go: `kmh` is the speed up to each distance of the way, the last one beyond it."""

    detour: Fraction
    """Length of the way for each length as the crow flies; at least 1."""
    steps: Sequence[tuple[Fraction, Fraction]]
    """Up to so many km of the way, so many km/h; the distances grow, and the last speed holds beyond them."""
    setting_out: int = 0
    """Minutes that every way takes besides: to unlock the bicycle, to find the door."""

    def __post_init__(self) -> None:
        if self.detour < 1:
            raise TravelError("detour", "no way is shorter than as the crow flies")
        if not self.steps or any(km <= 0 or kmh <= 0 for km, kmh in self.steps):
            raise TravelError("steps", "needs distances and speeds above 0")
        if any(before[0] >= after[0] for before, after in zip(self.steps, self.steps[1:], strict=False)):
            raise TravelError("steps", "the distances must grow")
        if self.setting_out < 0:
            raise TravelError("setting_out", "takes no time less than zero")

    def minutes(self, crow_km: float) -> int:
        """Of a way; none from a place to itself."""
        # Metres, so that the last digits of a sine, which machines do not agree on, never make a minute.
        left = Fraction(round(crow_km * 1000), 1000) * self.detour
        if not left:
            return 0
        hours, reached = Fraction(0), Fraction(0)
        for km, kmh in self.steps:
            length = min(left, km - reached)
            hours, left, reached = hours + length / kmh, left - length, km
        return self.setting_out + math.ceil((hours + left / self.steps[-1][1]) * 60)


@dataclass(frozen=True)
class TravelTable(Mapping[tuple[str, str], int]):
    """Minutes from each place to each, as rows; read as `WeekProblem.travel`."""

    places: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if any(min(row) < 0 for row in self.rows):
            raise TravelError("rows", "no way takes less than no time")

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        return {place: number for number, place in enumerate(self.places)}

    def __getitem__(self, pair: tuple[str, str]) -> int:
        return self.rows[self.numbers[pair[0]]][self.numbers[pair[1]]]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((origin, destination) for origin in self.places for destination in self.places)

    def __len__(self) -> int:
        return len(self.places) ** 2


def table_from_positions(positions: Mapping[str, Position], profile: SpeedProfile) -> TravelTable:
    """Between all places that have a position; a place without one is in no pair. Places are sorted."""
    places = tuple(sorted(positions))
    rows = [[0] * len(places) for _ in places]
    for one, origin in enumerate(places):
        for other in range(one):
            minutes = profile.minutes(crow_km(positions[origin], positions[places[other]]))
            rows[one][other] = rows[other][one] = minutes
    return TravelTable(places, tuple(map(tuple, rows)))


def table_from_rows(places: Sequence[str], rows: Sequence[Sequence[object]]) -> TravelTable:
    """From a table that somebody measured. Raises TravelError for a hole, a minus sign or a row of another length, with its place."""
    twice = next((place for place in places if list(places).count(place) > 1), None)
    if twice is not None:
        raise TravelError("places", f"{twice} stands twice")
    if len(rows) != len(places):
        raise TravelError("rows", f"must be {len(places)} rows, one for every place, not {len(rows)}")
    return TravelTable(tuple(places), tuple(_checked_row(number, row, len(places)) for number, row in enumerate(rows)))


def crow_km(one: Position, other: Position) -> float:
    """The great-circle distance, by the haversine formula."""
    (lat, lon), (lat_2, lon_2) = (tuple(map(math.radians, position)) for position in (one, other))
    half = math.sin((lat_2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat_2) * math.sin((lon_2 - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def _checked_row(number: int, row: Sequence[object], length: int) -> tuple[int, ...]:
    if len(row) != length:
        raise TravelError(f"rows[{number}]", f"must be {length} whole minutes, one for every place, not {len(row)}")
    checked = []
    for column, minutes in enumerate(row):
        place = f"rows[{number}][{column}]"
        if minutes is None or minutes == "":
            raise TravelError(place, "has no minutes")
        if isinstance(minutes, bool) or not isinstance(minutes, int):
            raise TravelError(place, f"must be whole minutes, not {repr(minutes) if isinstance(minutes, str) else minutes}")
        if not 0 <= minutes <= MOST_MINUTES:
            raise TravelError(place, f"must be from 0 to {MOST_MINUTES} minutes, not {minutes}")
        if number == column and minutes:
            raise TravelError(place, f"must be 0: from a place to itself, not {minutes}")
        checked.append(minutes)
    return tuple(checked)
