"""Somebody has left a team: the person is told at once which visits need somebody, and others who wait for it hear when none does."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_of_cover
from services.scheduling.domain import cover as rules
from services.scheduling.storage import covers, events_out
from services.scheduling.storage.visit_places import VisitPlace


async def raise_cover(work: UnitOfWork, person: UUID, worker: UUID, left_at: datetime, freed: Sequence[VisitPlace]) -> None:
    """`freed` are the places that they had. Once for each leave, also when its event is handled again."""
    starts = {place.visit: place.starts for place in freed}
    cover = rules.raise_cover(work.new_id(), person, worker, left_at, starts, await covers.get_days(work), work.now)
    if not await covers.add(work, cover):
        return
    if freed:
        await tell_of_cover(work, Notice.COVER_NEEDED, cover.id, person, until=freed[-1].starts)
    if cover.settled_at is None:
        await events_out.cover_needed(work, cover)
    else:
        await events_out.cover_settled(work, cover)
