"""How much the same people come: the published formulas, to the last digit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.continuity import continuity_index, usual_share


@pytest.mark.capability("S7")
@pytest.mark.parametrize(
    ("counts", "index", "usual"),
    [
        ((6, 3, 1), Fraction(2, 5), Fraction(3, 5)),
        ((10,), Fraction(1), Fraction(1)),
        ((1, 1, 1), Fraction(0), Fraction(1, 3)),
        ((1,), None, Fraction(1)),
        ((), None, None),
    ],
)
def test_the_index_and_the_usual_share(counts: tuple[int, ...], index: Fraction | None, usual: Fraction | None) -> None:
    assert (continuity_index(counts), usual_share(counts)) == (index, usual)


@pytest.mark.capability("S7")
@given(st.lists(st.integers(min_value=1, max_value=200), min_size=1, max_size=12))
def test_the_index_is_the_chance_that_two_visits_were_by_one_worker(counts: list[int]) -> None:
    by = [worker for worker, count in enumerate(counts) for _ in range(min(count, 12))]
    pairs = [(one, two) for place, one in enumerate(by) for two in by[place + 1 :]]
    index = continuity_index([min(count, 12) for count in counts])
    assert index == (Fraction(sum(one == two for one, two in pairs), len(pairs)) if pairs else None)
