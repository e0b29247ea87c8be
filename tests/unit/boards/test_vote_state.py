"""The state of a vote: every state and transition, derived only from evidence and the clock."""

import hashlib
from collections.abc import Iterable

import pytest

from libs.boards import entries as kinds
from libs.boards import evidence
from libs.boards.documents import Objection, Settlement
from libs.boards.vote_state import (
    MISCONDUCT,
    NOT_CONCLUDED,
    SPLIT,
    TWO_OUTCOMES,
    Misconduct,
    VoteEvidence,
    VoteState,
    VoteStatus,
    all_participants_joined,
    all_ready_in_time,
    outcome_signers,
    proven_misconduct,
    ready_entries_agree,
    vote_status,
)
from tests.support.vote_boards import CLOSE, GRACE, OPEN_LATEST, START, WINDOW, T, VoteBoards, make_vote_boards, signed_outcome

THREE = ("ash", "birch", "cedar")
YES, NO = b"it passed", b"it did not pass"


def state_at(vote: VoteBoards, now: int) -> VoteState:
    return vote_status(vote.evidence(), now).state


def make_open_vote(*co_ops: str, observers: Iterable[str] = ()) -> VoteBoards:
    return make_vote_boards(*(co_ops or THREE), observers=observers).open_vote()


def make_signed_vote(votes: dict[str, Iterable[bytes]], *, co_ops: tuple[str, ...] = THREE, revision: int = 1) -> VoteBoards:
    """Closed, and each of these signed each of those."""
    vote = make_open_vote(*co_ops)
    vote.close()
    for co_op, said in votes.items():
        for data in said:
            vote.sign(co_op, data, revision)
    return vote


def status_after_end(
    vote: VoteBoards, now: int = T + 1, misconduct: Iterable[Misconduct] = (), objections: Iterable[Objection] = ()
) -> VoteStatus:
    return vote_status(vote.evidence(misconduct, objections), now)


def test_a_vote_is_proposed_until_somebody_joins() -> None:
    vote = make_vote_boards(*THREE)
    assert state_at(vote, START) is VoteState.PROPOSED
    assert vote_status(VoteEvidence(vote.terms, {}, {}), START).state is VoteState.PROPOSED

    vote.join("birch")
    assert state_at(vote, START) is VoteState.JOINING


def test_once_all_joined_the_rolls_are_there_to_be_looked_at() -> None:
    vote = make_vote_boards(*THREE, observers=["oak"])
    for co_op in THREE:
        assert not all_participants_joined(vote.evidence())
        vote.join(co_op)

    assert all_participants_joined(vote.evidence())
    assert state_at(vote, OPEN_LATEST) is VoteState.ROLLS


def test_it_is_open_as_soon_as_all_are_ready_and_agree_until_the_close() -> None:
    vote = make_vote_boards(*THREE)
    for co_op in THREE:
        vote.join(co_op)
        vote.roll(co_op, {"member": 2})
    vote.ready()

    assert ready_entries_agree(vote.evidence())
    assert [state_at(vote, now) for now in (OPEN_LATEST, CLOSE, CLOSE + 1, T, T + 1)] == [
        VoteState.OPEN,
        VoteState.OPEN,
        VoteState.CLOSING,
        VoteState.CLOSING,
        VoteState.PROVISIONAL,
    ]


def evidence_with_ready_entries(vote: VoteBoards, *entries: kinds.ReadyEntry) -> VoteEvidence:
    for co_op in vote.co_ops:
        vote.join(co_op)
        vote.roll(co_op, {"member": 2})
    for co_op, ready in zip(vote.co_ops, entries, strict=False):
        vote.append_entry(co_op, ready.data())
    vote.add_checkpoint(OPEN_LATEST - 1)
    return vote.evidence()


def make_ready_entry(vote: VoteBoards, size: int = 5) -> kinds.ReadyEntry:
    return kinds.ReadyEntry(tuple((co_op, size, _root(vote, co_op, size)) for co_op in vote.co_ops))


def _root(vote: VoteBoards, co_op: str, size: int) -> bytes:
    made = make_vote_boards(*vote.co_ops)
    made.join(co_op)
    made.roll(co_op, {"member": 2})
    made.entries[co_op] = made.entries[co_op][:size]
    return made.root(co_op)


