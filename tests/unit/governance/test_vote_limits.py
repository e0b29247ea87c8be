"""A vote with other co-ops gives our members the notice and the hours that our own rules give them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kith.governance.v1.enums import VoteState
from libs.refusals import FailedPrecondition, Invalid, Refusal
from libs.rulebook import ResolutionType, read_rulebook
from services.governance.domain import vote_timing
from services.governance.domain.vote_lifecycle import Vote
from tests.support.member_assembly import RULEBOOK
from tests.unit.governance.vote_terms import make_terms

NOW = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
_FOUND = read_rulebook(RULEBOOK).resolution("announced")
assert _FOUND is not None
KIND: ResolutionType = _FOUND
"""A week's notice, open for a day at least and four weeks at most."""
TERMS = make_terms()
TAKEN = datetime.fromtimestamp(TERMS.open_latest, UTC) - 10 * DAY


def make_vote(opens_after: timedelta = 10 * DAY, length: timedelta = 3 * DAY, *, observer: bool = False) -> Vote:
    opens = TAKEN + opens_after
    terms = replace(TERMS, open_latest=int(opens.timestamp()), close=int((opens + length).timestamp()))
    return Vote(TERMS.vote, terms, observer=observer, taken_at=TAKEN, stored_state=VoteState.PROPOSED)


def refusal_reason(attempt: Refusal | None) -> str:
    return attempt.reason if attempt else ""


def catch_refusal(function: object, *arguments: object) -> Refusal | None:
    assert callable(function)
    try:
        function(*arguments)
    except Refusal as refused:
        return refused
    return None


def test_a_draft_leaves_a_weeks_notice_and_a_day_for_the_keys_of_the_others() -> None:
    vote_timing.check_draft_times(KIND, NOW + 8 * DAY, NOW + 9 * DAY, NOW)
    with pytest.raises(Invalid) as refused:
        vote_timing.check_draft_times(KIND, NOW + 8 * DAY - SECOND, NOW + 20 * DAY, NOW)
    assert (refused.value.reason, refused.value.problems[0].field) == ("VOTE_NOTICE_TOO_SHORT", "open_latest")
    assert refused.value.details == {"days": "7", "earliest": (NOW + 8 * DAY).isoformat()}


def test_a_draft_is_open_as_long_as_the_rules_ask_even_if_it_opens_at_the_last_moment() -> None:
    opens = NOW + 9 * DAY
    vote_timing.check_draft_times(KIND, opens, opens + DAY, NOW)
    vote_timing.check_draft_times(KIND, opens, opens + 28 * DAY, NOW)
    for close, reason, would_do in (
        (opens + DAY - SECOND, "VOTE_OPEN_TOO_SHORT", {"hours": "24", "earliest": (opens + DAY).isoformat()}),
        (opens + 28 * DAY + SECOND, "VOTE_OPEN_TOO_LONG", {"days": "28", "latest": (opens + 28 * DAY).isoformat()}),
    ):
        refused = catch_refusal(vote_timing.check_draft_times, KIND, opens, close, NOW)
        assert refused is not None
        assert (refused.reason, refused.details) == (reason, would_do)


def test_where_the_rules_want_no_notice_it_may_open_at_once() -> None:
    vote_timing.check_draft_times(replace(KIND, notice_days=0), NOW + SECOND, NOW + DAY + SECOND, NOW)


@pytest.mark.parametrize(
    ("opens_after", "length", "reason"),
    [
        (7 * DAY, DAY, ""),
        (7 * DAY - SECOND, DAY, "JOIN_NOTICE_TOO_SHORT"),
        (7 * DAY, DAY - SECOND, "JOIN_OPEN_TOO_SHORT"),
        (7 * DAY, 28 * DAY, ""),
        (7 * DAY, 28 * DAY + SECOND, "JOIN_OPEN_TOO_LONG"),
    ],
)
def test_a_vote_that_would_break_our_rules_is_not_joined(opens_after: timedelta, length: timedelta, reason: str) -> None:
    assert refusal_reason(catch_refusal(vote_timing.require_time_to_join, make_vote(opens_after, length), KIND)) == reason
    assert catch_refusal(vote_timing.require_time_to_join, make_vote(opens_after, length, observer=True), KIND) is None, (
        "it asks our members nothing"
    )


def test_nobody_says_ready_before_their_own_notice_has_run() -> None:
    ours = make_vote()
    assert vote_timing.earliest_ready_time(ours, KIND) == TAKEN + 7 * DAY
    vote_timing.require_time_to_be_ready(ours, KIND, TAKEN + 7 * DAY)
    with pytest.raises(FailedPrecondition) as refused:
        vote_timing.require_time_to_be_ready(ours, KIND, TAKEN + 7 * DAY - SECOND)
    assert (refused.value.reason, refused.value.details["earliest"]) == ("READY_BEFORE_NOTICE", (TAKEN + 7 * DAY).isoformat())


def test_nobody_says_ready_so_early_that_it_would_be_open_too_long() -> None:
    ours = make_vote(opens_after=30 * DAY, length=3 * DAY)
    assert vote_timing.earliest_ready_time(ours, KIND) == TAKEN + 5 * DAY + 2 * DAY, "the notice is later here"
    short = replace(KIND, maximum_open_days=7)
    assert vote_timing.earliest_ready_time(ours, short) == TAKEN + 26 * DAY
    vote_timing.require_time_to_be_ready(ours, short, TAKEN + 26 * DAY)
    assert refusal_reason(catch_refusal(vote_timing.require_time_to_be_ready, ours, short, TAKEN + 26 * DAY - HOUR)) == "READY_TOO_EARLY"


@pytest.mark.parametrize("opens_after", [7 * DAY, 12 * DAY, 60 * DAY])
@pytest.mark.parametrize("length", [DAY, 20 * DAY, 28 * DAY])
def test_a_co_op_that_may_join_can_still_be_ready_in_time(opens_after: timedelta, length: timedelta) -> None:
    ours = make_vote(opens_after, length)
    vote_timing.require_time_to_join(ours, KIND)
    assert vote_timing.earliest_ready_time(ours, KIND) <= ours.open_latest
