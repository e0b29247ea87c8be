"""Merging evidence is set union: in whatever order and by whatever way it comes, whoever holds it finds the same."""

from dataclasses import replace
from functools import cache
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.boards.board import Board
from libs.boards.cuts import Held, cut
from libs.boards.standing import Evidence, stand
from services.federation.domain.witnessing import BroughtCosignature, falls, worth_keeping
from tests.support.boards import CLOSE, OPEN_LATEST, Head, T, WholeVote, some_terms
from tests.support.made_votes import made_vote

TERMS = some_terms("ash", "birch", "cedar")
_TIMES = st.sampled_from([OPEN_LATEST - 1, OPEN_LATEST, OPEN_LATEST + 1, CLOSE, T - 1, T, T + 1, T + 9])


def _brought(size: int, time: int, root: int, signature: int) -> BroughtCosignature:
    return BroughtCosignature("birch", size, bytes([root]) * 32, time, bytes([signature]) * 64)


COSIGNED = st.builds(_brought, st.integers(1, 6), _TIMES, st.just(0), st.integers(0, 1))


@given(st.lists(COSIGNED, max_size=8), st.lists(COSIGNED, max_size=8))
def test_keeping_first_and_merging_then_is_merging_first_and_keeping_then(
    mine: list[BroughtCosignature], yours: list[BroughtCosignature]
) -> None:
    together = worth_keeping(TERMS, {*mine, *yours})

    assert worth_keeping(TERMS, worth_keeping(TERMS, mine) | worth_keeping(TERMS, yours)) == together
    assert worth_keeping(TERMS, together) == together
    assert len(together) <= 3


@given(st.lists(COSIGNED, max_size=10))
def test_what_is_kept_gives_the_cuts_that_everything_gives(cosigned: list[BroughtCosignature]) -> None:
    def cuts(found: set[BroughtCosignature]) -> list[int]:
        held = [Held(one.witness, one.time, one.size) for one in found]
        return [cut(TERMS, "ash", held, at) for at in (OPEN_LATEST, T, T + 10)]

    assert cuts(worth_keeping(TERMS, cosigned)) == cuts(set(cosigned))


@given(st.lists(COSIGNED, max_size=7))
def test_dates_fall_where_some_larger_size_has_an_earlier_date(cosigned: list[BroughtCosignature]) -> None:
    found = falls(cosigned)

    pairs = [(one, other) for one in cosigned for other in cosigned if one.size < other.size and one.time > other.time]
    assert (found is not None) == bool(pairs)
    assert found is None or found in pairs


@cache
def _vote(number: int) -> WholeVote:
    return made_vote(number)


@pytest.mark.parametrize("number", range(3))
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_the_same_evidence_in_any_order_gives_the_same_state_cuts_and_count(number: int, seed: int) -> None:
    vote, random = _vote(number), Random(seed)  # noqa: S311 - for tests
    expected = vote.evidence()
    pieces = [(co_op, one) for co_op in vote.parties for one in vote.held(co_op)]
    random.shuffle(pieces)
    held: dict[str, list[Held]] = {}
    boards = {co_op: Board(vote.terms, co_op) for co_op in random.sample(vote.parties, len(vote.parties))}
    for co_op, one in pieces:
        held.setdefault(co_op, []).append(one)
        # Whoever brings a cosignature brings the entries below it.
        boards[co_op].extend(vote.entries[co_op][boards[co_op].size : one.size])
    for co_op, board in boards.items():
        board.extend(vote.entries[co_op][board.size :])
    merged = Evidence(vote.terms, boards, held)

    for now in (OPEN_LATEST, OPEN_LATEST + 1, CLOSE, CLOSE + 1, T, T + 1, T + 10**7):
        assert stand(merged, now) == stand(expected, now)
    assert replace(vote, heads=_shuffled(random, vote), kept_leaves={}).counted() == vote.outcome


def _shuffled(random: Random, vote: WholeVote) -> dict[str, list[Head]]:
    return {
        co_op: [Head(one.size, one.root, random.sample(one.cosigned, len(one.cosigned))) for one in random.sample(heads, len(heads))]
        for co_op, heads in vote.heads.items()
    }


def test_a_thousand_orders_of_cosignatures_give_one_cut() -> None:
    held = [
        Held(witness, T - number, size)
        for number, (witness, size) in enumerate([("birch", 5), ("cedar", 7), ("birch", 9), ("cedar", 3), ("birch", 4), ("cedar", 8)])
    ]

    assert {cut(TERMS, "ash", order, T) for order in permutations(held)} == {9}
