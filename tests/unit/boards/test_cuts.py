"""How far a board was held in time: dates decide, and enough witnesses."""

import pytest

from libs.boards.cuts import Held, cut
from tests.support.boards import T, some_terms


@pytest.mark.parametrize(("witnesses", "q"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 4), (9, 5), (29, 15)])
def test_the_cut_is_the_size_that_q_witnesses_held(witnesses: int, q: int) -> None:
    terms = some_terms(*(f"co-op-{number:02}" for number in range(witnesses + 1)))
    held = [Held(witness, T, 10 + number) for number, witness in enumerate(terms.witnesses_of("co-op-00"))]

    assert terms.q == q
    assert cut(terms, "co-op-00", held, T) == sorted((one.size for one in held), reverse=True)[q - 1]
    assert cut(terms, "co-op-00", held[: q - 1], T) == 0
    assert cut(terms, "co-op-00", held[:q], T) == 10


def test_what_is_dated_later_does_not_count_and_the_largest_of_a_witness_does() -> None:
    terms = some_terms("ash", "birch", "cedar", "dell")
    held = [Held("birch", T, 5), Held("birch", T - 1, 7), Held("birch", T + 1, 9), Held("cedar", T, 6), Held("dell", T + 1, 9)]

    assert cut(terms, "ash", held, T) == 6
    assert cut(terms, "ash", held, T - 1) == 0
    assert cut(terms, "ash", held, T + 1) == 9


def test_nobody_witnesses_an_own_board_or_from_outside() -> None:
    terms = some_terms("ash", "birch", observers=["oak"])

    assert cut(terms, "ash", [Held("ash", T, 9), Held("elm", T, 9)], T) == 0
    assert cut(terms, "ash", [Held("oak", T, 9)], T) == 9
