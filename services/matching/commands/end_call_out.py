"""A person ends a call-out of theirs: its words are deleted."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import call_outs


async def end_call_out(work: UnitOfWork, call_out_id: UUID) -> None:
    """Raises NotFound CALL_OUT_UNKNOWN, for one that is not the caller's too, and what `require_principal` raises."""
    principal = await acting.require_principal(work, SCOPE)
    found = await call_outs.find(work, call_out_id)
    if found is None or found.person != principal:
        raise NotFound("CALL_OUT_UNKNOWN")
    await call_outs.end(work, found.id)
