"""Adds a passkey to the caller's ways to sign in, with what their browser answered to the challenge of this session."""

from uuid import UUID

from libs.access import hats
from libs.callers.relying_party import RelyingParty
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import AlreadyExists, NotAllowed, NotSignedIn, invalid
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.commands.give_passkey_challenge import challenge_mark, require_site
from services.identity.domain import passkey, passkey_ceremony
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.passkey import Passkey
from services.identity.storage import events_out, passkey_challenges, passkeys, person_merges, persons


async def finish_passkey_registration(
    work: UnitOfWork, site: RelyingParty | None, credential_json: str, typed_name: str, keyed_hasher: KeyedHasher
) -> UUID:
    """Returns its id. Raises NotAllowed PERSON_NEEDED or
    NOT_WHILE_HELPED, PERSON_UNKNOWN, NotSignedIn SESSION_ENDED, Invalid PASSKEY_NAME_LONG, PASSKEY_WRONG,
    FailedPrecondition PASSKEYS_IMPOSSIBLE, PASSKEYS_FULL, AlreadyExists PASSKEY_KNOWN.

    A refusal gives the challenge back: nobody but this session can answer it, and it lasts five minutes.
    """
    person = await hats.require_person(work)
    require_unhelped(work)
    name = passkey.parse_name(typed_name)
    own_site = require_site(site)
    if not await persons.lock(work, person) or await person_merges.merged_into(work, person) is not None:
        raise NotAllowed("PERSON_UNKNOWN")
    session = await require_caller_session(work)
    if session is None:
        raise NotSignedIn("SESSION_ENDED")
    answer = passkey_ceremony.read_answer(credential_json)
    if answer is None or not await passkey_challenges.take_to_add(work, challenge_mark(answer.challenge, keyed_hasher), person, session.id):
        raise invalid("credential_json", "PASSKEY_WRONG")
    made = passkey_ceremony.check_added(answer, own_site)
    if made is None:
        raise invalid("credential_json", "PASSKEY_WRONG")
    passkey.require_room(await passkeys.count_of(work, person))
    new_passkey = Passkey(
        work.new_id(), person, made.credential_id, made.public_key, made.sign_count, made.is_synced, name, work.now, last_used_at=None
    )
    if not await passkeys.add(work, new_passkey):
        raise AlreadyExists("PASSKEY_KNOWN")
    await events_out.passkey_added(work, person, new_passkey.id)
    work.report(SecurityEvent.PASSKEY_ADDED, person=str(person), session=str(session.id))
    return new_passkey.id
