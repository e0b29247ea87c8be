"""Introductions: every path of answers, and what each side can tell of the other's."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kith.matching.v1.enums import IntroductionStep
from libs.refusals import Conflict, FailedPrecondition
from libs.rulebook import MatchingRules
from services.matching.domain.introduction import (
    NEXT,
    Introduction,
    IntroductionKind,
    Side,
    begin,
    end_over_time,
    propose,
    say_no,
    say_yes,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
RULES = MatchingRules()
PERSON, WORKER = uuid4(), uuid4()
ANSWERS = tuple(itertools.product(Side, (True, False)))


PROPOSED = propose(UUID(int=1), PERSON, WORKER, uuid4(), NOW, RULES)
"""By a matching day: neither has asked."""
STEPS = [(kind, step) for kind, following in NEXT.items() for step in following]


def opened(side: Side = Side.PERSON, kind: IntroductionKind = IntroductionKind.SUPPORT) -> Introduction:
    return begin(UUID(int=1), PERSON, WORKER, side, NOW, RULES, kind)


def waiting_at(kind: IntroductionKind, step: IntroductionStep) -> Introduction:
    return Introduction(UUID(int=1), PERSON, WORKER, step, NOW, NOW + timedelta(days=14), kind=kind)


def answer(introduction: Introduction, side: Side, *, yes: bool, at: datetime = NOW) -> Introduction:
    return say_yes(introduction, side, introduction.step, at, RULES) if yes else say_no(introduction, side, at)


@pytest.mark.capability("T1", "T7")
@pytest.mark.parametrize(
    ("first", "yes_first"),
    [*((opened(side, kind), frozenset({side})) for side in Side for kind in IntroductionKind), (PROPOSED, frozenset())],
)
def test_no_path_leads_to_a_team_or_a_pair_without_the_yes_of_both_at_every_step(first: Introduction, yes_first: frozenset[Side]) -> None:
    """Every sequence of answers up to eight long: a step is taken exactly when both have said yes since it began.

    A no takes a yes back, but for that of who has asked.
    """
    kind, reached = first.kind, set()
    states = {first: yes_first}
    for _ in range(8):
        following: dict[Introduction, frozenset[Side]] = {}
        for introduction, yes_of in states.items():
            if introduction.until is None:
                continue
            for side, yes in ANSWERS:
                after = answer(introduction, side, yes=yes)
                stays = yes or (introduction.step is IntroductionStep.INTEREST and first is not PROPOSED)
                said = yes_of | {side} if yes else yes_of if stays else yes_of - {side}
                if said == set(Side):
                    assert after.step is NEXT[kind][introduction.step]
                    assert (after.person_said, after.worker_said) == (None, None)
                    following[after] = frozenset()
                else:
                    assert after.step is introduction.step
                    following[after] = said
                assert after.kind is kind
                reached.add(after.step)
        states = following
    assert (
        reached
        == {
            IntroductionKind.SUPPORT: {
                IntroductionStep.INTEREST,
                IntroductionStep.MEETING,
                IntroductionStep.TRIAL,
                IntroductionStep.JOINED,
            },
            IntroductionKind.PEER: {IntroductionStep.INTEREST, IntroductionStep.MEETING, IntroductionStep.PAIRED},
        }[kind]
    )


@pytest.mark.capability("T1", "T7")
@pytest.mark.parametrize("waiting", [*(waiting_at(kind, step) for kind, step in STEPS), PROPOSED], ids=lambda waiting: waiting.step)
def test_a_no_looks_like_silence_to_the_other_side(waiting: Introduction) -> None:
    """Whatever this side does, what the other side is shown is the same with a no as with no answer."""
    for side in Side:
        for own in (None, True):
            silent = answer(waiting, side, yes=True) if own else waiting
            refused = answer(silent, side.other, yes=False)
            for at in (NOW, NOW + timedelta(days=14)):
                seen = [
                    (shown.step, shown.since, shown.until, shown.said(side), shown.was_asked(side))
                    for shown in (end_over_time(silent, at), end_over_time(refused, at))
                ]
                assert seen[0] == seen[1]


@pytest.mark.capability("T1", "T7")
@pytest.mark.parametrize("kind", IntroductionKind)
@pytest.mark.parametrize("asks", Side)
def test_a_no_of_who_has_asked_looks_like_silence_too(kind: IntroductionKind, asks: Side) -> None:
    """All the way: that they asked still shows, the other's yes leads to meeting, and the yes to that leads nowhere."""

    def seen(introduction: Introduction) -> tuple[object, ...]:
        side = asks.other
        return introduction.step, introduction.since, introduction.until, introduction.said(side), introduction.was_asked(side)

    silent = opened(asks, kind)
    refused = answer(silent, asks, yes=False)
    assert seen(refused) == seen(silent)
    assert refused.was_asked(asks.other)
    for at in (NOW, NOW + timedelta(days=1)):
        silent, refused = (answer(one, asks.other, yes=True, at=at) for one in (silent, refused))
        assert seen(refused) == seen(silent)
    assert refused.step is IntroductionStep.MEETING
    again = answer(refused, asks, yes=False)
    assert again.said(asks) is False, "at a later step nothing of an answer shows: it is taken back"


def test_an_answer_belongs_to_the_step_that_was_shown() -> None:
    meeting = answer(opened(Side.PERSON), Side.WORKER, yes=True)

    with pytest.raises(Conflict, match="STEP_PASSED"):
        say_yes(meeting, Side.WORKER, IntroductionStep.INTEREST, NOW, RULES)
    assert meeting.until == NOW + timedelta(days=RULES.meeting_days)


def test_nothing_is_answered_once_it_is_over() -> None:
    introduction = opened()
    late = NOW + timedelta(days=RULES.interest_days)
    assert end_over_time(introduction, late - timedelta(microseconds=1)) == introduction
    over = end_over_time(introduction, late)
    assert (over.step, over.since, over.until) == (IntroductionStep.OVER, late, None)
    for state, at in ((over, NOW), (introduction, late)):
        for side, yes in ANSWERS:
            with pytest.raises(FailedPrecondition, match="INTRODUCTION_OVER"):
                answer(state, side, yes=yes, at=at)
    assert end_over_time(over, late) == over


def test_only_the_first_step_says_that_the_other_has_asked() -> None:
    asked = opened(Side.WORKER)
    assert (asked.was_asked(Side.PERSON), asked.was_asked(Side.WORKER)) == (True, False)
    meeting = answer(asked, Side.PERSON, yes=True)
    assert not answer(meeting, Side.WORKER, yes=True).was_asked(Side.PERSON)
