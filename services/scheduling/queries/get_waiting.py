"""What of visits waits for somebody's answer: records, swaps, series, the watch, drafts, terms of money; numbers and ids alone."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState, SharingState, VisitGapState, VisitRecordState
from libs.access import acting, audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import PageRequest
from services.scheduling.domain import funding as money
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_gap import VisitGap
from services.scheduling.storage import (
    engagements,
    funding,
    may_wait,
    series,
    shared_budgets,
    sharings,
    swaps,
    visit_gaps,
    visit_records,
    visits,
    watch_alerts,
    watch_duties,
    week_drafts,
)
from services.scheduling.storage.gap_parts import parts_of
from services.scheduling.storage.may_wait import MayWait

_MOST_SWAPS = 100


@dataclass(frozen=True)
class VisitsWaiting:
    """For who is visited: `to_confirm` in the order in which the visits started; how many visits and series are without a yes.

    `sharings` and `gaps` are those that somebody proposed to the person.
    """

    to_confirm: list[UUID] = field(default_factory=list)
    visits: int = 0
    series: int = 0
    sharings: list[UUID] = field(default_factory=list)
    gaps: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class WorkWaiting:
    """For who goes to others; `disputed` in the order in which the visits started."""

    disputed: list[UUID] = field(default_factory=list)
    swaps: int = 0
    alerts: int = 0
    """Open, as the person holds the watch."""
    alerts_told: int = 0
    """For a secretary who does not: open, and told to them after all who hold it."""
    watch_asked: int = 0
    proposals: int = 0
    engagements: int = 0
    """How they are to work."""
    workers: list[UUID] = field(default_factory=list)
    """For a secretary: who proposed how they want to work."""


@dataclass(frozen=True)
class Waiting:
    """What waits in each part; `funding` is how many plans of payment and budgets to share wait."""

    visits: VisitsWaiting
    work: WorkWaiting
    funding: int


async def get_waiting(work: UnitOfWork, *, zone: ZoneInfo) -> Waiting:
    """Who acts gets what that person answers as somebody who is visited, in `team`, and who pays, in `money`.

    Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    caller = await _require_caller(work)
    await audit.record_read(work, "visit", "list", work.caller.acting_for or caller)
    return await find_waiting(work, caller, zone=zone)


async def find_waiting(work: UnitOfWork, caller: UUID, *, zone: ZoneInfo) -> Waiting:
    """For the caller, who was let in, or whom they act for; the audit is up to who asks."""
    person = work.caller.acting_for or caller
    scopes = {SCOPE, money.SCOPE} if person == caller else set(await acting.live_scopes(work, caller, person))
    may = await may_wait.get(work, person)
    return Waiting(
        await _of_visits(work, person, may, zone) if SCOPE in scopes else VisitsWaiting(),
        await _of_work(work, person, may) if person == caller else WorkWaiting(),
        await _of_money(work, person, caller, may) if money.SCOPE in scopes else 0,
    )


async def _require_caller(work: UnitOfWork) -> UUID:
    if work.caller.acting_for is None:
        return await hats.require_person(work)
    return await acting.require_self_or_acting(work, work.caller.acting_for, SCOPE, money.SCOPE)


async def _of_visits(work: UnitOfWork, person: UUID, may: MayWait, zone: ZoneInfo) -> VisitsWaiting:
    today = work.now.astimezone(zone).date()
    unconfirmed = (VisitRecordState.WRITTEN, VisitRecordState.STOOD_BY)
    to_confirm = may.to_confirm or may.shared_to_confirm
    proposed = await series.list_of(work, person, today) if may.series else []
    shared = await sharings.list_of(work, person, today) if may.sharings else []
    gaps = await visit_gaps.list_of(work, person) if may.gaps else []
    return VisitsWaiting(
        await visit_records.list_waiting(work, "person", person, unconfirmed) if to_confirm else [],
        await visits.count_without_yes(work, person) if may.visits else 0,
        sum(one.state is SeriesState.PROPOSED and one.proposed_by != person for one in proposed),
        [one.id for one in shared if one.state is SharingState.PROPOSED and one.asked == person],
        [gap.id for gap in gaps if await _waits(work, gap, today)],
    )


async def _waits(work: UnitOfWork, gap: VisitGap, today: date) -> bool:
    """For the person's yes, and both visits are to come."""
    return gap.state is VisitGapState.PROPOSED and not any(part.is_over(today, work.now) for part in await parts_of(work, gap))


async def _of_money(work: UnitOfWork, person: UUID, caller: UUID, may: MayWait) -> int:
    plans = await funding.count_proposed(work, person, caller) if may.funding else 0
    return plans + (await shared_budgets.count_waiting(work, person, caller) if may.shared_budgets else 0)


async def _of_work(work: UnitOfWork, person: UUID, may: MayWait) -> WorkWaiting:
    offered = (await swaps.list_open(work, person, PageRequest(_MOST_SWAPS))).items if may.swaps else []
    is_secretary = await hats.wears(work, hats.SECRETARY)
    holds_watch = may.alerts and person in await watch_duties.list_holders(work)
    was_told = may.alerts_told and is_secretary and not holds_watch
    return WorkWaiting(
        await visit_records.list_waiting(work, "worker", person, (VisitRecordState.DISPUTED,)) if may.disputed else [],
        sum(swap.swap.to_worker == person for swap in offered),
        await watch_alerts.count_open(work) if holds_watch else 0,
        await watch_alerts.count_told(work, person) if was_told else 0,
        await watch_duties.count_asked(work, person) if may.watch_asked else 0,
        await week_drafts.count_unanswered(work, person) if may.proposals else 0,
        await engagements.count_proposed_to(work, person) if may.engagements else 0,
        await engagements.list_proposing(work, person) if is_secretary else [],
    )
