"""Where a postcode lies: the middle of its area, from a file that each co-op chooses (`docs/formats/places.md`)."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from libs.refusals import invalid

_COLUMNS = ("postcode", "latitude", "longitude")
_MAX_POSTCODE = 12
_INWARD = 3
"""Letters at the end of a postcode that say which street: LS6 of LS6 3AB, 10 of 10115."""
_LEAST_WHOLE = 5
"""What is shorter is a district or a town already."""
MICRO = 1_000_000


class PlacesFileError(ValueError):
    """The file of places cannot be used; the message names the file and the line."""


@dataclass(frozen=True)
class Place:
    """A point in millionths of a degree (WGS 84), as whole numbers: the same on every machine."""

    latitude: int
    longitude: int


def normalise(postcode: str) -> str:
    """Capitals without spaces, as the file's keys are."""
    return "".join(postcode.split()).upper()


def district_of(postcode: str) -> str:
    """The first part of a postcode, or all of one that is a district or a town already."""
    key = normalise(postcode)
    return key[:-_INWARD] if len(key) >= _LEAST_WHOLE else key


def read_places(file: Path) -> Mapping[str, Place]:
    """Nothing where there is no file. Raises PlacesFileError, or OSError."""
    if not file.exists():
        return {}
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        message = f"{file}: its first line must be {','.join(_COLUMNS)}"
        raise PlacesFileError(message)
    places = {}
    for row in rows:
        try:
            latitude, longitude = float(row["latitude"]), float(row["longitude"])
        except (TypeError, ValueError):
            latitude = longitude = float("nan")
        postcode = normalise(row["postcode"] or "")
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180 and 0 < len(postcode) <= _MAX_POSTCODE):
            message = f"{file}, line {rows.line_num}: write a postcode, its latitude and its longitude in degrees"
            raise PlacesFileError(message)
        places[postcode] = Place(round(latitude * MICRO), round(longitude * MICRO))
    return places


def find_place(places: Mapping[str, Place], field: str, postcode: str) -> Place:
    """Raises Invalid POSTCODE_MISSING or POSTCODE_UNKNOWN for the field."""
    key = normalise(postcode)
    if not key:
        raise invalid(field, "POSTCODE_MISSING")
    if key not in places:
        raise invalid(field, "POSTCODE_UNKNOWN")
    return places[key]
