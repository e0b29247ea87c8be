"""The week without one worker, at once and before anybody is told: who would come to each of their visits, and what each would cost.

It looks at the visits to those people alone to whom the worker comes, so that it answers at once; a draft settles the whole week.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import audit
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.domain.draft_inputs import NOT_IN_DRAFTS, NOT_IN_TEAM, Numbers, WeekFacts, number, pose, visit_key, worker_key
from services.scheduling.domain.draft_reasons import ShownReason, shown_to_others, sort_key
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.ways import Ways
from services.scheduling.domain.week_confirmation import require_monday
from services.scheduling.domain.week_draft import WeekDraft, start
from services.scheduling.domain.week_problem import WeekPlan, WeekProblem, WeekWeights, WorkerAnswer
from services.scheduling.engine.week_change import WorkerIll, change_week, settling
from services.scheduling.engine.week_reasons import answers_for
from services.scheduling.storage import draft_facts, draft_rules, visit_places
from services.scheduling.storage.draft_access import begin_planning


@dataclass(frozen=True)
class VisitWithout:
    """`workers` are those of the team who are in drafts; first who would come, then who could."""

    visit: Visit
    workers: Sequence[ShownReason]


async def get_week_without(
    work: UnitOfWork,
    worker: UUID,
    monday: date | None,
    together: bool,  # noqa: FBT001 - a field of the request
    *,
    zone: ZoneInfo,
    ways: Ways,
) -> list[VisitWithout]:
    """In the order in which they start. Raises Invalid WEEK_UNKNOWN, FailedPrecondition WEEK_DRAFT_NOT_COMING, and what `begin_planning`
    raises.
    """
    planner = await begin_planning(work, together=together)
    first = require_monday(monday, work.now.astimezone(zone).date())
    draft = start(work.new_id(), planner, first, 0, work.now, together=together, absent=worker)
    async with all_rows(work):
        week = await _load(work, draft, ways)
        weights = settling((await draft_rules.get(work)).weights)
    theirs = [visit for visit in week.visits if worker in week.coming.get(visit.id, ())]
    if not theirs:
        raise FailedPrecondition("WEEK_DRAFT_NOT_COMING")
    numbers = number(week)
    # Without them only from now on: `pose` does not know it yet.
    problem = pose(zone, replace(week, absent=None), numbers)
    answers, comes = await asyncio.to_thread(_first_answer, problem, worker_key(numbers.workers[worker]), weights)
    workers = {worker_key(each): person for person, each in numbers.workers.items()}
    found = [_shown(visit, numbers, workers, answers, comes, worker) for visit in theirs]
    people = {visit.person for visit in theirs} | {each.worker for visit in found for each in visit.workers} | {worker}
    await audit.record_read(work, "week without", "list", *sorted(people))
    return found


async def _load(work: UnitOfWork, draft: WeekDraft, ways: Ways) -> WeekFacts:
    """Of those people to whom the worker comes in that week."""
    visits = await draft_facts.list_to_plan(work, await draft_facts.list_persons(work, draft), draft.monday)
    coming = await visit_places.list_workers_of(work, [visit.id for visit in visits])
    persons = {visit.person for visit in visits if draft.absent in coming.get(visit.id, ())}
    return await draft_facts.load(work, draft, ways, persons)


def _first_answer(
    problem: WeekProblem, worker: str, weights: WeekWeights
) -> tuple[Mapping[str, Sequence[WorkerAnswer]], Mapping[str, frozenset[str]]]:
    """By visit that the worker had: what each would cost, and who comes now."""
    published = {visit.id: visit.published for visit in problem.visits}
    changed = change_week(problem, WeekPlan(published, {}, 0), WorkerIll(worker, 0), weights, plain=True)
    return {visit: answers_for(changed.problem, changed.plan, visit, weights) for visit in changed.touched}, changed.plan.comes


def _shown(
    visit: Visit,
    numbers: Numbers,
    workers: Mapping[str, UUID],
    answers: Mapping[str, Sequence[WorkerAnswer]],
    comes: Mapping[str, frozenset[str]],
    absent: UUID,
) -> VisitWithout:
    key = visit_key(numbers.visits[visit.id])
    shown = [
        shown_to_others(workers[each.worker], each.reason, each.points, comes=each.worker in comes[key])
        for each in answers[key]
        if workers[each.worker] != absent and each.reason not in (NOT_IN_TEAM, NOT_IN_DRAFTS)
    ]
    return VisitWithout(visit, sorted(shown, key=sort_key))
