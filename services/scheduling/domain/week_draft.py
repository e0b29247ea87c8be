"""A draft of a week: the engine proposes who could come, each worker and person answers, and the planner publishes what all agreed to.

| state     | stop   | finish | fail   | choose | send  | publish   | drop    |
|-----------|--------|--------|--------|--------|-------|-----------|---------|
| making    | making | draft  | failed | -      | -     | -         | dropped |
| draft     | -      | -      | -      | draft  | asked | -         | dropped |
| asked     | -      | -      | -      | asked  | -     | published | dropped |
| published | -      | -      | -      | -      | -     | -         | -       |
| dropped   | -      | -      | -      | -      | -     | -         | -       |
| failed    | -      | -      | -      | -      | -     | -         | -       |

- The planner is the owner of a team, for the visits to themselves, or who wears the hat that the rulebook names, for those to all who
  agreed to be drafted together.
- Nobody is in a draft who has not said beforehand that they may be. Until it is sent, nobody but the planner knows of it.
- A part is what is proposed for one visit. It is agreed once every worker whom it touches has said yes, those who would come and those in
  whose place they would; the person may say "not this one". Every part stands by itself: it breaks no rule without the others.
- What the planner publishes is what they have seen: the chosen parts, each still agreed and its visit as the draft knew it, or nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kith.scheduling.v1.enums import DraftAnswer, DraftPart, DraftPlaceKind, WeekDraftState
from libs.refusals import Conflict, FailedPrecondition, invalid


class DraftStep(StrEnum):
    """What becomes of a draft."""

    STOP = "stop"
    FINISH = "finish"
    FAIL = "fail"
    CHOOSE = "choose"
    SEND = "send"
    PUBLISH = "publish"
    DROP = "drop"


NEXT: Mapping[WeekDraftState, Mapping[DraftStep, WeekDraftState]] = {
    WeekDraftState.MAKING: {
        DraftStep.STOP: WeekDraftState.MAKING,
        DraftStep.FINISH: WeekDraftState.DRAFT,
        DraftStep.FAIL: WeekDraftState.FAILED,
        DraftStep.DROP: WeekDraftState.DROPPED,
    },
    WeekDraftState.DRAFT: {
        DraftStep.CHOOSE: WeekDraftState.DRAFT,
        DraftStep.SEND: WeekDraftState.ASKED,
        DraftStep.DROP: WeekDraftState.DROPPED,
    },
    WeekDraftState.ASKED: {
        DraftStep.CHOOSE: WeekDraftState.ASKED,
        DraftStep.PUBLISH: WeekDraftState.PUBLISHED,
        DraftStep.DROP: WeekDraftState.DROPPED,
    },
    WeekDraftState.PUBLISHED: {},
    WeekDraftState.DROPPED: {},
    WeekDraftState.FAILED: {},
}
_REFUSALS = {
    WeekDraftState.MAKING: "WEEK_DRAFT_IN_THE_MAKING",
    WeekDraftState.DRAFT: "WEEK_DRAFT_NOT_ASKED",
    WeekDraftState.ASKED: "WEEK_DRAFT_ASKED",
}
_SEEDS = 1_000_000


@dataclass(frozen=True)
class WeekDraft:
    """`seed`, `iterations`, `engine` and `inputs_hash`, the SHA-256 of its record, make the same plan again on any machine."""

    id: UUID
    planner: UUID
    together: bool
    monday: date
    state: WeekDraftState
    seed: int
    iterations: int
    started_at: datetime
    done: int = 0
    stop_asked: bool = False
    engine: str = ""
    inputs_hash: str = ""
    absent: UUID | None = None
    """Without whom the week is planned."""
    rulebook_hash: str = ""
    """Of the rulebook whose weights count; empty for the usual ones."""
    visits_without_way: int = 0
    workers_without_way: int = 0


@dataclass(frozen=True)
class DraftVisit:
    """A visit as the draft knew it: at which version, and which number stands for it in the record."""

    draft: UUID
    visit: UUID
    number: int
    planner: UUID
    person: UUID
    team: UUID
    starts: datetime
    ends: datetime
    workers: int
    version: int
    answer: DraftAnswer = DraftAnswer.WAITING
    """Of the person: WAITING while they have not said "not this one"."""
    published: bool = False


@dataclass(frozen=True)
class DraftPlace:
    """A worker of a visit, as the draft would have it."""

    draft: UUID
    visit: UUID
    worker: UUID
    planner: UUID
    person: UUID
    kind: DraftPlaceKind
    answer: DraftAnswer = DraftAnswer.WAITING
    answered_at: datetime | None = None
    chosen: bool = False
    """By the planner, not by the engine."""

    @property
    def is_change(self) -> bool:
        return self.kind is not DraftPlaceKind.STAYS


@dataclass(frozen=True)
class VisitNow:
    """What a visit is like at the moment: it takes place and has not started, at this version, and these workers come."""

    version: int
    coming: frozenset[UUID]


def start(
    new_id: UUID, planner: UUID, monday: date, iterations: int, now: datetime, *, together: bool, absent: UUID | None = None
) -> WeekDraft:
    """The seed is of no meaning; a short one can be read out."""
    return WeekDraft(new_id, planner, together, monday, WeekDraftState.MAKING, new_id.int % _SEEDS, iterations, now, absent=absent)


def step(draft: WeekDraft, what: DraftStep) -> WeekDraft:
    """Raises FailedPrecondition WEEK_DRAFT_IN_THE_MAKING, WEEK_DRAFT_NOT_ASKED, WEEK_DRAFT_ASKED or WEEK_DRAFT_OVER."""
    following = NEXT[draft.state].get(what)
    if following is None:
        raise FailedPrecondition(_REFUSALS.get(draft.state, "WEEK_DRAFT_OVER"))
    return replace(draft, state=following, stop_asked=draft.stop_asked or what is DraftStep.STOP)


def changes_between(published: Collection[UUID], planned: Collection[UUID]) -> Mapping[UUID, DraftPlaceKind]:
    """Who stays, comes and goes, by worker."""
    kinds = {worker: DraftPlaceKind.STAYS for worker in published if worker in planned}
    kinds |= {worker: DraftPlaceKind.NEW for worker in planned if worker not in published}
    return kinds | {worker: DraftPlaceKind.GONE for worker in published if worker not in planned}


def part_of(visit: DraftVisit, places: Sequence[DraftPlace], now: VisitNow | None, absent: UUID | None = None) -> DraftPart:
    """How far the proposal for a visit has come; `now` is None for a visit that no longer takes place, or has started. `absent` is the
    worker without whom the draft is.
    """
    if visit.published:
        return DraftPart.PUBLISHED
    if not any(place.is_change for place in places):
        return DraftPart.UNCHANGED
    if not is_as_known(visit, places, now, absent):
        return DraftPart.STALE
    answers = {visit.answer} | {place.answer for place in places if place.is_change}
    if DraftAnswer.NO in answers:
        return DraftPart.DECLINED
    # The person's silence is a yes: they agreed that their visits may be drafted, and anybody of their team may come unasked.
    waits = any(place.answer is not DraftAnswer.YES for place in places if place.is_change and not _need_not_answer(place, absent))
    return DraftPart.WAITING if waits else DraftPart.AGREED


def is_as_known(visit: DraftVisit, places: Sequence[DraftPlace], now: VisitNow | None, absent: UUID | None) -> bool:
    """Whether the visit is still as the draft knew it; who is `absent` may have given it back."""
    before = {place.worker for place in places if place.kind is not DraftPlaceKind.NEW}
    return now is not None and now.version == visit.version and now.coming in (before, before - {absent})


def _need_not_answer(place: DraftPlace, absent: UUID | None) -> bool:
    return place.worker == absent and place.kind is DraftPlaceKind.GONE


def require_publishable(chosen: Collection[UUID], parts: Mapping[UUID, DraftPart]) -> None:
    """Raises Invalid WEEK_DRAFT_NOTHING_CHOSEN, Conflict WEEK_DRAFT_CHANGED with the `visit` that is no longer as the planner saw it."""
    if not chosen:
        raise invalid("visit_ids", "WEEK_DRAFT_NOTHING_CHOSEN")
    for visit in sorted(chosen):
        if parts.get(visit) is not DraftPart.AGREED:
            raise Conflict("WEEK_DRAFT_CHANGED", visit=str(visit))


def answer(agreed: bool) -> DraftAnswer:  # noqa: FBT001 - a field of the request
    return DraftAnswer.YES if agreed else DraftAnswer.NO
