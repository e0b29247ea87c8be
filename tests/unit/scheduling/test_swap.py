"""A swap's states: every path through them, and who may take each step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from kith.scheduling.v1.enums import SwapState
from libs.refusals import FailedPrecondition, Invalid, NotAllowed
from services.scheduling.domain import swap as swaps
from services.scheduling.domain.swap import Swap, SwapStep

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STARTS = NOW + timedelta(days=1)
WREN, ROBIN, BO, FIRST, SECOND, ID = (UUID(int=number) for number in range(1, 7))
TABLE: dict[SwapState, tuple[SwapState | None, ...]] = {
    # accept, decline, withdraw
    SwapState.OFFERED: (SwapState.ACCEPTED, SwapState.DECLINED, SwapState.WITHDRAWN),
    SwapState.ACCEPTED: (None, None, None),
    SwapState.DECLINED: (None, None, None),
    SwapState.WITHDRAWN: (None, None, None),
    SwapState.EXPIRED: (None, None, None),
}
"""By state and step, written down once more: the state that follows, or none."""
STEPS: dict[SwapStep, tuple[Callable[[Swap, UUID, datetime], Swap], UUID]] = {
    SwapStep.ACCEPT: (swaps.accept, ROBIN),
    SwapStep.DECLINE: (swaps.decline, ROBIN),
    SwapStep.WITHDRAW: (swaps.withdraw, WREN),
}
"""With whose step it is."""


def a_swap(state: SwapState = SwapState.OFFERED) -> Swap:
    return Swap(ID, SECOND, 2, FIRST, 4, WREN, ROBIN, state, offered_at=NOW, expires_at=STARTS)


@pytest.mark.capability("S1")
def test_every_path_of_three_steps_is_what_the_table_says() -> None:
    for path in product(SwapStep, repeat=3):
        swap = a_swap()
        for step in path:
            take, by = STEPS[step]
            following = TABLE[swap.state][list(SwapStep).index(step)]
            if following is None:
                with pytest.raises(FailedPrecondition, match="SWAP_OVER"):
                    take(swap, by, NOW)
                break
            swap = take(swap, by, NOW)
            assert (swap.state, swap.answered_at) == (following, NOW)


@pytest.mark.capability("S1")
@pytest.mark.parametrize("step", SwapStep)
def test_nobody_takes_the_other_ones_step_and_none_is_taken_once_a_visit_starts(step: SwapStep) -> None:
    take, own = STEPS[step]
    for by in {WREN, ROBIN, BO} - {own}:
        with pytest.raises(NotAllowed, match="SWAP_NOT_FOR_YOU"):
            take(a_swap(), by, NOW)
    with pytest.raises(FailedPrecondition, match="SWAP_OVER"):
        take(a_swap(), own, STARTS)
    assert take(a_swap(), own, STARTS - timedelta(microseconds=1)).state is not SwapState.OFFERED


def test_what_is_over_does_not_expire() -> None:
    for state in SwapState:
        expected = SwapState.EXPIRED if state is SwapState.OFFERED else state
        assert a_swap(state).state_at(STARTS) is expected


def test_locks_are_in_one_order_whoever_offers() -> None:
    back = replace(a_swap(), visit=FIRST, return_visit=SECOND, from_worker=ROBIN, to_worker=WREN)
    assert (a_swap().visits, a_swap().workers) == (back.visits, back.workers) == ([FIRST, SECOND], [WREN, ROBIN])
    assert replace(a_swap(), return_visit=None, return_version=None).visits == [SECOND]


def test_nobody_swaps_with_themselves() -> None:
    swaps.require_two(WREN, ROBIN)
    with pytest.raises(Invalid, match="SWAP_WITH_YOURSELF"):
        swaps.require_two(WREN, WREN)
