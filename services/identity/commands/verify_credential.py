"""A secretary, other than the person, says that a credential is sound. Earlier ones of the kind have done their service."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.identity.commands.credential_decision import load_for_decision
from services.identity.domain import credential as rules
from services.identity.storage import credential_rules, credentials, events_out


async def verify_credential(work: UnitOfWork, credential_id: UUID, version: int, *, zone: ZoneInfo) -> None:
    """Raises as `load_for_decision` and `domain.credential.verify`; FailedPrecondition CREDENTIAL_KIND_GONE."""
    credential, decision = await load_for_decision(work, credential_id, version, zone)
    rule = next((rule for rule in await credential_rules.in_force(work) if rule.kind == credential.kind), None)
    if rule is None:
        raise FailedPrecondition("CREDENTIAL_KIND_GONE")
    verified = rules.verify(credential, rule, decision)
    await credentials.save(work, verified)
    await events_out.credential_verified(work, verified)
    for earlier in rules.renewed_by(verified, await credentials.lock_kind(work, verified.person, verified.kind)):
        await credentials.save(work, earlier)
        await events_out.credential_renewed(work, earlier, verified.id)
