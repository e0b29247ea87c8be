"""identity's own events that its database lost when it was set back to an older copy: what they took from somebody is taken again.

Sessions, codes, passwords, hats, rights to act, grants, consents, credentials and help with recovery that had ended must not come back, nor
must a person who was erased. What the lost events gave is not given again, but for hats: there must always be a secretary. Each handler
publishes what it ends, as the other services may have been set back too.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from google.protobuf.message import Message

from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1.enums import CredentialState, EndReason, WithdrawalCause
from libs.access import hats
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from libs.messages.consumer import EventHandler
from libs.messages.envelope import Event, type_of
from services.identity.commands.carry_out_erasures import confirm_erasure
from services.identity.commands.consent_effects import apply_entries, withdrawal_of
from services.identity.commands.relationship_effects import finish
from services.identity.domain.relationship import RelationshipState, ended
from services.identity.storage import (
    access_grants,
    consents,
    credentials,
    events_out,
    passwords,
    persons,
    recovery_helpers,
    relationships,
    sessions,
    sign_in_codes,
)

_MessageT = TypeVar("_MessageT", bound=Message)


async def _sessions_ended(work: UnitOfWork, message: facts.SessionsEnded, _: Event) -> None:
    person = UUID(message.person_id)
    again = await sessions.end_some(work, person, [UUID(session) for session in message.session_ids])
    await events_out.sessions_ended(work, person, again, message.why)


async def _codes_revoked(work: UnitOfWork, message: facts.SignInCodesRevoked, _: Event) -> None:
    person = UUID(message.person_id)
    if message.password_removed:
        await passwords.remove(work, person)
    if await sign_in_codes.revoke_all(work, person):
        await events_out.sign_in_codes_revoked(work, person, password_removed=message.password_removed)


async def _password_set(work: UnitOfWork, message: facts.PasswordSet, _: Event) -> None:
    """The old one must not work again, and the new one is lost: they set one anew."""
    await passwords.remove(work, UUID(message.person_id))


async def _hat_given(work: UnitOfWork, message: facts.HatGiven, _: Event) -> None:
    person = UUID(message.person_id)
    if await persons.exists(work, person):
        await hats.give(work, person, message.hat)
        await events_out.hat_given(work, person, message.hat)


async def _hat_taken(work: UnitOfWork, message: facts.HatTaken, _: Event) -> None:
    person = UUID(message.person_id)
    if await hats.revoke(work, person, message.hat):
        await events_out.hat_taken(work, person, message.hat)


async def _access_ended(work: UnitOfWork, message: facts.AccessEnded, _: Event) -> None:
    person, grant = UUID(message.person_id), UUID(message.grant_id)
    if await access_grants.end(work, person, grant):
        await events_out.access_ended(work, person, grant, message.why)


async def _relationship_ended(work: UnitOfWork, message: facts.RelationshipEnded, _: Event) -> None:
    known = await relationships.lock(work, UUID(message.relationship_id))
    if known is not None and known.state is not RelationshipState.ENDED:
        await finish(work, ended(known, EndReason(message.why), work.now))


async def _consent_ended(work: UnitOfWork, message: facts.ConsentEnded, _: Event) -> None:
    entry = await consents.find(work, UUID(message.consent_id))
    if entry is not None and entry.is_yes:
        await consents.add_withdrawal(work, withdrawal_of(work, entry, entry.person, WithdrawalCause.SECRETARY))
        await apply_entries(work, UUID(message.person_id))


async def _credential_revoked(work: UnitOfWork, message: facts.CredentialRevoked, event: Event) -> None:
    known = await credentials.lock(work, UUID(message.credential_id))
    if known is not None and known.state is CredentialState.VERIFIED:
        revoked = replace(known, state=CredentialState.REVOKED, ended_by=UUID(event.actor), ended_at=event.at, version=known.version + 1)
        await credentials.save(work, revoked)
        await events_out.credential_revoked(work, revoked)


async def _recovery_help_ended(work: UnitOfWork, message: facts.RecoveryHelpEnded, _: Event) -> None:
    known = await recovery_helpers.find_locked(work, UUID(message.person_id), UUID(message.helper_id))
    if known is not None:
        await recovery_helpers.end(work, known.id, message.why)
        await events_out.recovery_help_ended(work, UUID(message.person_id), UUID(message.helper_id), message.why)


async def _person_erased(work: UnitOfWork, message: facts.PersonErased, _: Event) -> None:
    """Before any other service confirms it, or when all of them are older copies too."""
    erased = Erased(UUID(message.erasure_id), tuple(map(UUID, message.person_ids)), (), (), ())
    await confirm_erasure(work, "", erased)


def _on(message_type: type[_MessageT], handle: Callable[[UnitOfWork, _MessageT, Event], Awaitable[None]]) -> tuple[str, EventHandler]:
    async def handle_event(work: UnitOfWork, event: Event) -> None:
        await handle(work, message_type.FromString(event.payload), event)

    return type_of(message_type), handle_event


LOST_EVENT_HANDLERS = dict(
    (
        _on(facts.SessionsEnded, _sessions_ended),
        _on(facts.SignInCodesRevoked, _codes_revoked),
        _on(facts.PasswordSet, _password_set),
        _on(facts.HatGiven, _hat_given),
        _on(facts.HatTaken, _hat_taken),
        _on(facts.AccessEnded, _access_ended),
        _on(facts.RelationshipEnded, _relationship_ended),
        _on(facts.ConsentEnded, _consent_ended),
        _on(facts.CredentialRevoked, _credential_revoked),
        _on(facts.RecoveryHelpEnded, _recovery_help_ended),
        _on(facts.PersonErased, _person_erased),
    )
)
