"""How long the way from place to place takes: from where postcodes lie and how fast people go, or from a table that somebody measured.

Where two places lie is known by their postcodes only, so distances are as the crow flies times a factor for the way round. Whole
minutes, rounded up: nobody is asked to arrive before they can.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from libs.great_circle import Place, distance_km

_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_FRACTION = re.compile(r"\d{1,9}(/0*[1-9]\d{0,8})?", re.ASCII)
_KM_AND_KMH = 2
MOST_MINUTES = 24 * 60
"""A way that takes a day or longer is a mistake."""


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
        # Metres: machines do not agree on the last digits of a sine. The record of a plan has the minutes themselves.
        left = Fraction(round(crow_km * 1000), 1000) * self.detour
        if not left:
            return 0
        hours, reached = Fraction(0), Fraction(0)
        for km, kmh in self.steps:
            length = min(left, km - reached)
            hours, left, reached = hours + length / kmh, left - length, km
        return self.setting_out + math.ceil((hours + left / self.steps[-1][1]) * 60)


def profile_from(document: Mapping[str, object]) -> SpeedProfile:
    """From what a file like `examples/travel/bicycle.toml` holds; fractions are texts such as "13/10". Raises TravelError."""
    unknown = sorted(document.keys() - {"detour", "steps", "setting_out"})
    if unknown or not {"detour", "steps"} <= document.keys():
        raise TravelError(unknown[0] if unknown else "speed profile", "has detour, steps and perhaps setting_out, and nothing else")
    steps, setting_out = document["steps"], document.get("setting_out", 0)
    if not isinstance(steps, list) or not all(isinstance(step, list) and len(step) == _KM_AND_KMH for step in steps):
        raise TravelError("steps", "must be a list of pairs: up to so many km, so many km/h")
    if isinstance(setting_out, bool) or not isinstance(setting_out, int):
        raise TravelError("setting_out", f"must be whole minutes, not {setting_out!r}")
    pairs = [
        (_fraction(f"steps[{number}][0]", km), _fraction(f"steps[{number}][1]", kmh)) for number, (km, kmh) in enumerate(steps)
    ]  # fmt: skip
    return SpeedProfile(_fraction("detour", document["detour"]), tuple(pairs), setting_out)


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


def table_from_positions(positions: Mapping[str, Place], profile: SpeedProfile) -> TravelTable:
    """Between all places that have a position; a place without one is in no pair. Places are sorted."""
    places = tuple(sorted(positions))
    rows = [[0] * len(places) for _ in places]
    for one, origin in enumerate(places):
        for other in range(one):
            minutes = profile.minutes(distance_km(positions[origin], positions[places[other]]))
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


def table_from_csv(text: str) -> TravelTable:
    """From lines of comma-separated values: places in the first after an empty field, then each place with its minutes to all of them.

    Raises TravelError as `table_from_rows` does; rows and columns are counted without names.
    """
    head, *lines = [*csv.reader(io.StringIO(text))] or [[]]
    names = [line[0] if line else "" for line in lines]
    if names != head[1:]:
        raise TravelError("rows", f"must name the places of the first line in its order, not {', '.join(names)}")
    rows = [[int(cell) if _WHOLE.fullmatch(cell.strip()) else cell.strip() for cell in line[1:]] for line in lines]
    return table_from_rows(head[1:], rows)


def _fraction(place: str, value: object) -> Fraction:
    if not isinstance(value, str) or not _FRACTION.fullmatch(value):
        raise TravelError(place, f'must be a text such as "13/10", not {value!r}')
    return Fraction(value)


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
