"""Where a vote stands: every state, every way out of it, and nothing but evidence and the clock in between."""

import hashlib
from collections.abc import Iterable

import pytest

from libs.boards import entries as kinds
from libs.boards import evidence
from libs.boards.papers import Objection, Settlement
from libs.boards.standing import (
    MISCONDUCT,
    NOT_CONCLUDED,
    SPLIT,
    TWO_OUTCOMES,
    Evidence,
    Misconduct,
    State,
    Where,
    all_joined,
    proven,
    readies_agree,
    ready_in_time,
    signatures,
    stand,
)
from tests.support.boards import CLOSE, GRACE, OPEN_LATEST, START, WINDOW, T, WholeVote, signed_outcome, some_vote

THREE = ("ash", "birch", "cedar")
YES, NO = b"it passed", b"it did not pass"


def at(vote: WholeVote, now: int) -> State:
    return stand(vote.evidence(), now).state


def opened(*co_ops: str, observers: Iterable[str] = ()) -> WholeVote:
    return some_vote(*(co_ops or THREE), observers=observers).begin()


def signed(votes: dict[str, Iterable[bytes]], *, co_ops: tuple[str, ...] = THREE, revision: int = 1) -> WholeVote:
    """Closed, and each of these signed each of those."""
    vote = opened(*co_ops)
    vote.close()
    for co_op, said in votes.items():
        for data in said:
            vote.sign(co_op, data, revision)
    return vote


def ended(vote: WholeVote, now: int = T + 1, misconduct: Iterable[Misconduct] = (), objections: Iterable[Objection] = ()) -> Where:
    return stand(vote.evidence(misconduct, objections), now)


def test_a_vote_is_proposed_until_somebody_joins() -> None:
    vote = some_vote(*THREE)
    assert at(vote, START) is State.PROPOSED
    assert stand(Evidence(vote.terms, {}, {}), START).state is State.PROPOSED

    vote.join("birch")
    assert at(vote, START) is State.JOINING


def test_once_all_joined_the_rolls_are_there_to_be_looked_at() -> None:
    vote = some_vote(*THREE, observers=["oak"])
    for one in THREE:
        assert not all_joined(vote.evidence())
        vote.join(one)

    assert all_joined(vote.evidence())
    assert at(vote, OPEN_LATEST) is State.ROLLS


def test_it_is_open_as_soon_as_all_are_ready_and_agree_until_the_close() -> None:
    vote = some_vote(*THREE)
    for one in THREE:
        vote.join(one)
        vote.roll(one, {"member": 2})
    vote.ready()

    assert readies_agree(vote.evidence())
    assert [at(vote, now) for now in (OPEN_LATEST, CLOSE, CLOSE + 1, T, T + 1)] == [
        State.OPEN,
        State.OPEN,
        State.CLOSING,
        State.CLOSING,
        State.PROVISIONAL,
    ]


def readies_of(vote: WholeVote, *said: kinds.Ready) -> Evidence:
    for one in vote.co_ops:
        vote.join(one)
        vote.roll(one, {"member": 2})
    for one, ready in zip(vote.co_ops, said, strict=False):
        vote.say(one, ready.data())
    vote.head(OPEN_LATEST - 1)
    return vote.evidence()


def right(vote: WholeVote, size: int = 5) -> kinds.Ready:
    return kinds.Ready(tuple((one, size, _root(vote, one, size)) for one in vote.co_ops))


def _root(vote: WholeVote, co_op: str, size: int) -> bytes:
    made = some_vote(*vote.co_ops)
    made.join(co_op)
    made.roll(co_op, {"member": 2})
    made.entries[co_op] = made.entries[co_op][:size]
    return made.root(co_op)


