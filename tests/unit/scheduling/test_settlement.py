"""The money of a week: every penny that payers owe is a worker's or the co-op's, recomputed by integers alone."""

import itertools
from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.money import round_half_up
from services.scheduling.domain.settlement import Engagement, Visit, Worker, settle, split

FRACTIONS = st.fractions(0, 1, max_denominator=60)


@st.composite
def shares(draw: st.DrawFn) -> list[Fraction]:
    """Parts that sum to 1, often with equals."""
    weights = draw(st.lists(st.integers(1, 5), min_size=1, max_size=6))
    return [Fraction(weight, sum(weights)) for weight in weights]


@st.composite
def workers(draw: st.DrawFn) -> list[Worker]:
    kinds = draw(st.lists(st.sampled_from(Engagement), min_size=1, max_size=4))
    rates = st.integers(0, 5_000)
    return [
        Worker(f"w{n}", kind, 0 if kind == "volunteer" else draw(rates), draw(rates) if kind == "employed" else 0)
        for n, kind in enumerate(kinds)
    ]


@st.composite
def visits(draw: st.DrawFn, staff: Sequence[Worker]) -> list[Visit]:
    minutes = st.integers(0, 90)
    return [
        Visit(
            f"v{number}",
            draw(st.sampled_from(staff)).id,
            draw(st.integers(1, 1_600)),
            draw(st.booleans()),
            draw(minutes),
            draw(minutes),
            [(payer, share) for payer, share in zip("cab def", draw(shares()), strict=False)],
        )
        for number in range(draw(st.integers(0, 6)))
    ]


def nearest(numerator: int, denominator: int) -> int:
    """Half up, found by counting: the only whole number within half, or the larger of two."""
    whole = numerator // denominator
    return whole + 1 if 2 * (numerator - whole * denominator) >= denominator else whole


@given(st.data(), FRACTIONS, FRACTIONS)
@settings(max_examples=150, deadline=None)
def test_every_rule_of_the_page_by_integers(data: st.DataObject, adds: Fraction, gives: Fraction) -> None:
    staff = data.draw(workers())
    week = data.draw(visits(staff))
    result = settle(adds, gives, staff, week)
    by_id = {worker.id: worker for worker in staff}
    counted = [visit for visit in week if visit.confirmed]

    assert list(result.not_confirmed) == [visit.id for visit in week if not visit.confirmed]
    assert set(result.workers) == set(by_id)
    prices = {}
    pay = {}
    for visit in counted:
        worker = by_id[visit.worker]
        cost = worker.rate * visit.minutes
        prices[visit.id] = nearest(cost * (adds.denominator + adds.numerator), 60 * adds.denominator)
        pay[visit.id] = {
            "self_employed": nearest(cost * (gives.denominator - gives.numerator), 60 * gives.denominator),
            "employed": nearest(worker.wage * (visit.minutes + visit.travel + visit.waiting), 60),
            "volunteer": 0,
        }[worker.engagement]
    for id_, earned in result.workers.items():
        own = [visit for visit in counted if visit.worker == id_]
        assert (earned.care, earned.travel, earned.waiting) == tuple(
            sum(getattr(visit, part) for visit in own) for part in ("minutes", "travel", "waiting")
        )
        assert earned.pence == sum(pay[visit.id] for visit in own)
    assert set(result.payers) == {payer for visit in counted for payer, _ in visit.payers}
    for payer, owed in result.payers.items():
        own = [visit for visit in counted if payer in dict(visit.payers)]
        assert (owed.visits, owed.minutes) == (len(own), sum(visit.minutes for visit in own))
    assert sum(owed.pence for owed in result.payers.values()) == sum(prices.values())
    assert result.co_op == sum(prices.values()) - sum(pay.values())
    assert sum(owed.pence for owed in result.payers.values()) == sum(earned.pence for earned in result.workers.values()) + result.co_op


@given(st.integers(0, 60), shares())
@settings(max_examples=150, deadline=None)
def test_a_split_gives_each_left_penny_to_the_largest_remainder(pence: int, parts: list[Fraction]) -> None:
    """By trying every choice of who gets one penny more, in integers of the common denominator."""
    common = lcm(*(part.denominator for part in parts))
    scaled = [pence * part.numerator * (common // part.denominator) for part in parts]
    whole, left = [value // common for value in scaled], [value % common for value in scaled]
    choices = itertools.combinations(range(len(parts)), pence - sum(whole))
    # The largest remainders together; where they are equal, those named first.
    winners = max(choices, key=lambda places: (sum(left[place] for place in places), [-place for place in places]))

    assert split(pence, parts) == [amount + (place in winners) for place, amount in enumerate(whole)]


@given(st.fractions(0, 10**6, max_denominator=120))
def test_half_a_penny_is_rounded_up(amount: Fraction) -> None:
    assert round_half_up(amount) == nearest(amount.numerator, amount.denominator)


@pytest.mark.parametrize(
    ("pence", "parts", "amounts"),
    [
        (100, "1/3 1/3 1/3", [34, 33, 33]),
        (101, "1/3 1/3 1/3", [34, 34, 33]),
        (1, "1/4 1/4 1/2", [0, 0, 1]),
        (1, "1/2 1/2", [1, 0]),
        (0, "1/2 1/2", [0, 0]),
        (5, "1/12 11/12", [0, 5]),
    ],
)
def test_small_splits(pence: int, parts: str, amounts: list[int]) -> None:
    assert split(pence, [Fraction(part) for part in parts.split()]) == amounts


def test_the_co_op_adds_where_travel_costs_more_than_the_payer_pays() -> None:
    worker = Worker("w", Engagement.EMPLOYED, 1_200, 1_200)
    visit = Visit("v", "w", 15, True, 30, 0, [("self", Fraction(1))])  # noqa: FBT003 - a record

    assert settle(Fraction(0), Fraction(0), [worker], [visit]).co_op == 300 - 900


def test_no_visits_cost_nothing() -> None:
    result = settle(Fraction(1, 10), Fraction(0), [Worker("w", Engagement.VOLUNTEER, 0)], [])

    assert (result.payers, result.co_op, result.not_confirmed) == ({}, 0, ())
    assert result.workers["w"].pence == 0
