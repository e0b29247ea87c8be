"""Somebody in the team asks others of it whether they could come to a visit: each is told once."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, invalid
from services.scheduling.commands.team_access import require_visit_in_team
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.taking import reasons_against
from services.scheduling.domain.visit import require_free_place
from services.scheduling.storage import asked_workers, visit_places, worker_facts

MOST = 50


async def ask_workers(work: UnitOfWork, visit_id: UUID, shown: int, chosen: Sequence[UUID], *, zone: ZoneInfo) -> int:
    """Returns how many are told now. Of those chosen, who cannot come is left out without a word.

    Raises what `require_visit_in_team` and `require_free_place` raise, Invalid NOBODY_CHOSEN or LIST_TOO_LONG, FailedPrecondition
    NOBODY_TO_ASK.
    """
    if not chosen:
        raise invalid("person_ids", "NOBODY_CHOSEN")
    if len(chosen) > MOST:
        raise invalid("person_ids", "LIST_TOO_LONG", at_most=str(MOST))
    visit, _ = await require_visit_in_team(work, visit_id, shown)
    taken = len(await visit_places.list_workers(work, visit.id))
    require_free_place(visit, taken, work.now)
    facts = await worker_facts.load(work, visit, set(chosen))
    can = {worker for worker in facts if not reasons_against(zone, visit, taken, facts[worker], work.now)}
    if not can:
        raise FailedPrecondition("NOBODY_TO_ASK")
    asked = await asked_workers.ask(work, visit, can, await hats.require_person(work))
    await tell(work, Notice.ASKED, visit, asked)
    return len(asked)
