"""A ballot and the two people behind one that came on paper."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from libs.refusals import Conflict, Invalid, NotAllowed, Refusal
from libs.rulebook.counting import Method
from services.governance.domain.ballot import (
    PLAIN_OPTIONS,
    Entry,
    NoVote,
    RollRow,
    Taken,
    check_choice,
    check_revision,
    confirm,
    options_of,
    record,
    why_no_vote,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VOTER, FIRST, SECOND = UUID(int=1), UUID(int=2), UUID(int=3)


def a_place(revision: int = 0) -> RollRow:
    return RollRow(VOTER, "user", revision)


def an_entry(*, choice: str = "for", taken: Taken = Taken.PAPER, recorder: UUID = FIRST, revision: int = 0) -> Entry:
    return Entry(UUID(int=9), UUID(int=8), VOTER, choice, taken, recorder, NOON, revision)


def test_a_plain_ballot_says_for_against_or_abstain() -> None:
    assert options_of(Method.YES_NO_ABSTAIN) == PLAIN_OPTIONS == ("for", "against", "abstain")
    for choice in PLAIN_OPTIONS:
        check_choice(choice, PLAIN_OPTIONS)


@pytest.mark.parametrize("method", [one for one in Method if one is not Method.YES_NO_ABSTAIN])
def test_a_method_no_motion_is_put_by_has_no_ballot(method: Method) -> None:
    with pytest.raises(Invalid) as refused:
        options_of(method)
    assert refused.value.reason == "METHOD_NOT_FOR_MOTIONS"


@pytest.mark.parametrize("choice", ["FOR", " for", "yes", "for\x00", "against,for"])
def test_no_other_choice_is_taken(choice: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_choice(choice, PLAIN_OPTIONS)
    assert refused.value.reason == "CHOICE_UNKNOWN"


def test_no_choice_at_all_is_asked_for() -> None:
    with pytest.raises(Invalid) as refused:
        check_choice("", PLAIN_OPTIONS)
    assert refused.value.reason == "CHOICE_MISSING"


@pytest.mark.parametrize(("now", "shown"), [(1, 0), (0, 1), (2, 1), (1, -1)])
def test_a_page_that_shows_another_revision_is_stale(now: int, shown: int) -> None:
    check_revision(a_place(now), now)
    with pytest.raises(Conflict) as refused:
        check_revision(a_place(now), shown)
    assert (refused.value.reason, refused.value.details) == ("BALLOT_STALE", {"revision": str(now)})


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (None, NoVote.NOT_A_MEMBER),
        (("friend", False), NoVote.CLASS_HAS_NO_VOTE),
        (("worker", True), NoVote.CLASS_HAS_NO_VOTE),
        (("user", True), NoVote.JOINED_TOO_LATE),
    ],
)
def test_whoever_is_not_on_the_roll_hears_why(standing: tuple[str, bool] | None, reason: NoVote) -> None:
    assert why_no_vote(standing, ("worker",)) is reason


@pytest.mark.parametrize("taken", [Taken.PAPER, Taken.PHONE])
def test_two_people_who_write_down_the_same_make_a_ballot(taken: Taken) -> None:
    entry = record(a_place(2), an_entry(choice="against", taken=taken, revision=2), PLAIN_OPTIONS)
    ballot = confirm(a_place(2), entry, "against", SECOND, UUID(int=7), NOON)
    assert ballot is not None
    assert (ballot.person, ballot.member_class, ballot.choice, ballot.revision) == (VOTER, "user", "against", 3)
    assert (ballot.taken, ballot.recorders, ballot.recorded_at) == (taken, (FIRST, SECOND), NOON)


@pytest.mark.parametrize(
    ("entry", "kind", "reason"),
    [
        (an_entry(taken=Taken.PAGE), Invalid, "TAKEN_UNKNOWN"),
        (an_entry(taken=Taken.HELPER), Invalid, "TAKEN_UNKNOWN"),
        (an_entry(taken=Taken.COMMAND_LINE), Invalid, "TAKEN_UNKNOWN"),
        (an_entry(choice="maybe"), Invalid, "CHOICE_UNKNOWN"),
        (an_entry(recorder=VOTER), NotAllowed, "RECORDER_IS_VOTER"),
    ],
)
def test_a_first_entry_is_refused(entry: Entry, kind: type[Refusal], reason: str) -> None:
    with pytest.raises(kind) as refused:
        record(a_place(), entry, PLAIN_OPTIONS)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("place", "choice", "recorder", "kind", "reason"),
    [
        (a_place(), "for", FIRST, NotAllowed, "SAME_RECORDER"),
        (a_place(), "for", VOTER, NotAllowed, "RECORDER_IS_VOTER"),
        (a_place(1), "for", SECOND, Conflict, "BALLOT_STALE"),
    ],
)
def test_a_second_entry_is_refused(place: RollRow, choice: str, recorder: UUID, kind: type[Refusal], reason: str) -> None:
    with pytest.raises(kind) as refused:
        confirm(place, an_entry(), choice, recorder, UUID(int=7), NOON)
    assert refused.value.reason == reason


def test_two_entries_that_differ_make_no_ballot() -> None:
    assert confirm(a_place(), an_entry(), "against", SECOND, UUID(int=7), NOON) is None
