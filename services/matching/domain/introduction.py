"""An introduction: how a person and somebody who gives support get to know each other, step by step; or two peers.

| step     | both said yes to        | then      | between peers | without both, after the days of the rulebook |
|----------|-------------------------|-----------|---------------|----------------------------------------------|
| interest | meeting                 | meeting   | meeting       | over                                         |
| meeting  | trying it; being a pair | trial     | paired        | over                                         |
| trial    | the one joins the team  | joined    |               | over                                         |
| joined   |                         |           |               |                                              |
| paired   |                         |           |               |                                              |
| over     |                         |           |               |                                              |

- Each step begins with no answers, so that no step is taken with one yes, and an earlier yes never counts for a later step.
- A no is private: it stops nothing that the other side could see, and no number that they get counts answers. The step goes on until its
  day, as it would without any answer, and a yes of the other side changes nothing. Until that day the one who said no may say yes.
- Who began at interest has asked, which the other side sees: that yes stays, whatever they think of it later. The other side's yes then
  leads to meeting, as without the no, and there the one who said no, who no longer sees the other, gives no answer.
- When a step is over, the two are not proposed to each other again, until both have asked for it: after a no as after silence.
- A matching day proposes two to each other at the first step, with no answers: neither has asked, and neither sees what the other says.
- Offers are shown to every member, so one whose owner said no is closed to that person altogether: not found, not opened, not asked.
- A trial is over at once when a review of it ends it (`review.py`), and every step once one of the two is no longer a member.
- Who joins the team in another way, by an invitation, has joined: nothing is left to answer, and no end of a step parts them.
- Peers have no sides: the one with the smaller id stands on the first, so that both directions are one pair (`peer_pair.py`). They are
  done once they have met and both want to be a pair: no trial, no rate, no review.
- To take part in a trial a worker needs what the rulebook asks for before a first visit. Either side's yes to trying it is refused without,
  whatever the other has said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kith.matching.v1.enums import IntroductionStep
from libs.refusals import Conflict, FailedPrecondition
from libs.rulebook import MatchingRules


class IntroductionKind(StrEnum):
    """Between a person and somebody who gives support, or between peers."""

    SUPPORT = "support"
    PEER = "peer"


NEXT: Mapping[IntroductionKind, Mapping[IntroductionStep, IntroductionStep]] = {
    IntroductionKind.SUPPORT: {
        IntroductionStep.INTEREST: IntroductionStep.MEETING,
        IntroductionStep.MEETING: IntroductionStep.TRIAL,
        IntroductionStep.TRIAL: IntroductionStep.JOINED,
    },
    IntroductionKind.PEER: {
        IntroductionStep.INTEREST: IntroductionStep.MEETING,
        IntroductionStep.MEETING: IntroductionStep.PAIRED,
    },
}
"""By kind, the step after each that waits for answers."""


class Side(StrEnum):
    """Of an introduction."""

    PERSON = "person"
    WORKER = "worker"

    @property
    def other(self) -> "Side":
        return Side.WORKER if self is Side.PERSON else Side.PERSON


@dataclass(frozen=True)
class Introduction:
    """Of two people. `until` is when its step is over without the yes of both; None once it waits for nobody."""

    id: UUID
    person: UUID
    worker: UUID
    step: IntroductionStep
    since: datetime
    until: datetime | None
    person_said: bool | None = None
    worker_said: bool | None = None
    """Yes, no, or nothing so far, at this step."""
    kind: IntroductionKind = IntroductionKind.SUPPORT
    matching_day: UUID | None = None
    """The day that proposed it, where one of the two did not ask."""

    def side_of(self, one: UUID) -> Side:
        """The side of one of the two."""
        return Side.PERSON if one == self.person else Side.WORKER

    def other(self, one: UUID) -> UUID:
        """The other of the two."""
        return self.worker if one == self.person else self.person

    def said(self, side: Side) -> bool | None:
        return self.person_said if side is Side.PERSON else self.worker_said

    def is_live(self, now: datetime) -> bool:
        """Whether it still waits for answers."""
        return self.until is not None and now < self.until

    def was_asked(self, side: Side) -> bool:
        """Whether this side sees that the other has asked: only at the first step, where one of them opened it.

        Who has not answered there has been asked. What the other says now is not looked at, so that it cannot show.
        """
        return self.step is IntroductionStep.INTEREST and self.matching_day is None and self.said(side) is None


def begin(
    new_id: UUID,
    person: UUID,
    worker: UUID,
    side: Side,
    now: datetime,
    rules: MatchingRules,
    kind: IntroductionKind = IntroductionKind.SUPPORT,
) -> Introduction:
    """With the yes of the side that begins."""
    step = IntroductionStep.INTEREST
    opened = Introduction(new_id, person, worker, step, now, _until(step, now, rules), kind=kind)
    return _with_answer(opened, side, yes=True)


def propose(new_id: UUID, person: UUID, worker: UUID, matching_day: UUID, now: datetime, rules: MatchingRules) -> Introduction:
    """Without the yes of either: a matching day paired them."""
    step = IntroductionStep.INTEREST
    return Introduction(new_id, person, worker, step, now, _until(step, now, rules), matching_day=matching_day)


def say_yes(introduction: Introduction, side: Side, shown: IntroductionStep, now: datetime, rules: MatchingRules) -> Introduction:
    """`shown` is the step that the page showed. Raises FailedPrecondition INTRODUCTION_OVER, Conflict STEP_PASSED."""
    _require_live(introduction, now)
    if shown is not introduction.step:
        raise Conflict("STEP_PASSED", step=introduction.step.value)
    answered = _with_answer(introduction, side, yes=True)
    if not (answered.person_said and answered.worker_said):
        return answered
    following = NEXT[introduction.kind][introduction.step]
    return replace(answered, step=following, since=now, until=_until(following, now, rules), person_said=None, worker_said=None)


def say_no(introduction: Introduction, side: Side, now: datetime) -> Introduction:
    """The step and its end stay as they are, and so does the yes of who has asked. Raises FailedPrecondition INTRODUCTION_OVER."""
    _require_live(introduction, now)
    if introduction.step is IntroductionStep.INTEREST and introduction.matching_day is None and introduction.said(side):
        # Taken back, it would show: the other's yes would not lead to meeting.
        return introduction
    return _with_answer(introduction, side, yes=False)


def end_over_time(introduction: Introduction, now: datetime) -> Introduction:
    """Over, once its time has gone by; unchanged before."""
    if introduction.until is None or now < introduction.until:
        return introduction
    return replace(introduction, step=IntroductionStep.OVER, since=introduction.until, until=None)


def end_by_joining(introduction: Introduction, now: datetime) -> Introduction:
    """Joined, at whatever step they were: the one accepted an invitation to the other's team."""
    return replace(introduction, step=IntroductionStep.JOINED, since=now, until=None, person_said=None, worker_said=None)


def end_at_once(introduction: Introduction, now: datetime) -> Introduction:
    """Over: both were asked how the trial goes (`review.py`), and it ends; or one of them is no longer a member."""
    return replace(introduction, step=IntroductionStep.OVER, since=now, until=None)


def _require_live(introduction: Introduction, now: datetime) -> None:
    if not introduction.is_live(now):
        raise FailedPrecondition("INTRODUCTION_OVER")


def _until(step: IntroductionStep, now: datetime, rules: MatchingRules) -> datetime | None:
    """None for a step that waits for nobody."""
    days = {
        IntroductionStep.INTEREST: rules.interest_days,
        IntroductionStep.MEETING: rules.meeting_days,
        IntroductionStep.TRIAL: rules.trial_days,
    }
    return now + timedelta(days=days[step]) if step in days else None


def _with_answer(introduction: Introduction, side: Side, *, yes: bool) -> Introduction:
    return replace(introduction, person_said=yes) if side is Side.PERSON else replace(introduction, worker_said=yes)
