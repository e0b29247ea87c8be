"""Merging evidence is set union: the order and route by which it arrives do not change the result."""

from dataclasses import replace
from functools import cache
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.boards.board import Board
from libs.boards.cuts import WitnessedSize, witnessed_cut
from libs.boards.vote_state import VoteEvidence, vote_status
from services.federation.domain.witnessing import Cosignature, find_falling_dates, select_needed_cosignatures
from tests.support.random_votes import random_vote
from tests.support.vote_boards import CLOSE, OPEN_LATEST, BoardHead, T, VoteBoards, make_terms

TERMS = make_terms("ash", "birch", "cedar")
_TIMES = st.sampled_from([OPEN_LATEST - 1, OPEN_LATEST, OPEN_LATEST + 1, CLOSE, T - 1, T, T + 1, T + 9])


def _make_cosignature(size: int, time: int, root: int, signature: int) -> Cosignature:
    return Cosignature("birch", size, bytes([root]) * 32, time, bytes([signature]) * 64)


COSIGNED = st.builds(_make_cosignature, st.integers(1, 6), _TIMES, st.just(0), st.integers(0, 1))


@given(st.lists(COSIGNED, max_size=8), st.lists(COSIGNED, max_size=8))
def test_keeping_first_and_merging_then_is_merging_first_and_keeping_then(mine: list[Cosignature], yours: list[Cosignature]) -> None:
    together = select_needed_cosignatures(TERMS, {*mine, *yours})

    assert select_needed_cosignatures(TERMS, select_needed_cosignatures(TERMS, mine) | select_needed_cosignatures(TERMS, yours)) == together
    assert select_needed_cosignatures(TERMS, together) == together
    assert len(together) <= 3


@given(st.lists(COSIGNED, max_size=10))
def test_the_selected_cosignatures_give_the_same_cuts_as_all(cosigned: list[Cosignature]) -> None:
    def cuts(result: set[Cosignature]) -> list[int]:
        held = [WitnessedSize(one.witness, one.time, one.size) for one in result]
        return [witnessed_cut(TERMS, "ash", held, at) for at in (OPEN_LATEST, T, T + 10)]

    assert cuts(select_needed_cosignatures(TERMS, cosigned)) == cuts(set(cosigned))


@given(st.lists(COSIGNED, max_size=7))
def test_dates_fall_where_some_larger_size_has_an_earlier_date(cosigned: list[Cosignature]) -> None:
    found = find_falling_dates(cosigned)

    pairs = [
        (cosignature, other)
        for cosignature in cosigned
        for other in cosigned
        if cosignature.size < other.size and cosignature.time > other.time
    ]
    assert (found is not None) == bool(pairs)
    assert found is None or found in pairs


@cache
def _random_vote(number: int) -> VoteBoards:
    return random_vote(number)


@pytest.mark.parametrize("number", range(3))
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_the_same_evidence_in_any_order_gives_the_same_state_cuts_and_count(number: int, seed: int) -> None:
    vote, random = _random_vote(number), Random(seed)  # noqa: S311 - for tests
    expected = vote.evidence()
    pieces = [(co_op, size) for co_op in vote.parties for size in vote.witnessed_sizes(co_op)]
    random.shuffle(pieces)
    held: dict[str, list[WitnessedSize]] = {}
    boards = {co_op: Board(vote.terms, co_op) for co_op in random.sample(vote.parties, len(vote.parties))}
    for co_op, one in pieces:
        held.setdefault(co_op, []).append(one)
        # A co-op that brings a cosignature brings the entries below it.
        boards[co_op].extend(vote.entries[co_op][boards[co_op].size : one.size])
    for co_op, board in boards.items():
        board.extend(vote.entries[co_op][board.size :])
    merged = VoteEvidence(vote.terms, boards, held)

    for now in (OPEN_LATEST, OPEN_LATEST + 1, CLOSE, CLOSE + 1, T, T + 1, T + 10**7):
        assert vote_status(merged, now) == vote_status(expected, now)
    assert replace(vote, heads=_shuffled_heads(random, vote), leaf_cache={}).compute_outcome() == vote.outcome


def _shuffled_heads(random: Random, vote: VoteBoards) -> dict[str, list[BoardHead]]:
    return {
        co_op: [
            BoardHead(head.size, head.root, random.sample(head.cosigned, len(head.cosigned))) for head in random.sample(heads, len(heads))
        ]
        for co_op, heads in vote.heads.items()
    }


def test_a_thousand_orders_of_cosignatures_give_one_cut() -> None:
    held = [
        WitnessedSize(witness, T - number, size)
        for number, (witness, size) in enumerate([("birch", 5), ("cedar", 7), ("birch", 9), ("cedar", 3), ("birch", 4), ("cedar", 8)])
    ]

    assert {witnessed_cut(TERMS, "ash", order, T) for order in permutations(held)} == {9}
