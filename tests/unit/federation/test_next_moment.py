"""When the clock alone asks a co-op to look at a vote again: nothing polls, so a moment that is missed is a step that comes too late."""

import pytest

from libs.boards.vote_state import VoteEvidence
from services.federation.domain.own_board_rules import find_due_entries, next_moment
from tests.support.vote_boards import CLOSE, GRACE, OPEN_LATEST, WINDOW, T, make_vote_boards

CO_OPS = ("amber", "birch", "cedar")


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        (OPEN_LATEST, OPEN_LATEST + 1),
        (OPEN_LATEST + 1, CLOSE + 1),
        (CLOSE, CLOSE + 1),
        (T - 1, T + 1),
        (T, T + 1),
        (T + 1, T + GRACE + 1),
        (T + GRACE + 1, T + GRACE + WINDOW + 1),
        (T + GRACE + WINDOW + 1, None),
    ],
)
def test_it_is_the_first_second_after_each_date_of_the_terms(now: int, moment: int | None) -> None:
    assert next_moment(make_vote_boards(*CO_OPS).open_vote().evidence(), now) == moment


def test_a_cosignature_of_a_co_op_whose_clock_is_ahead_counts_at_its_date() -> None:
    vote = make_vote_boards(*CO_OPS).open_vote()
    vote.add_checkpoint(OPEN_LATEST + 500)

    assert next_moment(vote.evidence(), OPEN_LATEST + 497) == OPEN_LATEST + 500
    assert next_moment(vote.evidence(), OPEN_LATEST + 500) == CLOSE + 1


def test_between_two_moments_nothing_becomes_due() -> None:
    vote = make_vote_boards(*CO_OPS)
    for co_op in CO_OPS:
        vote.join(co_op)
        vote.roll(co_op, {"member": 2})
    vote.ready(at=OPEN_LATEST - 100)
    evidence, now, steps = vote.evidence(), OPEN_LATEST - 200, []
    while (moment := next_moment(evidence, now)) is not None:
        before, just_before = _due(evidence, now), _due(evidence, moment - 1)
        assert before == just_before
        steps += [kind for kind in _due(evidence, moment) if kind not in before]
        now = moment

    assert steps == ["OpenEntry", "ClosedEntry"]


def _due(evidence: VoteEvidence, now: int) -> list[str]:
    return [type(entry).__name__ for entry in find_due_entries(evidence, "amber", now, ready_requested=True, cosigned={})]
