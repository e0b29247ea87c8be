"""How fairly suggestions fall, exactly, and the limit on how often one worker is shown."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.exposure import Showing, WorkerExposure, fairness_figures, gini, shown_now, week_of

MONDAY = date(2026, 12, 7)
amounts = st.lists(st.integers(0, 50), max_size=12)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Fraction(0)),
        ([0, 0, 0], Fraction(0)),
        ([7], Fraction(0)),
        ([4, 4, 4], Fraction(0)),
        ([0, 0, 0, 8], Fraction(3, 4)),
        ([1, 3], Fraction(1, 4)),
        ([5, 1, 2], Fraction(1, 3)),
    ],
)
def test_the_gini_coefficient_by_hand(values: list[int], expected: Fraction) -> None:
    assert gini(values) == expected


@given(amounts, st.integers(1, 9))
def test_the_gini_coefficient_is_half_the_relative_mean_difference(values: list[int], factor: int) -> None:
    found = gini(values)
    if sum(values):
        differences = sum(abs(one - other) for one in values for other in values)
        assert found == Fraction(differences, 2 * len(values) * sum(values))
    assert 0 <= found < 1
    assert gini(reversed(values)) == gini(value * factor for value in values) == found


def test_figures_count_everybody_and_nobody_twice() -> None:
    showings = [
        Showing("w1", "p1", MONDAY),
        Showing("w1", "p1", MONDAY + timedelta(6)),
        Showing("w1", "p1", MONDAY + timedelta(7)),
        Showing("w1", "p2", MONDAY),
        Showing("w2", "p1", MONDAY),
        Showing("left", "p1", MONDAY),
    ]
    figures = fairness_figures(["w1", "w2", "w3"], showings, ["w1", "w1", "w3", "left"])
    assert figures.workers == {"w1": WorkerExposure(3, 2), "w2": WorkerExposure(1, 0), "w3": WorkerExposure(0, 1)}
    assert (figures.gini_shown, figures.gini_offered) == (Fraction(1, 2), Fraction(4, 9))


def test_figures_of_nobody() -> None:
    assert fairness_figures([], [Showing("w1", "p1", MONDAY)], ["w1"]) == fairness_figures([], [], [])


def test_a_worker_is_shown_to_so_many_people_and_the_next_one_moves_up() -> None:
    shown = [Showing("w1", "p1", MONDAY), Showing("w1", "p2", MONDAY), Showing("w2", "p1", MONDAY)]
    assert shown_now(["w1", "w2", "w3"], "p3", MONDAY, shown, at_most=2, size=2) == ("w2", "w3")
    assert shown_now(["w1", "w2", "w3"], "p3", MONDAY, shown, at_most=3, size=2) == ("w1", "w2")


def test_a_page_that_is_opened_again_stays_as_it_was() -> None:
    shown = [Showing("w1", "p1", MONDAY)] * 5
    assert shown_now(["w1"], "p1", MONDAY + timedelta(6), shown, at_most=1, size=5) == ("w1",)
    assert shown_now(["w1"], "p2", MONDAY + timedelta(6), shown, at_most=1, size=5) == ()


def test_a_new_week_begins_on_monday() -> None:
    shown = [Showing("w1", "p1", MONDAY - timedelta(1)), Showing("w1", "p1", MONDAY + timedelta(7))]
    assert shown_now(["w1"], "p2", MONDAY, shown, at_most=1, size=5) == ("w1",)
    assert week_of(date(2027, 1, 3)) == date(2026, 12, 28)
    assert week_of(date(1, 1, 1)) == date(1, 1, 1)


workers = st.sampled_from(["w1", "w2", "w3", "w4"])
people = st.sampled_from(["p1", "p2", "p3", "p4"])
asks = st.lists(st.tuples(people, st.integers(0, 13), st.permutations(["w1", "w2", "w3", "w4"])), max_size=25)


@given(asks, st.integers(0, 3), st.integers(0, 4))
def test_nobody_is_ever_shown_to_more_people_in_a_week(asks: list[tuple[str, int, list[str]]], at_most: int, size: int) -> None:
    showings: list[Showing] = []
    for person, day, order in sorted(asks, key=lambda ask: ask[1]):
        on = MONDAY + timedelta(day)
        page = shown_now(order, person, on, showings, at_most=at_most, size=size)
        assert list(page) == [worker for worker in order if worker in page]
        assert len(page) <= size
        showings += [Showing(worker, person, on) for worker in page]
    for week in {week_of(showing.on) for showing in showings}:
        for worker in {showing.worker for showing in showings}:
            assert len({s.person for s in showings if s.worker == worker and week_of(s.on) == week}) <= at_most
