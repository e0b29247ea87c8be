"""identity's own events that its database lost when it was set back to an older copy: what they took from somebody is taken again.

Sessions, codes, passwords, passkeys, hats, rights to act, grants, consents, credentials, help with recovery and requests for one that had
ended must not come back, nor must a person who was erased. What the lost events gave is not given again, but for hats.
"""

from uuid import UUID

from kith.identity.facts.v1 import facts_pb2 as facts
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import EventHandler
from services.identity.commands import revoke_again
from services.identity.commands.carry_out_erasures import confirm_erasure


async def _sessions_ended(work: UnitOfWork, event: Event) -> None:
    message = facts.SessionsEnded.FromString(event.payload)
    await revoke_again.end_sessions(work, UUID(message.person_id), [UUID(session) for session in message.session_ids], message.why)


async def _codes_revoked(work: UnitOfWork, event: Event) -> None:
    message = facts.SignInCodesRevoked.FromString(event.payload)
    await revoke_again.revoke_codes(work, UUID(message.person_id), password_removed=message.password_removed)


async def _password_set(work: UnitOfWork, event: Event) -> None:
    await revoke_again.remove_old_password(work, UUID(facts.PasswordSet.FromString(event.payload).person_id))


async def _passkey_removed(work: UnitOfWork, event: Event) -> None:
    message = facts.PasskeyRemoved.FromString(event.payload)
    await revoke_again.remove_passkey(work, UUID(message.person_id), UUID(message.passkey_id), message.why)


async def _hat_given(work: UnitOfWork, event: Event) -> None:
    message = facts.HatGiven.FromString(event.payload)
    await revoke_again.give_hat(work, UUID(message.person_id), message.hat)


async def _hat_taken(work: UnitOfWork, event: Event) -> None:
    message = facts.HatTaken.FromString(event.payload)
    await revoke_again.take_hat(work, UUID(message.person_id), message.hat)


async def _access_ended(work: UnitOfWork, event: Event) -> None:
    message = facts.AccessEnded.FromString(event.payload)
    await revoke_again.end_access(work, UUID(message.person_id), UUID(message.grant_id), message.why)


async def _relationship_ended(work: UnitOfWork, event: Event) -> None:
    message = facts.RelationshipEnded.FromString(event.payload)
    await revoke_again.end_relationship(work, UUID(message.relationship_id), message.why)


async def _consent_ended(work: UnitOfWork, event: Event) -> None:
    message = facts.ConsentEnded.FromString(event.payload)
    await revoke_again.end_consent(work, UUID(message.consent_id), UUID(message.person_id))


async def _credential_revoked(work: UnitOfWork, event: Event) -> None:
    message = facts.CredentialRevoked.FromString(event.payload)
    await revoke_again.revoke_credential(work, UUID(message.credential_id), _person_of(event.actor), event.at)


async def _recovery_help_ended(work: UnitOfWork, event: Event) -> None:
    message = facts.RecoveryHelpEnded.FromString(event.payload)
    await revoke_again.end_recovery_help(work, UUID(message.person_id), UUID(message.helper_id), message.why)


async def _recovery_stopped(work: UnitOfWork, event: Event) -> None:
    await revoke_again.stop_recovery(work, UUID(facts.RecoveryStopped.FromString(event.payload).person_id))


async def _person_recovered(work: UnitOfWork, event: Event) -> None:
    await revoke_again.finish_recovery(work, UUID(facts.PersonRecovered.FromString(event.payload).person_id))


async def _person_erased(work: UnitOfWork, event: Event) -> None:
    """Before any other service confirms it, or when all of them are older copies too."""
    message = facts.PersonErased.FromString(event.payload)
    await confirm_erasure(work, "", Erased(UUID(message.erasure_id), tuple(map(UUID, message.person_ids)), (), (), ()))


def _person_of(actor: str) -> UUID | None:
    """None where no person acted, but a job, or identity itself after an earlier loss."""
    try:
        return UUID(actor)
    except ValueError:
        return None


LOST_EVENT_HANDLERS: dict[str, EventHandler] = {
    type_of(facts.SessionsEnded): _sessions_ended,
    type_of(facts.SignInCodesRevoked): _codes_revoked,
    type_of(facts.PasswordSet): _password_set,
    type_of(facts.PasskeyRemoved): _passkey_removed,
    type_of(facts.HatGiven): _hat_given,
    type_of(facts.HatTaken): _hat_taken,
    type_of(facts.AccessEnded): _access_ended,
    type_of(facts.RelationshipEnded): _relationship_ended,
    type_of(facts.ConsentEnded): _consent_ended,
    type_of(facts.CredentialRevoked): _credential_revoked,
    type_of(facts.RecoveryHelpEnded): _recovery_help_ended,
    type_of(facts.RecoveryStopped): _recovery_stopped,
    type_of(facts.PersonRecovered): _person_recovered,
    type_of(facts.PersonErased): _person_erased,
}
