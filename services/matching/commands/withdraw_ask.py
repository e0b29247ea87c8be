"""A person withdraws their ask: no co-op shows it any more."""

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import co_op_asks, events_out


async def withdraw_ask(work: UnitOfWork, ask_id: str) -> None:
    """Raises NotFound ASK_UNKNOWN, for one that is not the caller's or is over too, and what `require_principal` raises."""
    principal = await acting.require_principal(work, SCOPE)
    found = await co_op_asks.find(work, ask_id, lock=True)
    if found is None or found.person != principal or not found.is_open(work.now):
        raise NotFound("ASK_UNKNOWN")
    await co_op_asks.end(work, found.id)
    await events_out.ask_withdrawn(work, found.id)