def test_readies_that_are_missing_or_different_or_wrong_do_not_open_it() -> None:
    plain = right(some_vote(*THREE))
    other = kinds.Ready((*plain.rolls[:2], ("cedar", 5, b"1" * 32)))
    short = kinds.Ready(plain.rolls[:2])

    assert readies_agree(readies_of(some_vote(*THREE), plain, plain, plain))
    for said in ([plain, plain], [plain, plain, other], [other] * 3, [short] * 3, [right(some_vote(*THREE), 4)] * 3):
        evidence = readies_of(some_vote(*THREE), *said)
        assert not readies_agree(evidence)
        assert stand(evidence, OPEN_LATEST).state is State.ROLLS
        assert stand(evidence, OPEN_LATEST + 1).state is State.VOID


def test_it_is_void_when_somebody_was_not_seen_ready_in_time_and_open_again_when_evidence_of_it_comes() -> None:
    vote = some_vote(*THREE, "dell")
    for one in vote.co_ops:
        vote.join(one)
        vote.roll(one, {"member": 2})
    vote.ready(OPEN_LATEST + 1)
    assert vote.terms.q == 2
    vote.head(OPEN_LATEST, witnesses=["ash"])
    assert at(vote, OPEN_LATEST) is State.OPEN
    assert at(vote, OPEN_LATEST + 1) is State.VOID

    vote.head(OPEN_LATEST, witnesses=["birch", "cedar"])
    assert ready_in_time(vote.evidence())
    assert at(vote, OPEN_LATEST + 1) is State.OPEN


def test_a_vote_that_nobody_joined_is_void_too() -> None:
    assert at(some_vote(*THREE), OPEN_LATEST + 1) is State.VOID


@pytest.mark.parametrize(("participants", "needed"), [(2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)])
def test_it_is_final_once_more_than_half_signed_the_same(participants: int, needed: int) -> None:
    co_ops = tuple(f"co-op-{number}" for number in range(participants))
    few = ended(signed({one: [YES] for one in co_ops[: needed - 1]}, co_ops=co_ops))
    enough = ended(signed({one: [YES] for one in co_ops[:needed]}, co_ops=co_ops))

    assert (few.state, few.why) == (State.PROVISIONAL, "")
    assert (enough.state, enough.contested, enough.outcome) == (State.FINAL, False, hashlib.sha256(YES).digest())
    assert enough.signatures == {hashlib.sha256(YES).digest(): frozenset(co_ops[:needed])}


def test_before_t_no_signature_makes_it_final() -> None:
    vote = signed({one: [YES] for one in THREE})
    assert at(vote, T) is State.CLOSING
    assert at(vote, T + 1) is State.FINAL


def test_an_observer_signs_nothing() -> None:
    vote = opened("ash", "birch", observers=["oak"])
    vote.close()
    vote.sign("ash", YES)
    vote.sign("oak", YES)

    assert signatures(vote.evidence(), 1) == {hashlib.sha256(YES).digest(): frozenset({"ash"})}
    assert at(vote, T + 1) is State.PROVISIONAL


def test_an_objection_in_the_window_contests_it_and_one_outside_does_not() -> None:
    vote = signed({"ash": [YES], "birch": [YES]})

    def contested(when: int) -> bool:
        return ended(vote, T + 10, objections=[Objection(vote.terms.vote, "cedar", when, "GM-1")]).contested

    assert [contested(when) for when in (T, T + 1, T + WINDOW, T + WINDOW + 1)] == [False, True, True, False]


def test_misconduct_contests_what_is_final_and_disputes_what_is_not() -> None:
    fork = [Misconduct("fork", "cedar")]

    assert ended(signed({"ash": [YES], "birch": [YES]}), misconduct=fork).contested
    where = ended(signed({"ash": [YES]}), misconduct=fork)
    assert (where.state, where.why) == (State.DISPUTED, MISCONDUCT)


def test_misconduct_that_the_boards_show_needs_no_paper() -> None:
    vote = opened()
    vote.head(CLOSE + 60)
    for one in THREE:
        vote.say(one, kinds.Closed(tuple((other, 4, b"0" * 32, CLOSE + 60) for other in THREE if one == "cedar" and other != one)).data())
    for one in THREE[:2]:
        vote.sign(one, YES)

    assert proven(vote.evidence()) == {Misconduct("late_cosignature", one) for one in THREE}
    assert ended(vote).contested
    assert proven(signed({"ash": [YES, NO], "birch": [YES]}).evidence()) == {Misconduct("double_outcome", "ash")}
    assert ended(signed({"ash": [YES, NO], "birch": [YES]})).contested
    assert ended(signed({"ash": [YES, NO]})).why == MISCONDUCT
    assert proven(signed({"ash": [YES]}).evidence()) == frozenset()