def test_readies_that_are_missing_or_different_or_wrong_do_not_open_it() -> None:
    plain = make_ready_entry(make_vote_boards(*THREE))
    other = kinds.ReadyEntry((*plain.rolls[:2], ("cedar", 5, b"1" * 32)))
    short = kinds.ReadyEntry(plain.rolls[:2])

    assert ready_entries_agree(evidence_with_ready_entries(make_vote_boards(*THREE), plain, plain, plain))
    for said in ([plain, plain], [plain, plain, other], [other] * 3, [short] * 3, [make_ready_entry(make_vote_boards(*THREE), 4)] * 3):
        evidence = evidence_with_ready_entries(make_vote_boards(*THREE), *said)
        assert not ready_entries_agree(evidence)
        assert vote_status(evidence, OPEN_LATEST).state is VoteState.ROLLS
        assert vote_status(evidence, OPEN_LATEST + 1).state is VoteState.VOID


def test_it_is_void_when_somebody_was_not_seen_ready_in_time_and_open_again_when_evidence_of_it_comes() -> None:
    vote = make_vote_boards(*THREE, "dell")
    for co_op in vote.co_ops:
        vote.join(co_op)
        vote.roll(co_op, {"member": 2})
    vote.ready(OPEN_LATEST + 1)
    assert vote.terms.q == 2
    vote.add_checkpoint(OPEN_LATEST, witnesses=["ash"])
    assert state_at(vote, OPEN_LATEST) is VoteState.OPEN
    assert state_at(vote, OPEN_LATEST + 1) is VoteState.VOID

    vote.add_checkpoint(OPEN_LATEST, witnesses=["birch", "cedar"])
    assert all_ready_in_time(vote.evidence())
    assert state_at(vote, OPEN_LATEST + 1) is VoteState.OPEN


def test_a_vote_that_nobody_joined_is_void_too() -> None:
    assert state_at(make_vote_boards(*THREE), OPEN_LATEST + 1) is VoteState.VOID


@pytest.mark.parametrize(("participants", "needed"), [(2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)])
def test_it_is_final_once_more_than_half_signed_the_same(participants: int, needed: int) -> None:
    co_ops = tuple(f"co-op-{number}" for number in range(participants))
    few = status_after_end(make_signed_vote({co_op: [YES] for co_op in co_ops[: needed - 1]}, co_ops=co_ops))
    enough = status_after_end(make_signed_vote({co_op: [YES] for co_op in co_ops[:needed]}, co_ops=co_ops))

    assert (few.state, few.why) == (VoteState.PROVISIONAL, "")
    assert (enough.state, enough.contested, enough.outcome) == (VoteState.FINAL, False, hashlib.sha256(YES).digest())
    assert enough.signatures == {hashlib.sha256(YES).digest(): frozenset(co_ops[:needed])}


def test_before_t_no_signature_makes_it_final() -> None:
    vote = make_signed_vote({co_op: [YES] for co_op in THREE})
    assert state_at(vote, T) is VoteState.CLOSING
    assert state_at(vote, T + 1) is VoteState.FINAL


def test_an_observer_signs_nothing() -> None:
    vote = make_open_vote("ash", "birch", observers=["oak"])
    vote.close()
    vote.sign("ash", YES)
    vote.sign("oak", YES)

    assert outcome_signers(vote.evidence(), 1) == {hashlib.sha256(YES).digest(): frozenset({"ash"})}
    assert state_at(vote, T + 1) is VoteState.PROVISIONAL


def test_an_objection_in_the_window_contests_it_and_one_outside_does_not() -> None:
    vote = make_signed_vote({"ash": [YES], "birch": [YES]})

    def contested(when: int) -> bool:
        return status_after_end(vote, T + 10, objections=[Objection(vote.terms.vote, "cedar", when, "GM-1")]).contested

    assert [contested(when) for when in (T, T + 1, T + WINDOW, T + WINDOW + 1)] == [False, True, True, False]


def test_misconduct_contests_what_is_final_and_disputes_what_is_not() -> None:
    fork = [Misconduct("fork", "cedar")]

    assert status_after_end(make_signed_vote({"ash": [YES], "birch": [YES]}), misconduct=fork).contested
    where = status_after_end(make_signed_vote({"ash": [YES]}), misconduct=fork)
    assert (where.state, where.why) == (VoteState.DISPUTED, MISCONDUCT)


def test_misconduct_that_the_boards_show_needs_no_paper() -> None:
    vote = make_open_vote()
    vote.add_checkpoint(CLOSE + 60)
    for one in THREE:
        vote.append_entry(
            one, kinds.ClosedEntry(tuple((other, 4, b"0" * 32, CLOSE + 60) for other in THREE if one == "cedar" and other != one)).data()
        )
    for one in THREE[:2]:
        vote.sign(one, YES)

    assert proven_misconduct(vote.evidence()) == {Misconduct("late_cosignature", co_op) for co_op in THREE}
    assert status_after_end(vote).contested
    assert proven_misconduct(make_signed_vote({"ash": [YES, NO], "birch": [YES]}).evidence()) == {Misconduct("double_outcome", "ash")}
    assert status_after_end(make_signed_vote({"ash": [YES, NO], "birch": [YES]})).contested
    assert status_after_end(make_signed_vote({"ash": [YES, NO]})).why == MISCONDUCT
    assert proven_misconduct(make_signed_vote({"ash": [YES]}).evidence()) == frozenset()


