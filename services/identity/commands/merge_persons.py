"""Merges two entries of one person, on behalf of a secretary. Nothing merges by itself: a near match is only named (`PERSON_KNOWN`)."""

from uuid import UUID

from kith.identity.v1.enums import EndReason
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import AlreadyExists, NotFound
from services.identity.commands.caller_session import require_caller_session
from services.identity.commands.consent_effects import apply_entries
from services.identity.commands.relationship_effects import finish
from services.identity.domain.person_merge import moved_contacts, parse_reason, require_may_merge
from services.identity.domain.relationship import ended
from services.identity.storage import (
    erasures,
    events_out,
    passkeys,
    password_attempts,
    passwords,
    person_holds,
    person_merges,
    persons,
    recovery_helpers,
    relationships,
    sessions,
    sign_in_codes,
    team_places,
    worn_hats,
)
from services.identity.storage.person_merges import HadTeams


async def merge_persons(work: UnitOfWork, kept: UUID, other: UUID, typed_reason: str) -> None:
    """Raises NotAllowed HAT_NEEDED, NotFound PERSON_UNKNOWN, AlreadyExists ERASED_BEFORE, and what `domain.person_merge` refuses."""
    await hats.require(work, hats.SECRETARY)
    await require_caller_session(work)
    reason = parse_reason(typed_reason)
    # Registrations and corrections look for entries by what recognises them: they wait, and then find the kept entry.
    await persons.lock_registration(work)
    candidates = await person_merges.lock_candidates(work, (kept, other))
    if not {kept, other} <= candidates.keys():
        raise NotFound("PERSON_UNKNOWN")
    require_may_merge(candidates[kept], candidates[other], work.caller.person)
    # What would be merged goes in a moment, or would stay where nobody looks for it.
    if await erasures.decided_of(work, (kept, other)):
        raise AlreadyExists("ERASED_BEFORE")
    had_teams = HadTeams(await team_places.has_team(work, kept), await team_places.has_team(work, other))
    await person_merges.save(work, kept, other, reason, moved_contacts(candidates[kept], candidates[other]), had_teams)
    await _end_sign_in(work, other)
    for relationship in await relationships.lock_between(work, kept, other):
        await finish(work, ended(relationship, EndReason.MISTAKE, work.now))
    await _move_hats(work, kept, other)
    await _move_holds(work, kept, other)
    await team_places.move(work, kept, other)
    await apply_entries(work, kept)
    await events_out.persons_merged(work, kept, other)
    work.report(SecurityEvent.PERSONS_MERGED, person=str(kept), merged=str(other))


async def _end_sign_in(work: UnitOfWork, other: UUID) -> None:
    ended = await sessions.end_all(work, other)
    password_removed = await passwords.remove(work, other)
    await password_attempts.forget_browsers(work, other)
    await sign_in_codes.revoke_all(work, other)
    await events_out.passkeys_removed(work, other, await passkeys.remove_all(work, other), "merged")
    for person, helper in await recovery_helpers.end_of_entry(work, other):
        await events_out.recovery_help_ended(work, person, helper, "merged")
    await events_out.sessions_ended(work, other, ended, "merged")
    await events_out.sign_in_codes_revoked(work, other, password_removed=password_removed)


async def _move_holds(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    entries = await persons.lock_entries(work, kept)
    for hold in await person_holds.move(work, kept, other, entries):
        await events_out.hold_widened(work, hold, entries)


async def _move_hats(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """The kept entry gets a hat before the other loses it: there always is a secretary."""
    for hat in await worn_hats.hats_of(work, other):
        wearers = await worn_hats.lock_wearers(work, hat)
        if kept not in wearers:
            await hats.give(work, kept, hat)
            await events_out.hat_given(work, kept, hat)
            work.report(SecurityEvent.HAT_GIVEN, person=str(kept), changed=hat)
        if other in wearers:
            await hats.revoke(work, other, hat)
            await events_out.hat_taken(work, other, hat)
            work.report(SecurityEvent.HAT_TAKEN, person=str(other), changed=hat)
