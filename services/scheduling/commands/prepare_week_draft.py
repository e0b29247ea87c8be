"""Gathers once what a draft is made of, and keeps it: a restart in the middle makes the same plan of the same record."""

from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.domain.draft_inputs import Numbers, WeekFacts, number, pose
from services.scheduling.domain.week_draft import DraftVisit, WeekDraft
from services.scheduling.domain.week_problem import USUAL_WEIGHTS
from services.scheduling.domain.week_record import WeekRecord, inputs_hash, record_document
from services.scheduling.engine.week_plan import WEEK_ENGINE_VERSION
from services.scheduling.storage import draft_facts, draft_records, week_drafts


async def prepare_week_draft(work: UnitOfWork, draft: WeekDraft, *, zone: ZoneInfo) -> str:
    """The record, still without a plan."""
    if (kept := await draft_records.find(work, draft.id)) is not None:
        return kept
    week = await draft_facts.load(work, draft)
    numbers = number(week)
    problem = pose(zone, week, numbers)
    record = record_document(WeekRecord(problem, USUAL_WEIGHTS, WEEK_ENGINE_VERSION, draft.seed, draft.iterations, 0, {}, {})).decode()
    await draft_records.add(work, draft.id, record, numbers.workers)
    await week_drafts.add_visits(work, _visits(draft, week, numbers))
    await week_drafts.set_inputs_hash(work, draft.id, inputs_hash(problem))
    return record


def _visits(draft: WeekDraft, week: WeekFacts, numbers: Numbers) -> list[DraftVisit]:
    return [
        DraftVisit(
            draft.id,
            visit.id,
            numbers.visits[visit.id],
            draft.planner,
            visit.person,
            visit.team,
            visit.starts,
            visit.ends,
            visit.workers,
            visit.version,
        )
        for visit in week.visits
    ]
