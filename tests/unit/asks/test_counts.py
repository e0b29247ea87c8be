"""What another co-op is told of how many would fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.asks.counts import BLUR, lot, told

pytestmark = pytest.mark.capability("L12")
_LEAST = st.integers(3, 1000)
_LOT = st.integers(0, BLUR - 1)


@given(st.integers(0, 5000), _LEAST, _LOT)
def test_it_is_a_step_that_is_reached_and_never_a_small_number(fitting: int, least: int, lot: int) -> None:
    step = told(fitting, least, lot)
    assert step in {0, *(least << power for power in range(12))}
    assert step <= fitting
    assert step == 0 or step >= least
    assert not fitting < least or step == 0


@given(st.integers(0, 5000), _LEAST, _LOT)
def test_the_next_step_is_told_once_it_is_surely_reached(fitting: int, least: int, lot: int) -> None:
    step = told(fitting, least, lot)
    assert fitting - (BLUR - 1) < (step * 2 or least)


@given(st.integers(1, 5000), _LEAST)
def test_one_person_more_or_less_can_always_be_a_lot(fitting: int, least: int) -> None:
    """Whatever is told of so many may be told of one fewer as well: an answer does not point at the last one."""
    now, one_fewer = ({told(count, least, lot) for lot in range(BLUR)} for count in (fitting, fitting - 1))
    assert now & one_fewer


@pytest.mark.parametrize(
    ("fitting", "lot", "step"), [(4, 0, 0), (5, 0, 5), (6, 2, 0), (7, 2, 5), (9, 0, 5), (10, 0, 10), (11, 2, 5), (21, 0, 20)]
)
def test_the_usual_steps(fitting: int, lot: int, step: int) -> None:
    assert told(fitting, 5, lot) == step


def test_the_same_people_have_the_same_lot_and_each_lot_comes_up() -> None:
    people = [f"person {number}" for number in range(9)]
    assert lot(b"key", people) == lot(b"key", reversed(people))
    drawn = {(key, fewer): lot(key, people[fewer:]) for key in (b"key", b"other key") for fewer in range(9)}
    assert set(drawn.values()) == set(range(BLUR))
    by_key = [[drawn[key, fewer] for fewer in range(9)] for key in (b"key", b"other key")]
    assert by_key[0] != by_key[1], "nobody works it out without the key"
