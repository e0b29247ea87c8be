"""Gives out a challenge: to a session, to add a passkey, or to a browser, to sign in with one.

Each has two steps, for what a browser answers comes in a request of its own; the finishing commands take the challenge.
"""

from uuid import UUID

from libs.access import hats
from libs.callers.relying_party import RelyingParty
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import FailedPrecondition, NotAllowed, NotSignedIn, TooMany
from services.identity.commands.caller_session import require_caller_session, require_recent_sign_in
from services.identity.commands.sign_in import BROWSER_PURPOSE
from services.identity.commands.sign_in_with_password import CLIENT_PURPOSE, network_of
from services.identity.domain import passkey, passkey_ceremony, passkey_pace
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.passkey import CHALLENGE_LASTS, CHALLENGE_PURPOSE, USER_PURPOSE, PasskeyChallenge
from services.identity.storage import passkey_challenges, passkeys, persons

_ID_LENGTH = 16
"""Of a keyed hash in hex, as an id in security events."""


async def begin_passkey_registration(work: UnitOfWork, site: RelyingParty | None, challenge: bytes, keyed_hasher: KeyedHasher) -> str:
    """What the browser needs, as JSON.

    Raises NotAllowed PERSON_NEEDED, PERSON_UNKNOWN, NotSignedIn SESSION_ENDED, SIGN_IN_AGAIN, FailedPrecondition PASSKEYS_IMPOSSIBLE,
    PASSKEYS_FULL, TooMany PASSKEYS_TOO_OFTEN.
    """
    person = await hats.require_person(work)
    await require_recent_sign_in(work)
    session = await require_caller_session(work)
    if session is None:
        raise NotSignedIn("SESSION_ENDED")
    record = await persons.get_record(work, person)
    if record is None:
        raise NotAllowed("PERSON_UNKNOWN")
    own_site = require_site(site)
    known = await passkeys.list_of(work, person)
    passkey.require_room(len(known))
    client = keyed_hasher.digest("session", str(session.id))
    await _require_pace(work, client, is_new=False)
    await _give(work, challenge, keyed_hasher, client, person=person, session=session.id)
    handle = user_handle(person, keyed_hasher)
    return passkey_ceremony.creation_options(own_site, challenge, handle, record.full_name, [entry.credential_id for entry in known])


async def begin_passkey_sign_in(
    work: UnitOfWork, site: RelyingParty | None, challenge: bytes, keyed_hasher: KeyedHasher, *, browser: str, client_address: str
) -> str:
    """What the browser needs, as JSON.

    Raises FailedPrecondition PASSKEYS_IMPOSSIBLE, TooMany PASSKEYS_TOO_OFTEN, NotSignedIn PASSKEY_REFUSED without a browser: nobody could
    answer the challenge.
    """
    own_site = require_site(site)
    if not browser:
        raise NotSignedIn("PASSKEY_REFUSED")
    browser_mark = keyed_hasher.digest(BROWSER_PURPOSE, browser)
    is_known = await passkey_challenges.is_known_browser(work, browser_mark)
    client = browser_mark if is_known else keyed_hasher.digest(CLIENT_PURPOSE, network_of(client_address))
    await _require_pace(work, client, is_new=not is_known)
    await _give(work, challenge, keyed_hasher, client, browser=browser_mark)
    return passkey_ceremony.request_options(own_site, challenge)


def require_site(site: RelyingParty | None) -> RelyingParty:
    """Raises FailedPrecondition PASSKEYS_IMPOSSIBLE where the public address is one for which browsers make no passkeys."""
    if site is None:
        raise FailedPrecondition("PASSKEYS_IMPOSSIBLE")
    return site


def challenge_mark(challenge: bytes, keyed_hasher: KeyedHasher) -> bytes:
    """By what a challenge is recognised."""
    return keyed_hasher.digest(CHALLENGE_PURPOSE, challenge.hex())


def user_handle(person: UUID, keyed_hasher: KeyedHasher) -> bytes:
    """What devices know the person by."""
    return keyed_hasher.digest(USER_PURPOSE, str(person))


async def _require_pace(work: UnitOfWork, client: bytes, *, is_new: bool) -> None:
    since = work.now - passkey_pace.WINDOW
    await passkey_challenges.lock_giving(work, None if is_new else client)
    own = await passkey_challenges.given_to(work, client, since)
    new_clients = await passkey_challenges.given_to_new_clients(work, since) if is_new else None
    wait = passkey_pace.wait(own, new_clients, work.now)
    if wait.total_seconds() > 0:
        # At once: a refusal undoes what waits for the commit.
        report_security_event(SecurityEvent.SIGN_IN_SLOWED, client=client.hex()[:_ID_LENGTH])
        raise TooMany("PASSKEYS_TOO_OFTEN", seconds=str(int(wait.total_seconds()) + 1))


async def _give(
    work: UnitOfWork,
    challenge: bytes,
    keyed_hasher: KeyedHasher,
    client: bytes,
    *,
    person: UUID | None = None,
    session: UUID | None = None,
    browser: bytes | None = None,
) -> None:
    mark = challenge_mark(challenge, keyed_hasher)
    given = PasskeyChallenge(mark, person, session, browser, client, work.now, work.now + CHALLENGE_LASTS)
    await passkey_challenges.add(work, given)
