"""A secretary, other than the person, says that a verified credential counts no longer, and why."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.sealing import PersonSealer
from services.identity.commands.credential_decision import load_for_decision
from services.identity.domain.credential import check_text, revoke
from services.identity.storage import credentials, events_out


async def revoke_credential(
    work: UnitOfWork, credential_id: UUID, version: int, reason: str, *, zone: ZoneInfo, sealer: PersonSealer
) -> None:
    """Raises as `load_for_decision` and `domain.credential.revoke`; Invalid REASON_MISSING or NOTE_TOO_LONG."""
    credential, decision = await load_for_decision(work, credential_id, version, zone)
    text = check_text("reason", reason, required=True)
    revoked = revoke(credential, decision)
    await credentials.save(work, revoked)
    await credentials.save_reason(work, revoked, text, sealer)
    await events_out.credential_revoked(work, revoked)
