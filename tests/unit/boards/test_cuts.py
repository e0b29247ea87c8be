"""How far a board was held in time: dates decide, and enough witnesses."""

import pytest

from libs.boards.cuts import WitnessedSize, witnessed_cut
from tests.support.vote_boards import T, make_terms


@pytest.mark.parametrize(("witnesses", "q"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 4), (9, 5), (29, 15)])
def test_the_cut_is_the_size_that_q_witnesses_held(witnesses: int, q: int) -> None:
    terms = make_terms(*(f"co-op-{number:02}" for number in range(witnesses + 1)))
    held = [WitnessedSize(witness, T, 10 + number) for number, witness in enumerate(terms.witnesses_of("co-op-00"))]

    assert terms.q == q
    assert witnessed_cut(terms, "co-op-00", held, T) == sorted((cosignature.size for cosignature in held), reverse=True)[q - 1]
    assert witnessed_cut(terms, "co-op-00", held[: q - 1], T) == 0
    assert witnessed_cut(terms, "co-op-00", held[:q], T) == 10


def test_later_cosignatures_do_not_count_and_a_witness_counts_with_its_largest_size() -> None:
    terms = make_terms("ash", "birch", "cedar", "dell")
    held = [
        WitnessedSize("birch", T, 5),
        WitnessedSize("birch", T - 1, 7),
        WitnessedSize("birch", T + 1, 9),
        WitnessedSize("cedar", T, 6),
        WitnessedSize("dell", T + 1, 9),
    ]

    assert witnessed_cut(terms, "ash", held, T) == 6
    assert witnessed_cut(terms, "ash", held, T - 1) == 0
    assert witnessed_cut(terms, "ash", held, T + 1) == 9


def test_nobody_witnesses_an_own_board_or_from_outside() -> None:
    terms = make_terms("ash", "birch", observers=["oak"])

    assert witnessed_cut(terms, "ash", [WitnessedSize("ash", T, 9), WitnessedSize("elm", T, 9)], T) == 0
    assert witnessed_cut(terms, "ash", [WitnessedSize("oak", T, 9)], T) == 9
