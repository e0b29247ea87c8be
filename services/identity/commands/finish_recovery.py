"""Begins a session in the browser that asked, once two people have confirmed; all other ways to sign in as the person end."""

import base64
from uuid import UUID

from kith.identity.v1.enums import RecoveryState
from libs import callers
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from services.identity.commands.sign_in import BROWSER_PURPOSE, NewSession, start_session
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.recovery import KEY_PURPOSE
from services.identity.domain.session import UNKNOWN_DEVICE, Device
from services.identity.storage import (
    events_out,
    passkeys,
    password_attempts,
    passwords,
    person_merges,
    persons,
    recovery_requests,
    sessions,
    sign_in_codes,
    worn_hats,
)


async def finish_recovery(
    work: UnitOfWork, key: str, browser: str, keyed_hasher: KeyedHasher, device: Device = UNKNOWN_DEVICE
) -> NewSession | None:
    """Returns None unless the request is ready. The same key gets the same session again for a moment: its answer may have been lost."""
    mark = keyed_hasher.digest(KEY_PURPOSE, key)
    request = await recovery_requests.find(work, mark)
    if request is None or request.person is None:
        return None
    person = request.person
    await persons.lock(work, person)
    request = await recovery_requests.find(work, mark) or request
    earlier = request.repeats_session(work.now)
    session = await sessions.find(work, earlier) if earlier else None
    if session is not None and session.is_live(work.now):
        return NewSession(session, _session_key(session.id, key, keyed_hasher), await worn_hats.hats_of(work, person))
    vouched = await recovery_requests.vouched_by(work, request.id)
    if request.state(vouched, work.now) is not RecoveryState.READY or await person_merges.merged_into(work, person) is not None:
        return None
    await _end_earlier_ways(work, person)
    await recovery_requests.close_all(work, person)
    session_id = work.new_id()
    await recovery_requests.use(work, request.id, session_id)
    await events_out.person_recovered(work, person, sorted(vouched))
    work.report(SecurityEvent.PERSON_RECOVERED, person=str(person), session=str(session_id))
    session_key = _session_key(session_id, key, keyed_hasher)
    browser_mark = keyed_hasher.digest(BROWSER_PURPOSE, browser) if browser else None
    strength = callers.AuthenticationStrength.RECOVERY
    return await start_session(work, session_id, person, strength, session_key, keyed_hasher, device, browser_mark)


async def _end_earlier_ways(work: UnitOfWork, person: UUID) -> None:
    """A card that was lost may have been found by somebody."""
    ended = await sessions.end_all(work, person)
    password_removed = await passwords.remove(work, person)
    await password_attempts.forget_browsers(work, person)
    await sign_in_codes.revoke_all(work, person)
    await events_out.passkeys_removed(work, person, await passkeys.remove_all(work, person), "recovered")
    await events_out.sessions_ended(work, person, ended, "recovered")
    # Also for identity itself: after it is set back to an older copy, what was found on a card must not work again.
    await events_out.sign_in_codes_revoked(work, person, password_removed=password_removed)


def _session_key(session: UUID, key: str, keyed_hasher: KeyedHasher) -> str:
    """As that of a code: it can be made again from the browser's key and our own, and not from the tables."""
    return base64.urlsafe_b64encode(keyed_hasher.digest("session key of a recovery", f"{session} {key}")).rstrip(b"=").decode()