def test_a_second_outcome_that_only_a_paper_shows_counts_too() -> None:
    vote = signed({"ash": [YES], "birch": [YES], "cedar": [NO]})
    paper = evidence.double_outcome(signed_outcome(vote.terms, "ash", YES), signed_outcome(vote.terms, "ash", NO))
    found = evidence.read_paper(vote.terms, vote.boards(), paper)
    assert isinstance(found, Misconduct)

    where = ended(vote, misconduct=[found])
    assert (where.state, where.why) == (State.DISPUTED, TWO_OUTCOMES)


def test_two_outcomes_with_enough_signatures_are_a_dispute() -> None:
    where = ended(signed({"ash": [YES, NO], "birch": [YES], "cedar": [NO]}))

    assert (where.state, where.why, where.outcome) == (State.DISPUTED, TWO_OUTCOMES, b"")


def test_a_split_that_none_can_win_any_more_is_a_dispute_at_once() -> None:
    four = ("ash", "birch", "cedar", "dell")
    open_still = ended(signed({"ash": [YES], "birch": [NO], "cedar": [YES]}, co_ops=four))
    split = ended(signed({"ash": [YES], "birch": [NO], "cedar": [YES], "dell": [NO]}, co_ops=four))

    assert (open_still.state, open_still.why) == (State.PROVISIONAL, "")
    assert (split.state, split.why) == (State.DISPUTED, SPLIT)
    assert ended(signed({"ash": [YES], "birch": [NO]}, co_ops=("ash", "birch"))).why == SPLIT


def test_who_signs_two_counts_for_each_and_hides_no_certificate() -> None:
    where = ended(signed({"ash": [YES, NO], "birch": [YES]}))

    assert (where.state, where.outcome) == (State.FINAL, hashlib.sha256(YES).digest())
    assert where.signatures == {hashlib.sha256(YES).digest(): frozenset({"ash", "birch"}), hashlib.sha256(NO).digest(): frozenset({"ash"})}


def test_without_a_certificate_it_is_not_concluded_after_grace_and_window() -> None:
    vote = signed({"ash": [YES]})
    last = T + GRACE + WINDOW

    assert ended(vote, last).state is State.PROVISIONAL
    where = ended(vote, last + 1)
    assert (where.state, where.why) == (State.DISPUTED, NOT_CONCLUDED)


def settled(vote: WholeVote, kind: str, misconduct: Iterable[Misconduct] = ()) -> Where:
    cuts = tuple((one, 5) for one in THREE) if kind == "cuts" else ()
    found = vote.evidence(misconduct)
    return stand(
        Evidence(vote.terms, found.boards, found.held, found.misconduct, (), Settlement(vote.terms.vote, 2, kind, cuts, ())), T + 9
    )


def test_a_settlement_annuls_whatever_there_was() -> None:
    for vote in (signed({one: [YES] for one in THREE}), signed({"ash": [YES, NO], "birch": [YES], "cedar": [NO]})):
        where = settled(vote, "annul")
        assert (where.state, where.revision) == (State.ANNULLED, 2)


def test_a_settlement_of_cuts_asks_for_another_revision_and_the_first_counts_no_more() -> None:
    first = settled(signed({one: [YES] for one in THREE}), "cuts")
    assert (first.state, first.revision) == (State.PROVISIONAL, 2)

    vote = signed({"ash": [YES, NO], "birch": [YES], "cedar": [NO]})
    for one in THREE[:2]:
        vote.sign(one, NO, 2)
    where = settled(vote, "cuts", [Misconduct("double_outcome", "ash")])
    assert (where.state, where.revision, where.outcome) == (State.FINAL, 2, hashlib.sha256(NO).digest())
    assert not where.contested
