"""A ballot in a vote between co-ops: its entry on the board, what it may choose, how often, and how two people record one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kith.governance.v1.enums import VoteState
from libs.boards import entries
from libs.boards.entries import Choice
from libs.boards.vote_terms import VoteTerms
from libs.refusals import Invalid, Refusal
from libs.rulebook.counting import Method
from libs.signing import merkle
from services.governance.domain import vote_ballot as rules
from services.governance.domain.ballot import BallotChannel, BallotEntry, check_first_entry, check_revision, confirm_entry
from services.governance.domain.vote_ballot import Marks, VoteBallot, VotePoll, VoteRow, board_entry, board_leaf
from services.governance.domain.vote_lifecycle import Vote
from tests.unit.governance.counting_rules import make_rule
from tests.unit.governance.vote_terms import make_terms

NOW = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
PAT, SECRETARY, SECOND = uuid4(), uuid4(), uuid4()
PSEUDONYM = "0123456789ABCDEF"
ROW = VoteRow("a" * 64, PAT, PSEUDONYM, "member", bytes(32), bytes(32))
TREES = ("oak", "elm", "yew")
YES_NO = make_terms()
PLURALITY = make_terms(make_rule(method=Method.PLURALITY), options=TREES)
APPROVAL = make_terms(make_rule(method=Method.APPROVAL), options=TREES)
SCORE = make_terms(make_rule(method=Method.SCORE, highest_score=5), options=TREES)


@pytest.mark.parametrize(
    ("terms", "marks", "choice"),
    [
        (YES_NO, [("for", 0)], "for"),
        (YES_NO, [("abstain", 0)], "abstain"),
        (make_terms(method="consent"), [("object", 0)], "object"),
        (PLURALITY, [("yew", 0)], "yew"),
        (PLURALITY, [("abstain", 0)], "abstain"),
        (APPROVAL, [("yew", 0), ("elm", 0)], ("elm", "yew")),
        (APPROVAL, [], ()),
        (SCORE, [("oak", 5), ("elm", 0)], {"oak": 5, "elm": 0}),
        (SCORE, [], {}),
    ],
)
def test_what_may_be_chosen_is_written_as_the_board_wants_it(terms: VoteTerms, marks: Marks, choice: Choice) -> None:
    chosen = rules.parse_choice(terms, marks)
    assert chosen == choice
    assert rules.decode_choice(rules.encode_choice(chosen)) == choice
    assert sorted(rules.choice_marks(chosen)) == sorted(marks)
    ballot = VoteBallot(ROW, chosen, 1, BallotChannel.PAGE, NOW)
    assert entries.read_entry(board_entry(ballot)) == entries.BallotEntry(PSEUDONYM, choice)
    assert board_leaf(ballot) == merkle.leaf_hash(board_entry(ballot))


@pytest.mark.parametrize(
    ("terms", "marks", "reason"),
    [
        (YES_NO, [], "CHOICE_MISSING"),
        (YES_NO, [("maybe", 0)], "CHOICE_UNKNOWN"),
        (YES_NO, [("for", 0), ("against", 0)], "CHOICE_UNKNOWN"),
        (YES_NO, [("for", 1)], "CHOICE_UNKNOWN"),
        (YES_NO, [("\ud800", 0)], "CHOICE_UNKNOWN"),
        (APPROVAL, [("abstain", 0)], "CHOICE_UNKNOWN"),
        (APPROVAL, [("oak", 0), ("oak", 0)], "CHOICE_UNKNOWN"),
        (APPROVAL, [("\ud800", 0)], "CHOICE_UNKNOWN"),
        (SCORE, [("oak", 6)], "CHOICE_UNKNOWN"),
        (SCORE, [("oak", -1)], "CHOICE_UNKNOWN"),
        (SCORE, [("ash", 1)], "CHOICE_UNKNOWN"),
    ],
)
def test_what_the_terms_do_not_allow_never_reaches_the_board(terms: VoteTerms, marks: Marks, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.parse_choice(terms, marks)
    assert refused.value.reason == reason


def test_taking_a_ballot_back_is_an_entry_too() -> None:
    withdrawn = VoteBallot(ROW, None, 2, BallotChannel.PAGE, NOW)
    assert entries.read_entry(board_entry(withdrawn)) == entries.BallotEntry(PSEUDONYM, None)


def refusal_reason(row: VoteRow, shown: int) -> str:
    with pytest.raises(Refusal) as raised:
        check_revision(row, shown)
    return raised.value.reason


def test_a_row_casts_at_most_twenty_times() -> None:
    check_revision(replace(ROW, revision=19), 19)
    assert refusal_reason(replace(ROW, revision=20), 20) == "BALLOT_CHANGED_TOO_OFTEN"
    assert refusal_reason(replace(ROW, revision=3), 2) == "BALLOT_STALE"


def test_a_ballot_that_is_there_can_be_taken_back_and_no_other() -> None:
    voted = replace(ROW, revision=1, voted_at=NOW)
    vote = Vote(YES_NO.vote, YES_NO, observer=False, taken_at=NOW, stored_state=VoteState.OPEN)
    assert VotePoll(vote, voted).read_choice(None) is None
    for row in (ROW, replace(voted, withdrawn=True), replace(voted, lost_at=NOW)):
        with pytest.raises(Refusal) as raised:
            VotePoll(vote, row).read_choice(None)
        assert raised.value.reason == "CHOICE_MISSING"


def test_a_person_with_a_lost_ballot_must_vote_again() -> None:
    lost = replace(ROW, revision=1, voted_at=NOW, lost_at=NOW + timedelta(minutes=1))
    assert (lost.must_vote_again, lost.has_voted) == (True, False)
    again = replace(lost, revision=2, voted_at=NOW + timedelta(minutes=2))
    assert (again.must_vote_again, again.has_voted) == (False, True)
    assert not replace(ROW, lost_at=NOW).must_vote_again


def make_entry(recorder: UUID = SECRETARY, taken: BallotChannel = BallotChannel.PAPER) -> BallotEntry[str, Choice | None]:
    return BallotEntry(uuid4(), ROW.vote, PAT, "for", taken, recorder, NOW, 0)


def test_two_people_who_wrote_the_same_make_a_ballot() -> None:
    made = confirm_entry(ROW, check_first_entry(make_entry()), "for", SECOND, uuid4(), NOW, asked_for=False)
    assert made is not None
    assert (made.choice, made.revision, made.taken, made.recorders) == ("for", 1, BallotChannel.PAPER, (SECRETARY, SECOND))
    assert confirm_entry(ROW, make_entry(), "against", SECOND, uuid4(), NOW, asked_for=False) is None


def test_nobody_records_their_own_vote_nor_confirms_their_own_entry() -> None:
    for deed, reason in (
        (lambda: check_first_entry(make_entry(PAT)), "RECORDER_IS_VOTER"),
        (lambda: check_first_entry(make_entry(taken=BallotChannel.PAGE)), "TAKEN_UNKNOWN"),
        (lambda: confirm_entry(ROW, make_entry(), "for", PAT, uuid4(), NOW, asked_for=False), "RECORDER_IS_VOTER"),
        (lambda: confirm_entry(ROW, make_entry(), "for", SECRETARY, uuid4(), NOW, asked_for=False), "SAME_RECORDER"),
        (lambda: confirm_entry(replace(ROW, revision=1), make_entry(), "for", SECOND, uuid4(), NOW, asked_for=False), "BALLOT_STALE"),
    ):
        with pytest.raises(Refusal) as raised:
            deed()
        assert raised.value.reason == reason


@pytest.mark.capability("I5")
def test_of_a_vote_by_phone_both_say_that_the_person_asked_for_it() -> None:
    entry = make_entry(taken=BallotChannel.PHONE)
    asked = replace(entry, asked_for=True)
    for deed in (lambda: check_first_entry(entry), lambda: confirm_entry(ROW, asked, "for", SECOND, uuid4(), NOW, asked_for=False)):
        with pytest.raises(Invalid, match="PHONE_CONSENT_MISSING"):
            deed()
    ballot = confirm_entry(ROW, check_first_entry(asked), "for", SECOND, uuid4(), NOW, asked_for=True)
    assert ballot is not None
    assert (ballot.asked_for, ballot.taken) == (True, BallotChannel.PHONE)
    paper = confirm_entry(ROW, make_entry(), "for", SECOND, uuid4(), NOW, asked_for=True)
    assert paper is not None
    assert not paper.asked_for, "a paper shows itself what its person wants"
