"""Takes again what was taken before, and came back with an older copy of the database. Each publishes what it ends.

What is not there, or has ended, stays as it is. The person is locked first, as by the commands that do it for the first time.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kith.identity.v1.enums import CredentialState, EndReason, RelationshipState, WithdrawalCause
from libs.access import hats
from libs.database.engine import UnitOfWork
from services.identity.commands.consent_effects import withdraw_one
from services.identity.commands.relationship_effects import finish
from services.identity.domain.relationship import ended
from services.identity.storage import (
    access_grants,
    credentials,
    events_out,
    passkeys,
    password_attempts,
    passwords,
    person_merges,
    persons,
    recovery_helpers,
    recovery_requests,
    relationships,
    sessions,
    sign_in_codes,
    worn_hats,
)


async def end_sessions(work: UnitOfWork, person: UUID, ids: Sequence[UUID], why: str) -> None:
    await persons.lock(work, person)
    if why == "everywhere":
        await sign_in_codes.revoke_links(work, person)
    await events_out.sessions_ended(work, person, await sessions.end_some(work, person, ids), why)


async def revoke_codes(work: UnitOfWork, person: UUID, *, password_removed: bool) -> None:
    await persons.lock(work, person)
    await password_attempts.forget_browsers(work, person)
    removed = password_removed and await passwords.remove(work, person)
    if await sign_in_codes.revoke_all(work, person) or removed:
        await events_out.sign_in_codes_revoked(work, person, password_removed=password_removed)


async def remove_old_password(work: UnitOfWork, person: UUID) -> None:
    """The old one must not work again, and the new one is lost: they set one anew."""
    await persons.lock(work, person)
    await password_attempts.forget_browsers(work, person)
    await sign_in_codes.revoke_links(work, person)
    await passwords.remove(work, person)


async def remove_passkey(work: UnitOfWork, person: UUID, passkey: UUID, why: str) -> None:
    await persons.lock(work, person)
    if await passkeys.remove(work, person, passkey):
        await events_out.passkeys_removed(work, person, [passkey], why)


async def give_hat(work: UnitOfWork, person: UUID, hat: str) -> None:
    """The only thing that is given again: there must always be a secretary."""
    if not await persons.lock(work, person) or await person_merges.merged_into(work, person) is not None:
        return
    if person not in await worn_hats.lock_wearers(work, hat):
        await hats.give(work, person, hat)
        await events_out.hat_given(work, person, hat)


async def take_hat(work: UnitOfWork, person: UUID, hat: str) -> None:
    if await hats.revoke(work, person, hat):
        await events_out.hat_taken(work, person, hat)


async def end_access(work: UnitOfWork, person: UUID, grant: UUID, why: str) -> None:
    if await access_grants.end(work, person, grant):
        await events_out.access_ended(work, person, grant, why)


async def end_relationship(work: UnitOfWork, relationship: UUID, why: str) -> None:
    known = await relationships.lock(work, relationship)
    if known is not None and known.state is not RelationshipState.ENDED:
        await finish(work, ended(known, EndReason(why), work.now))


async def end_consent(work: UnitOfWork, consent: UUID, person: UUID) -> None:
    kept = await person_merges.merged_into(work, person) or person
    if await persons.lock(work, kept):
        await withdraw_one(work, kept, consent, WithdrawalCause.OLDER_COPY)


async def revoke_credential(work: UnitOfWork, credential: UUID, by: UUID | None, at: datetime) -> None:
    """`by` is the secretary, where it is known."""
    known = await credentials.lock(work, credential)
    if known is not None and known.state is CredentialState.VERIFIED:
        revoked = replace(known, state=CredentialState.REVOKED, ended_by=by, ended_at=at, version=known.version + 1)
        await credentials.save(work, revoked)
        await events_out.credential_revoked(work, revoked)


async def end_recovery_help(work: UnitOfWork, person: UUID, helper: UUID, why: str) -> None:
    known = await recovery_helpers.find_locked(work, person, helper)
    if known is not None:
        await recovery_helpers.end(work, known.id, why)
        await events_out.recovery_help_ended(work, person, helper, why)


async def stop_recovery(work: UnitOfWork, person: UUID) -> None:
    """Somebody else had asked to sign in as the person."""
    if await _close_requests(work, person):
        await events_out.recovery_stopped(work, person)


async def finish_recovery(work: UnitOfWork, person: UUID) -> None:
    """No request of before begins a session any more; what else ended with the recovery has events of its own."""
    await _close_requests(work, person)


async def _close_requests(work: UnitOfWork, person: UUID) -> int:
    # Finishing one waits: of the two the first counts.
    await persons.lock(work, person)
    return await recovery_requests.close_all(work, person)
