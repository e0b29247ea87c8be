"""The engine has a plan: what it proposes is looked at once more by the rules of taking a visit, and is a draft then."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import DraftPlaceKind
from libs.database.engine import UnitOfWork
from services.scheduling.commands.all_can_come import all_can_come
from services.scheduling.domain.draft_inputs import visit_key, worker_key
from services.scheduling.domain.week_draft import DraftPlace, DraftStep, DraftVisit, changes_between, step
from services.scheduling.domain.week_problem import WorkerAnswer
from services.scheduling.domain.worker_hours import Times
from services.scheduling.storage import draft_records, visit_places, week_drafts
from services.scheduling.storage.draft_records import DraftReason


@dataclass(frozen=True)
class MadePlan:
    """By the keys of the record: who comes to each visit, and why, or why not, for each worker. `record` is the one with the plan."""

    record: str
    published: Mapping[str, frozenset[str]]
    """Who came when the record was made."""
    comes: Mapping[str, frozenset[str]]
    answers: Mapping[str, Sequence[WorkerAnswer]]
    iterations: int
    engine: str


def read_plan(message: Mapping[str, Any]) -> MadePlan:
    """As the engine's process writes it."""
    return MadePlan(
        message["record"],
        {visit["id"]: frozenset(visit["published"]) for visit in json.loads(message["record"])["week"]["visits"]},
        {visit: frozenset(comes) for visit, comes in message["plan"].items()},
        {visit: [WorkerAnswer(**answer) for answer in answers] for visit, answers in message["answers"].items()},
        message["iterations"],
        str(message["engine"]),
    )


async def finish_week_draft(work: UnitOfWork, draft_id: UUID, plan: MadePlan, *, zone: ZoneInfo) -> None:
    """Does nothing for a draft that is no longer being made."""
    draft = await week_drafts.lock_in_the_making(work, draft_id)
    if draft is None:
        return
    workers = {worker_key(number): worker for number, worker in (await draft_records.list_workers(work, draft.id)).items()}
    own, accepted = await week_drafts.list_visits(work, draft.id), defaultdict[UUID, list[Times]](list)
    coming = await visit_places.list_workers_of(work, [each.visit for each in own])
    for each in own:
        # Somebody may have been erased since; they are not proposed.
        planned = {workers[key] for key in plan.comes.get(visit_key(each.number), ()) if key in workers}
        known = {workers[key] for key in plan.published.get(visit_key(each.number), ()) if key in workers}
        if known - {draft.absent} != set(coming[each.visit]) - {draft.absent}:
            # The plan knows nothing of who has taken it or given it back since: nobody goes, or comes again, who did not agree to that.
            planned = set(coming[each.visit])
        places = _places(each, coming[each.visit], planned)
        if await all_can_come(work, each, [place.worker for place in places if place.kind is DraftPlaceKind.NEW], accepted, zone):
            await week_drafts.add_places(work, places)
        else:
            await week_drafts.add_places(work, _places(each, coming[each.visit], set(coming[each.visit])))
        answers = plan.answers.get(visit_key(each.number), ())
        await draft_records.add_reasons(
            work,
            (
                DraftReason(draft.id, each.visit, workers[answer.worker], answer.reason, dict(answer.points))
                for answer in answers
                if answer.worker in workers
            ),
        )
    await draft_records.save(work, draft.id, plan.record)
    finished = step(replace(draft, done=plan.iterations, engine=plan.engine), DraftStep.FINISH)
    await week_drafts.save(work, finished)


def _places(visit: DraftVisit, published: Sequence[UUID], planned: set[UUID]) -> list[DraftPlace]:
    kinds = changes_between(published, planned)
    return [DraftPlace(visit.draft, visit.visit, worker, visit.planner, visit.person, kind) for worker, kind in kinds.items()]
