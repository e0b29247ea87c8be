"""Ways by district: from where postcodes lie and how people go, or from a measured table; mistakes are named with file and line."""

from pathlib import Path

import pytest

from kith.scheduling.v1.enums import WayOfGoing
from libs.places import Place, read_places
from libs.refusals import Invalid
from services.scheduling.domain.draft_choice import find_district, require_way
from services.scheduling.domain.travel import MOST_MINUTES
from services.scheduling.domain.ways import USUAL_PROFILES, Ways, WaysFileError, read_ways

PLACES = read_places(Path("examples/places/postcodes.csv"))
FOOT, BICYCLE, CAR = WayOfGoing.FOOT, WayOfGoing.BICYCLE, WayOfGoing.CAR


def test_a_way_is_from_middle_to_middle_as_the_worker_goes(tmp_path: Path) -> None:
    ways = read_ways(PLACES, tmp_path)
    assert ways.profiles == USUAL_PROFILES
    on_foot, by_bicycle = (ways.minutes(goes, "ZZ1", "ZZ6") for goes in (FOOT, BICYCLE))
    assert on_foot > by_bicycle > 0
    assert ways.minutes(BICYCLE, "ZZ6", "ZZ1") == by_bicycle
    assert 0 < ways.minutes(FOOT, "ZZ1", "ZZ1") < on_foot, "two homes of one district are not one home"
    assert ways.minutes(FOOT, "ZZ1", "YY9") == ways.minutes(FOOT, "", "ZZ1") == 0, "where it is not known"


def test_each_home_is_a_place_of_its_own_and_its_name_is_not_the_district() -> None:
    table = read_ways(PLACES, Path("nowhere")).table(BICYCLE, {"place-1": "ZZ1", "place-2": "ZZ1", "place-3": "ZZ2"})
    assert table.places == ("place-1", "place-2", "place-3")
    assert (table["place-1", "place-1"], table["place-1", "place-3"]) == (0, table["place-2", "place-3"])
    assert table["place-1", "place-2"] > 0


def test_a_way_is_never_longer_than_a_record_can_hold() -> None:
    far = {**PLACES, "AA11AA": Place(55_000_000, -3_000_000)}
    assert read_ways(far, Path("nowhere")).minutes(FOOT, "ZZ1", "AA1") == MOST_MINUTES


def test_a_measured_table_goes_before_the_profile_where_it_knows_both(tmp_path: Path) -> None:
    (tmp_path / "bicycle.csv").write_text(",zz1,ZZ 2\nzz1,0,7\nZZ 2,9,0\n")
    (tmp_path / "car.toml").write_text('detour = "1"\nsteps = [["1", "60"]]\nsetting_out = 1\n')
    ways = read_ways(PLACES, tmp_path)
    assert (ways.minutes(BICYCLE, "ZZ1", "ZZ2"), ways.minutes(BICYCLE, "ZZ2", "ZZ1")) == (7, 9)
    assert ways.minutes(BICYCLE, "ZZ1", "ZZ3") == Ways(ways.districts).minutes(BICYCLE, "ZZ1", "ZZ3")
    assert ways.minutes(CAR, "ZZ1", "ZZ6") < ways.minutes(FOOT, "ZZ1", "ZZ6")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("bicycle.csv", ",ZZ1,ZZ2\nZZ1,0,\nZZ2,5,0\n", "bicycle.csv, line 2: .*has no minutes"),
        ("bicycle.csv", ",ZZ1,ZZ2\nZZ1,0,4\nZZ2,-5,0\n", "bicycle.csv, line 3: .*must be from 0 to 1440 minutes, not -5"),
        ("foot.csv", ",ZZ1,ZZ2\nZZ1,0,4\n", "foot.csv"),
        ("foot.csv", ",ZZ1,ZZ2\nZZ1,0,4\nZZ2,5,0,9\n", "foot.csv, line 3"),
        ("foot.csv", ",ZZ1 1AA,ZZ1 2AA\nZZ1 1AA,0,4\nZZ1 2AA,5,0\n", "foot.csv: .*ZZ1 stands twice"),
        ("car.toml", 'detour = "9/10"\nsteps = [["1", "60"]]\n', "car.toml: detour"),
        ("car.toml", "detour = \nsteps = []\n", "car.toml: .*line 1"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(WaysFileError, match=says):
        read_ways(PLACES, tmp_path)


def test_of_a_whole_postcode_only_the_district_is_kept_and_one_that_no_file_has_is_refused() -> None:
    ways = read_ways(PLACES, Path("nowhere"))
    assert [find_district(ways, text) for text in ("zz1 1aa", " ZZ2", "")] == ["ZZ1", "ZZ2", ""]
    with pytest.raises(Invalid, match="DISTRICT_UNKNOWN"):
        find_district(ways, "YY9 1AA")
    with pytest.raises(Invalid, match="WAY_OF_GOING_MISSING"):
        require_way("ZZ1", None)
    require_way("", None)
