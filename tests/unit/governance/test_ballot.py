"""A ballot and the two people behind one that came on paper."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, Refusal
from libs.rulebook import ResolutionType
from libs.rulebook.counting import Method
from services.governance.domain.ballot import BallotChannel, BallotEntry, check_first_entry, check_revision, confirm_entry
from services.governance.domain.motion import Motion, MotionWording
from services.governance.domain.motion_ballot import (
    YES_NO_OPTIONS,
    MotionPoll,
    MotionRow,
    NoVoteReason,
    ballot_options,
    check_choice,
    no_vote_reason,
)
from tests.unit.governance.counting_rules import make_rule

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
VOTER, FIRST, SECOND = UUID(int=1), UUID(int=2), UUID(int=3)


def make_roll_row(revision: int = 0) -> MotionRow:
    return MotionRow(UUID(int=8), VOTER, "user", revision)


def make_entry(
    *, choice: str = "for", taken: BallotChannel = BallotChannel.PAPER, recorder: UUID = FIRST, revision: int = 0
) -> BallotEntry[UUID, str]:
    return BallotEntry(UUID(int=9), UUID(int=8), VOTER, choice, taken, recorder, NOON, revision)


def test_a_plain_ballot_says_for_against_or_abstain() -> None:
    assert ballot_options(Method.YES_NO_ABSTAIN) == YES_NO_OPTIONS == ("for", "against", "abstain")
    for choice in YES_NO_OPTIONS:
        check_choice(choice, YES_NO_OPTIONS)


@pytest.mark.parametrize("method", [one for one in Method if one is not Method.YES_NO_ABSTAIN])
def test_a_method_no_motion_is_put_by_has_no_ballot(method: Method) -> None:
    with pytest.raises(Invalid) as refused:
        ballot_options(method)
    assert refused.value.reason == "METHOD_NOT_FOR_MOTIONS"


@pytest.mark.parametrize("choice", ["FOR", " for", "yes", "for\x00", "against,for"])
def test_no_other_choice_is_taken(choice: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_choice(choice, YES_NO_OPTIONS)
    assert refused.value.reason == "CHOICE_UNKNOWN"


def test_no_choice_at_all_is_asked_for() -> None:
    with pytest.raises(Invalid) as refused:
        check_choice("", YES_NO_OPTIONS)
    assert refused.value.reason == "CHOICE_MISSING"


@pytest.mark.parametrize(("now", "shown"), [(1, 0), (0, 1), (2, 1), (1, -1)])
def test_a_page_that_shows_another_revision_is_stale(now: int, shown: int) -> None:
    check_revision(make_roll_row(now), now)
    with pytest.raises(Conflict) as refused:
        check_revision(make_roll_row(now), shown)
    assert (refused.value.reason, refused.value.details) == ("BALLOT_STALE", {"revision": str(now)})


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (None, NoVoteReason.NOT_A_MEMBER),
        (("friend", False), NoVoteReason.CLASS_HAS_NO_VOTE),
        (("worker", True), NoVoteReason.CLASS_HAS_NO_VOTE),
        (("user", True), NoVoteReason.JOINED_TOO_LATE),
    ],
)
def test_a_person_who_is_not_on_the_roll_is_told_why(standing: tuple[str, bool] | None, reason: NoVoteReason) -> None:
    assert no_vote_reason(standing, ("worker",)) is reason


@pytest.mark.parametrize("taken", [BallotChannel.PAPER, BallotChannel.PHONE])
def test_two_people_who_write_down_the_same_make_a_ballot(taken: BallotChannel) -> None:
    entry = check_first_entry(replace(make_entry(choice="against", taken=taken, revision=2), asked_for=True))
    ballot = confirm_entry(make_roll_row(2), entry, "against", SECOND, UUID(int=7), NOON, asked_for=True)
    assert ballot is not None
    assert (ballot.row.person, ballot.row.member_class, ballot.choice, ballot.revision) == (VOTER, "user", "against", 3)
    assert (ballot.taken, ballot.recorders, ballot.recorded_at) == (taken, (FIRST, SECOND), NOON)


@pytest.mark.parametrize(
    ("entry", "kind", "reason"),
    [
        (make_entry(taken=BallotChannel.PAGE), Invalid, "TAKEN_UNKNOWN"),
        (make_entry(taken=BallotChannel.HELPER), Invalid, "TAKEN_UNKNOWN"),
        (make_entry(taken=BallotChannel.COMMAND_LINE), Invalid, "TAKEN_UNKNOWN"),
        (make_entry(recorder=VOTER), NotAllowed, "RECORDER_IS_VOTER"),
    ],
)
def test_a_first_entry_is_refused(entry: BallotEntry[UUID, str], kind: type[Refusal], reason: str) -> None:
    with pytest.raises(kind) as refused:
        check_first_entry(entry)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("place", "choice", "recorder", "kind", "reason"),
    [
        (make_roll_row(), "for", FIRST, NotAllowed, "SAME_RECORDER"),
        (make_roll_row(), "for", VOTER, NotAllowed, "RECORDER_IS_VOTER"),
        (make_roll_row(1), "for", SECOND, Conflict, "BALLOT_STALE"),
    ],
)
def test_a_second_entry_is_refused(place: MotionRow, choice: str, recorder: UUID, kind: type[Refusal], reason: str) -> None:
    with pytest.raises(kind) as refused:
        confirm_entry(place, make_entry(), choice, recorder, UUID(int=7), NOON, asked_for=True)
    assert refused.value.reason == reason


def test_two_entries_that_differ_make_no_ballot() -> None:
    assert confirm_entry(make_roll_row(), make_entry(), "against", SECOND, UUID(int=7), NOON, asked_for=True) is None


def make_poll(row: MotionRow | None, voting_right: tuple[str, bool] | None = None) -> MotionPoll:
    motion = Motion(UUID(int=8), MotionWording("", "", "", "", "", ""), "plain", "", FIRST, NOON, NOON, NOON + HOUR)
    kind = ResolutionType("plain", "Plain", "", "", make_rule(), 0, 1, 30, changes_rulebook=False, second_meeting=None)
    return MotionPoll(motion, kind, row, voting_right)


def test_a_motion_is_voted_on_from_its_opening_until_just_before_its_close() -> None:
    row, moment = make_roll_row(), timedelta(microseconds=1)
    for now in (NOON, NOON + HOUR - moment):
        assert make_poll(row).require_row(now) is row
    for now, reason in ((NOON - moment, "BALLOT_NOT_OPEN"), (NOON + HOUR, "BALLOT_CLOSED")):
        with pytest.raises(FailedPrecondition) as refused:
            make_poll(row).require_row(now)
        assert refused.value.reason == reason


def test_a_motion_takes_ballots_only_of_people_on_its_roll() -> None:
    with pytest.raises(NotAllowed) as refused:
        make_poll(None, ("user", True)).require_row(NOON)
    assert refused.value.reason == "JOINED_TOO_LATE"


def test_a_motion_reads_only_the_choices_on_its_ballot() -> None:
    assert make_poll(make_roll_row()).read_choice("abstain") == "abstain"
    with pytest.raises(Invalid) as refused:
        make_poll(make_roll_row()).read_choice("maybe")
    assert refused.value.reason == "CHOICE_UNKNOWN"


def test_a_mind_may_be_changed_any_number_of_times_on_a_motion() -> None:
    check_revision(make_roll_row(1000), 1000)