def test_a_second_outcome_that_only_a_paper_shows_counts_too() -> None:
    vote = make_signed_vote({"ash": [YES], "birch": [YES], "cedar": [NO]})
    paper = evidence.double_outcome(signed_outcome(vote.terms, "ash", YES), signed_outcome(vote.terms, "ash", NO))
    found = evidence.read_evidence(vote.terms, vote.boards(), paper)
    assert isinstance(found, Misconduct)

    where = status_after_end(vote, misconduct=[found])
    assert (where.state, where.why) == (VoteState.DISPUTED, TWO_OUTCOMES)


def test_two_outcomes_with_enough_signatures_are_a_dispute() -> None:
    where = status_after_end(make_signed_vote({"ash": [YES, NO], "birch": [YES], "cedar": [NO]}))

    assert (where.state, where.why, where.outcome) == (VoteState.DISPUTED, TWO_OUTCOMES, b"")


def test_a_split_that_none_can_win_any_more_is_a_dispute_at_once() -> None:
    four = ("ash", "birch", "cedar", "dell")
    open_still = status_after_end(make_signed_vote({"ash": [YES], "birch": [NO], "cedar": [YES]}, co_ops=four))
    split = status_after_end(make_signed_vote({"ash": [YES], "birch": [NO], "cedar": [YES], "dell": [NO]}, co_ops=four))

    assert (open_still.state, open_still.why) == (VoteState.PROVISIONAL, "")
    assert (split.state, split.why) == (VoteState.DISPUTED, SPLIT)
    assert status_after_end(make_signed_vote({"ash": [YES], "birch": [NO]}, co_ops=("ash", "birch"))).why == SPLIT


def test_who_signs_two_counts_for_each_and_hides_no_certificate() -> None:
    where = status_after_end(make_signed_vote({"ash": [YES, NO], "birch": [YES]}))

    assert (where.state, where.outcome) == (VoteState.FINAL, hashlib.sha256(YES).digest())
    assert where.signatures == {hashlib.sha256(YES).digest(): frozenset({"ash", "birch"}), hashlib.sha256(NO).digest(): frozenset({"ash"})}


def test_without_a_certificate_it_is_not_concluded_after_grace_and_window() -> None:
    vote = make_signed_vote({"ash": [YES]})
    last = T + GRACE + WINDOW

    assert status_after_end(vote, last).state is VoteState.PROVISIONAL
    where = status_after_end(vote, last + 1)
    assert (where.state, where.why) == (VoteState.DISPUTED, NOT_CONCLUDED)


def status_after_settlement(vote: VoteBoards, kind: str, misconduct: Iterable[Misconduct] = ()) -> VoteStatus:
    cuts = tuple((co_op, 5) for co_op in THREE) if kind == "cuts" else ()
    found = vote.evidence(misconduct)
    return vote_status(
        VoteEvidence(vote.terms, found.boards, found.witnessed, found.misconduct, (), Settlement(vote.terms.vote, 2, kind, cuts, ())), T + 9
    )


def test_a_settlement_annuls_whatever_there_was() -> None:
    for vote in (make_signed_vote({co_op: [YES] for co_op in THREE}), make_signed_vote({"ash": [YES, NO], "birch": [YES], "cedar": [NO]})):
        where = status_after_settlement(vote, "annul")
        assert (where.state, where.revision) == (VoteState.ANNULLED, 2)


def test_a_settlement_of_cuts_asks_for_another_revision_and_the_first_counts_no_more() -> None:
    first = status_after_settlement(make_signed_vote({co_op: [YES] for co_op in THREE}), "cuts")
    assert (first.state, first.revision) == (VoteState.PROVISIONAL, 2)

    vote = make_signed_vote({"ash": [YES, NO], "birch": [YES], "cedar": [NO]})
    for one in THREE[:2]:
        vote.sign(one, NO, 2)
    where = status_after_settlement(vote, "cuts", [Misconduct("double_outcome", "ash")])
    assert (where.state, where.revision, where.outcome) == (VoteState.FINAL, 2, hashlib.sha256(NO).digest())
    assert not where.contested
