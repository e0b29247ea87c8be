"""Travel tables: from where places lie and how fast people go, or from a measured table whose mistakes are named with their place."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.travel import (
    SpeedProfile,
    TravelError,
    TravelTable,
    profile_from,
    table_from_csv,
    table_from_positions,
    table_from_rows,
)

EXAMPLES = Path(__file__).parents[3] / "examples" / "travel"
WALK = SpeedProfile(Fraction(1), ((Fraction(1), Fraction(5)),))
positions = st.tuples(st.floats(50, 58), st.floats(-5, 1))


def test_a_way_takes_its_steps_its_detour_and_the_time_to_set_out() -> None:
    profile = SpeedProfile(Fraction(3, 2), ((Fraction(1), Fraction(6)), (Fraction(4), Fraction(12)), (Fraction(9), Fraction(30))), 3)
    # 6 km of way: 1 at 6 km/h, 3 at 12, 2 at 30.
    assert profile.minutes(4.0) == 3 + 10 + 15 + 4
    # Beyond the last step the last speed holds; a minute that has begun counts.
    assert profile.minutes(8.0) == 3 + 10 + 15 + 16
    assert profile.minutes(0.001) == 3 + 1
    assert profile.minutes(0.0) == 0


def test_the_table_of_positions_is_their_distance_at_that_speed() -> None:
    # A tenth of a degree of latitude is 11.12 km.
    table = table_from_positions({"moss": (51.6, 0.0), "ash": (51.5, 0.0)}, WALK)
    assert table.places == ("ash", "moss")
    assert table["ash", "moss"] == table["moss", "ash"] == 134
    assert table["ash", "ash"] == 0
    assert table.get(("ash", "unknown"), 0) == 0
    assert dict(table) == {(one, other): table[one, other] for one in table.places for other in table.places}


@given(st.lists(positions, min_size=2, max_size=3))
def test_travel_is_the_same_both_ways(places: list[tuple[float, float]]) -> None:
    table = table_from_positions({f"place {number}": position for number, position in enumerate(places)}, WALK)
    assert all(minutes == table[pair[1], pair[0]] >= 0 for pair, minutes in table.items())


def test_farther_takes_no_less() -> None:
    minutes = [WALK.minutes(step / 3) for step in range(60)]
    assert minutes == sorted(minutes)


@pytest.mark.parametrize(
    ("places", "rows", "reason"),
    [
        (["a", "b"], [[0, None], [1, 0]], "rows[0][1]: has no minutes"),
        (["a", "b"], [[0, 3], ["", 0]], "rows[1][0]: has no minutes"),
        (["a", "b"], [[0, -3], [1, 0]], "rows[0][1]: must be from 0 to 1440 minutes, not -3"),
        (["a", "b"], [[0, 1441], [1, 0]], "rows[0][1]: must be from 0 to 1440 minutes, not 1441"),
        (["a", "b"], [[0, 3], [1]], "rows[1]: must be 2 whole minutes"),
        (["a", "b"], [[0, 3]], "rows: must be 2 rows"),
        (["a", "b"], [[0, 2.5], [1, 0]], "rows[0][1]: must be whole minutes, not 2.5"),
        (["a", "b"], [[0, True], [1, 0]], "rows[0][1]: must be whole minutes, not True"),
        (["a", "b"], [[0, "3"], [1, 0]], "rows[0][1]: must be whole minutes, not '3'"),
        (["a", "b"], [[0, 3], [1, 2]], "rows[1][1]: must be 0: from a place to itself, not 2"),
        (["a", "a"], [[0, 3], [1, 0]], "places: a stands twice"),
    ],
)
def test_a_mistake_in_a_measured_table_is_named_with_its_place(places: list[str], rows: list[list[object]], reason: str) -> None:
    with pytest.raises(TravelError) as refused:
        table_from_rows(places, rows)
    assert str(refused.value).startswith(reason)


def test_a_measured_table_may_differ_by_direction() -> None:
    assert dict(table_from_rows(["a", "b"], [[0, 3], [5, 0]])) == {("a", "a"): 0, ("a", "b"): 3, ("b", "a"): 5, ("b", "b"): 0}


@pytest.mark.parametrize(
    ("detour", "steps", "setting_out"),
    [
        (Fraction(1, 2), ((Fraction(1), Fraction(5)),), 0),
        (Fraction(1), (), 0),
        (Fraction(1), ((Fraction(1), Fraction(0)),), 0),
        (Fraction(1), ((Fraction(2), Fraction(5)), (Fraction(2), Fraction(9))), 0),
        (Fraction(1), ((Fraction(1), Fraction(5)),), -1),
    ],
)
def test_a_speed_profile_that_makes_no_sense_is_refused(
    detour: Fraction, steps: tuple[tuple[Fraction, Fraction], ...], setting_out: int
) -> None:
    with pytest.raises(TravelError):
        SpeedProfile(detour, steps, setting_out)


def test_the_examples_are_a_profile_and_a_table() -> None:
    profile = profile_from(tomllib.loads((EXAMPLES / "bicycle.toml").read_text(encoding="utf-8")))
    # 1.3 km of way: 1 at 12 km/h, 0.3 at 15.
    assert profile.minutes(1.0) == 2 + 7
    table = table_from_csv((EXAMPLES / "measured.csv").read_text(encoding="utf-8"))
    assert (table["mill-lane", "elm-row"], table["elm-row", "mill-lane"]) == (7, 6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (",a,b\na,0,\nb,1,0\n", "rows[0][1]: has no minutes"),
        (",a,b\na,0,-2\nb,1,0\n", "rows[0][1]: must be from 0 to 1440 minutes, not -2"),
        (",a,b\na,0,2.5\nb,1,0\n", "rows[0][1]: must be whole minutes, not '2.5'"),
        (",a,b\nb,1,0\na,0,2\n", "rows: must name the places of the first line in its order, not b, a"),
        (",a,b\na,0\nb,1,0\n", "rows[0]: must be 2 whole minutes"),
        ("", None),
    ],
)
def test_a_mistake_in_a_file_of_travel_is_named_too(text: str, reason: str | None) -> None:
    if reason is None:
        assert table_from_csv(text).places == ()
        return
    with pytest.raises(TravelError) as refused:
        table_from_csv(text)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"detour": "1"}, "speed profile"),
        ({"detour": 1.3, "steps": [["1", "5"]]}, "detour"),
        ({"detour": "1/0", "steps": [["1", "5"]]}, "detour"),
        ({"detour": "1", "steps": [["1"]]}, "steps"),
        ({"detour": "1", "steps": [["1", 5]]}, "steps[0][1]"),
        ({"detour": "1", "steps": [["1", "5"]], "setting_out": "2"}, "setting_out"),
        ({"detour": "1", "steps": [["1", "5"]], "colour": "red"}, "colour"),
    ],
)
def test_a_mistake_in_a_speed_profile_is_named(document: dict[str, object], place: str) -> None:
    with pytest.raises(TravelError) as refused:
        profile_from(document)
    assert refused.value.place == place


def test_no_table_takes_less_than_no_time() -> None:
    with pytest.raises(TravelError, match="less than no time"):
        TravelTable(("a", "b"), ((0, -1), (1, 0)))
