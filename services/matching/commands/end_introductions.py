"""Ends introductions whose time has gone by without the yes of both."""

from kith.matching.v1.enums import NoKind
from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import end_over_time
from services.matching.storage import introductions, private_noes
from services.matching.storage.private_noes import PrivateNo


async def end_introductions(work: UnitOfWork) -> int:
    """Returns how many. Silence and a no leave the same traces: from now on neither is proposed to the other."""
    due = await introductions.list_due(work)
    for introduction in due:
        over = end_over_time(introduction, work.now)
        await introductions.save(work, over)
        person, worker = introduction.person, introduction.worker
        sides = ((person, worker, False), (worker, person, True))
        lapsed = [PrivateNo(chooser, other, as_worker, NoKind.LAPSED, over.since) for chooser, other, as_worker in sides]
        await private_noes.add_lapsed(work, lapsed)
    return len(due)
