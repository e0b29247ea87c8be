"""Where postcodes lie."""

from pathlib import Path

import pytest

from libs.places import Place, PlacesFileError, find_place, read_places
from libs.refusals import Invalid

EXAMPLE = Path("examples/places/postcodes.csv")


def test_the_example_town_is_found_however_a_postcode_is_typed() -> None:
    places = read_places(EXAMPLE)

    assert find_place(places, "postcode", "zz11aa ") == find_place(places, "postcode", "ZZ1 1AA") == Place(51_500_000, -100_000)
    assert len(places) == len(EXAMPLE.read_text().splitlines()) - 1


def test_no_file_is_no_places(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="POSTCODE_UNKNOWN"):
        find_place(read_places(tmp_path / "postcodes.csv"), "postcode", "ZZ1 1AA")
    with pytest.raises(Invalid, match="POSTCODE_MISSING"):
        find_place({}, "postcode", " ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("postcode,lat,lon\n", "first line"),
        ("", "first line"),
        ("postcode,latitude,longitude\nZZ1 1AA,91,0\n", "line 2"),
        ("postcode,latitude,longitude\nZZ1 1AA,51,0\n,51,0\n", "line 3"),
        ("postcode,latitude,longitude\nZZ1 1AA,51\n", "line 2"),
        ("postcode,latitude,longitude\nZZ1 1AA,nan,0\n", "line 2"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "postcodes.csv"
    file.write_text(text)
    with pytest.raises(PlacesFileError, match=says):
        read_places(file)
