"""The state of a federated vote in our own co-op, and the steps that it allows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kith.governance.v1.enums import VoteState
from libs.boards.documents import ANNUL, CUTS, Settlement
from libs.refusals import Refusal
from services.governance.domain import vote_lifecycle
from services.governance.domain.decision import DecisionEffect
from services.governance.domain.vote_lifecycle import Vote
from tests.unit.governance.vote_terms import PROPOSED_AT, make_terms

TERMS = make_terms()
OPEN_LATEST, CLOSE = (datetime.fromtimestamp(PROPOSED_AT + seconds, UTC) for seconds in (3600, 7200))
CONCLUDED = CLOSE + timedelta(seconds=900)
BEFORE = OPEN_LATEST - timedelta(minutes=1)
SECOND = timedelta(seconds=1)
VOTE = Vote(TERMS.vote, TERMS, observer=False, taken_at=BEFORE, stored_state=VoteState.PROPOSED)

STEPS: dict[str, tuple[Callable[[Vote, datetime], None], set[VoteState]]] = {
    "join": (vote_lifecycle.require_may_join, {VoteState.PROPOSED}),
    "withdraw": (lambda vote, _: vote_lifecycle.require_may_withdraw(vote), {VoteState.JOINED, VoteState.ROLL_FROZEN}),
    "freeze": (vote_lifecycle.require_may_freeze, {VoteState.JOINED}),
    "attest": (lambda vote, _: vote_lifecycle.require_may_attest(vote), {VoteState.ROLL_FROZEN, VoteState.READY, VoteState.OPEN}),
    "ready": (lambda vote, now: vote_lifecycle.require_may_be_ready(vote, 2, now), {VoteState.ROLL_FROZEN}),
    "vote": (vote_lifecycle.require_open, {VoteState.OPEN}),
}


def refusal_reason(step: Callable[[], object]) -> str:
    """Empty where it may be done."""
    try:
        step()
    except Refusal as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("state", [one for one in VoteState if one is not VoteState.CLOSED])
def test_each_step_is_allowed_only_in_certain_states(name: str, state: VoteState) -> None:
    step, states = STEPS[name]
    assert (refusal_reason(lambda: step(replace(VOTE, stored_state=state), BEFORE)) == "") is (state in states)


def test_an_observer_joins_and_opens_the_vote_too() -> None:
    watching = replace(VOTE, observer=True)
    assert refusal_reason(lambda: vote_lifecycle.require_may_join(watching, BEFORE)) == ""
    joined = replace(VOTE, stored_state=VoteState.JOINED)
    for vote in (watching, replace(joined, observer=True), replace(VOTE, stored_state=VoteState.READY)):
        opened = vote_lifecycle.open_vote(vote)
        assert (opened.stored_state, opened.opened) == (VoteState.OPEN, True)
    assert vote_lifecycle.open_vote(joined) == joined


@pytest.mark.parametrize("name", [step for step in STEPS if step not in ("vote", "join")])
def test_an_observer_takes_no_other_step(name: str) -> None:
    step, states = STEPS[name]
    watching = replace(VOTE, stored_state=next(iter(states)), observer=True)
    assert refusal_reason(lambda: step(watching, BEFORE)) == "VOTE_ONLY_WITNESSED"


@pytest.mark.parametrize("name", ["join", "freeze", "ready"])
def test_what_leads_to_opening_is_possible_up_to_the_last_second(name: str) -> None:
    step, states = STEPS[name]
    vote = replace(VOTE, stored_state=next(iter(states)))
    assert refusal_reason(lambda: step(vote, OPEN_LATEST)) == ""
    assert refusal_reason(lambda: step(vote, OPEN_LATEST + SECOND)) == "VOTE_TOO_LATE"


def test_a_ballot_at_the_close_is_taken_and_the_next_second_is_late() -> None:
    vote = replace(VOTE, stored_state=VoteState.OPEN)
    assert refusal_reason(lambda: vote_lifecycle.require_open(vote, CLOSE)) == ""
    assert refusal_reason(lambda: vote_lifecycle.require_open(vote, CLOSE + timedelta(microseconds=1))) == "BALLOT_CLOSED"
    assert (vote.state(CLOSE), vote.state(CLOSE + SECOND)) == (VoteState.OPEN, VoteState.CLOSED)
    assert refusal_reason(lambda: vote_lifecycle.require_open(replace(vote, stored_state=VoteState.READY), CLOSE)) == "BALLOT_NOT_OPEN"
    assert refusal_reason(lambda: vote_lifecycle.require_open(replace(vote, stored_state=VoteState.VOID), CLOSE)) == "BALLOT_CLOSED"


def test_two_scrutineers_are_needed() -> None:
    frozen = replace(VOTE, stored_state=VoteState.ROLL_FROZEN)
    assert refusal_reason(lambda: vote_lifecycle.require_may_be_ready(frozen, 1, BEFORE)) == "SCRUTINEERS_MISSING"
    assert refusal_reason(lambda: vote_lifecycle.require_may_freeze(frozen, BEFORE)) == "ROLL_FROZEN_ALREADY"


def test_one_objects_in_the_window_after_the_vote() -> None:
    final = replace(VOTE, stored_state=VoteState.FINAL, opened=True)
    last = CONCLUDED + timedelta(seconds=TERMS.window)
    for now, reason in ((CONCLUDED, "OBJECTION_NOT_NOW"), (CONCLUDED + SECOND, ""), (last, ""), (last + SECOND, "OBJECTION_NOT_NOW")):
        assert refusal_reason(lambda now=now: vote_lifecycle.require_may_object(final, now)) == reason  # type: ignore[misc]  # a default binds the moment of this turn
    assert refusal_reason(lambda: vote_lifecycle.require_may_object(replace(final, opened=False), last)) == "OBJECTION_NOT_NOW"


@pytest.mark.parametrize(
    ("settlement", "reason"),
    [
        (Settlement(TERMS.vote, 2, ANNUL, (), ()), ""),
        (Settlement(TERMS.vote, 2, CUTS, (("ash", 9), ("birch", 8)), ("birch",)), ""),
        (Settlement(TERMS.vote, 2, CUTS, (("ash", 9), ("birch", 8), ("observer", 2)), ()), ""),
        (Settlement("f" * 64, 2, ANNUL, (), ()), "SETTLEMENT_WRONG"),
        (Settlement(TERMS.vote, 1, ANNUL, (), ()), "SETTLEMENT_WRONG"),
        (Settlement(TERMS.vote, 2, CUTS, (("ash", 9),), ()), "SETTLEMENT_WRONG"),
        (Settlement(TERMS.vote, 2, CUTS, (("ash", 9), ("birch", 8), ("cedar", 1)), ()), "SETTLEMENT_WRONG"),
        (Settlement(TERMS.vote, 2, ANNUL, (), ("observer",)), "SETTLEMENT_WRONG"),
    ],
)
def test_a_settlement_is_of_this_vote_and_its_next_revision(settlement: Settlement, reason: str) -> None:
    final = replace(VOTE, stored_state=VoteState.FINAL, opened=True, revision=1)
    assert refusal_reason(lambda: vote_lifecycle.require_may_settle(final, settlement, CONCLUDED + SECOND)) == reason


def test_nothing_is_settled_before_the_vote_is_over() -> None:
    running = replace(VOTE, stored_state=VoteState.OPEN, opened=True)
    assert (
        refusal_reason(lambda: vote_lifecycle.require_may_settle(running, Settlement(TERMS.vote, 2, ANNUL, (), ()), CONCLUDED))
        == "SETTLEMENT_NOT_NOW"
    )


@pytest.mark.parametrize("seconds", [2**53 - 1, 10**12])
def test_a_time_no_calendar_has_is_refused(seconds: int) -> None:
    assert refusal_reason(lambda: vote_lifecycle.utc_time(seconds)) == "TIMES_WRONG"


OPEN = replace(VOTE, stored_state=VoteState.OPEN, opened=True)
FIRST_END, LATER = CONCLUDED + SECOND, CONCLUDED + timedelta(days=1)


def conclude(vote: Vote, revision: int, now: datetime = FIRST_END, *, passes: bool = True, contested: bool = False) -> Vote:
    return vote_lifecycle.conclude(vote, revision, f"hash {revision}", now, passes=passes, contested=contested)


def test_each_revision_of_an_outcome_becomes_final_once_and_is_one_decision() -> None:
    final = conclude(OPEN, 1)
    assert (final.stored_state, final.revision, final.outcome_hash, final.passes) == (VoteState.FINAL, 1, "hash 1", True)
    assert vote_lifecycle.decided(OPEN, final) == (True, DecisionEffect.NONE)
    assert conclude(final, 1, LATER, passes=False) == final
    again = conclude(final, 2, LATER, passes=False)
    assert (again.outcome_hash, again.passes, again.ended_at) == ("hash 2", False, FIRST_END)
    assert vote_lifecycle.decided(final, again) == (False, DecisionEffect.OUTCOME_REPLACED)
    assert conclude(again, 1, LATER) == again


def test_a_known_outcome_ends_a_dispute_without_another_decision() -> None:
    final = conclude(OPEN, 1)
    disputed = vote_lifecycle.dispute(final, "two outcomes", LATER)
    assert (disputed.stored_state, disputed.disputed_why, disputed.ended_at) == (VoteState.DISPUTED, "two outcomes", FIRST_END)
    assert conclude(disputed, 1, LATER) == final
    assert vote_lifecycle.decided(disputed, final) is None


def test_a_contested_outcome_stays_final_and_a_new_one_is_not_contested() -> None:
    contested = conclude(OPEN, 1, contested=True)
    assert (contested.stored_state, contested.contested) == (VoteState.FINAL, True)
    assert vote_lifecycle.contest(conclude(OPEN, 1)) == contested
    assert not conclude(contested, 2).contested


@pytest.mark.parametrize("state", [VoteState.ANNULLED, VoteState.VOID, VoteState.WITHDRAWN])
def test_nothing_is_disputed_after_it_was_called_off(state: VoteState) -> None:
    ended = vote_lifecycle.end(OPEN, state, FIRST_END)
    assert vote_lifecycle.dispute(ended, "why", LATER) == ended
    assert vote_lifecycle.void(ended, LATER) == ended


def test_a_vote_is_void_only_before_it_has_ended() -> None:
    void = vote_lifecycle.void(replace(VOTE, stored_state=VoteState.READY), FIRST_END)
    assert (void.stored_state, void.ended_at) == (VoteState.VOID, FIRST_END)
    final = conclude(OPEN, 1)
    assert vote_lifecycle.void(final, LATER) == final


def test_annulling_what_was_final_is_a_decision_and_nothing_else_is() -> None:
    final = conclude(OPEN, 1)
    annulled = vote_lifecycle.annul(final, LATER)
    assert vote_lifecycle.decided(final, annulled) == (False, DecisionEffect.VOTE_ANNULLED)
    assert vote_lifecycle.annul(annulled, LATER) == annulled
    assert vote_lifecycle.decided(annulled, annulled) is None
    assert vote_lifecycle.decided(OPEN, vote_lifecycle.annul(OPEN, LATER)) is None
    watching = replace(OPEN, observer=True)
    assert vote_lifecycle.decided(watching, conclude(watching, 1)) is None
