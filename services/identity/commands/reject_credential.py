"""A secretary, other than the person, says that what somebody added will not do, and why."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.sealing import PersonSealer
from services.identity.commands.credential_decision import load_for_decision
from services.identity.domain.credential import check_text, reject
from services.identity.storage import credentials, events_out


async def reject_credential(
    work: UnitOfWork, credential_id: UUID, version: int, reason: str, *, zone: ZoneInfo, sealer: PersonSealer
) -> None:
    """Raises as `load_for_decision` and `domain.credential.reject`; Invalid REASON_MISSING or NOTE_TOO_LONG."""
    credential, decision = await load_for_decision(work, credential_id, version, zone)
    text = check_text("reason", reason, required=True)
    rejected = reject(credential, decision)
    await credentials.save(work, rejected)
    await credentials.save_reason(work, rejected, text, sealer)
    await events_out.credential_rejected(work, rejected)
