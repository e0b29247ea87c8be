"""Gathers once what a draft is made of, and keeps it: a restart in the middle makes the same plan of the same record."""

from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.domain.draft_inputs import Numbers, WeekFacts, number, pose
from services.scheduling.domain.ways import Ways
from services.scheduling.domain.week_draft import DraftVisit, WeekDraft
from services.scheduling.domain.week_record import WeekRecord, inputs_hash, record_document
from services.scheduling.engine.week_change import settling
from services.scheduling.engine.week_plan import WEEK_ENGINE_VERSION
from services.scheduling.storage import draft_facts, draft_records, draft_rules, week_drafts


@dataclass(frozen=True)
class DraftSettings:
    """Of this co-op: its clock, and how long ways take."""

    zone: ZoneInfo
    ways: Ways


@dataclass(frozen=True)
class PreparedDraft:
    """The record, still without a plan, and whether the planner has already had enough of waiting."""

    record: str
    stop_asked: bool


async def prepare_week_draft(work: UnitOfWork, draft_id: UUID, settings: DraftSettings) -> PreparedDraft | None:
    """None for a draft that is no longer being made."""
    # The job found it without a lock: the planner may have stopped it or thrown it away since.
    draft = await week_drafts.lock_in_the_making(work, draft_id)
    if draft is None:
        return None
    if (kept := await draft_records.find(work, draft.id)) is not None:
        return PreparedDraft(kept, draft.stop_asked)
    week, rule = await draft_facts.load(work, draft, settings.ways), await draft_rules.get(work)
    numbers = number(week)
    problem = pose(settings.zone, week, numbers)
    weights = rule.weights if draft.absent is None else settling(rule.weights)
    record = WeekRecord(problem, weights, WEEK_ENGINE_VERSION, draft.seed, draft.iterations, 0, {}, {}, rule.rulebook_hash)
    document = record_document(record).decode()
    await draft_records.add(work, draft.id, document, numbers.workers)
    await week_drafts.add_visits(work, _visits(draft, week, numbers))
    prepared = replace(
        draft,
        inputs_hash=inputs_hash(problem),
        rulebook_hash=rule.rulebook_hash,
        visits_without_way=week.visits_without_way,
        workers_without_way=week.workers_without_way,
    )
    await week_drafts.save(work, prepared)
    return PreparedDraft(document, draft.stop_asked)


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
