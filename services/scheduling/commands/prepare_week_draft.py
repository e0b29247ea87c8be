"""Gathers once what a draft is made of, and keeps it: a restart in the middle makes the same plan of the same record."""

from collections.abc import Callable
from hashlib import sha256
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.domain.draft_inputs import number, pose
from services.scheduling.domain.week_draft import DraftVisit, WeekDraft
from services.scheduling.domain.week_problem import WeekProblem
from services.scheduling.storage import draft_facts, draft_records, week_drafts


async def prepare_week_draft(work: UnitOfWork, draft: WeekDraft, write: Callable[[WeekProblem], str], *, zone: ZoneInfo) -> str:
    """The record. `write` makes it of the problem."""
    if (kept := await draft_records.find(work, draft.id)) is not None:
        return kept
    week = await draft_facts.load(work, draft)
    numbers = number(week)
    record = write(pose(zone, week, numbers))
    await draft_records.add(work, draft.id, record, numbers.workers)
    await week_drafts.add_visits(
        work,
        (
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
        ),
    )
    await week_drafts.set_inputs_hash(work, draft.id, sha256(record.encode()).hexdigest())
    return record
