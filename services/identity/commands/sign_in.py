"""Signs a person in with a code, and what every sign-in has in common.

Every failure gets the same response, so that nobody learns which addresses or codes exist.
"""

import base64
from dataclasses import dataclass
from uuid import UUID

from libs import callers
from libs.database.engine import UnitOfWork
from libs.refusals import NotSignedIn
from services.identity.commands.issue_sign_in_code import CODE_PURPOSE
from services.identity.domain import session as session_domain
from services.identity.domain import sign_in_code
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.session import Session
from services.identity.storage import password_attempts, persons, sessions, sign_in_codes, worn_hats

SIGN_IN_CALLER = callers.job("sign_in")
"""Nobody is signed in yet, so the look-up runs as a named system caller that row-level security lets through."""
SESSION_KEY_PURPOSE = "session key"
BROWSER_PURPOSE = "browser"


@dataclass(frozen=True)
class NewSession:
    """A new session, with its key."""

    session: Session
    key: str
    hats: tuple[str, ...]


async def sign_in_with_code(work: UnitOfWork, typed: str, browser: str, keyed_hasher: KeyedHasher) -> NewSession | None:
    """Returns None when the code is not valid; raises NotSignedIn CODE_EXPIRED when it is only too old. Anyone who has one of 2^80 codes
    may know that it existed.

    The same browser gets the same session again for a minute: its answer may have been lost.
    """
    plain_code = sign_in_code.parse_code(typed)
    if plain_code is None:
        return None
    mark = keyed_hasher.digest(CODE_PURPOSE, plain_code)
    person = await sign_in_codes.find_person(work, mark)
    if person is None:
        return None
    await persons.lock(work, person)
    code = await sign_in_codes.get_locked(work, mark)
    browser_mark = keyed_hasher.digest(BROWSER_PURPOSE, browser) if browser else None
    earlier = code.repeats_session(browser_mark, work.now) if browser_mark else None
    session = await sessions.find(work, earlier) if earlier else None
    if session is not None and session.is_live(work.now):
        return NewSession(session, _session_key(session.id, plain_code, keyed_hasher), await worn_hats.hats_of(work, session.person))
    if code.is_expired(work.now):
        raise NotSignedIn("CODE_EXPIRED")
    if not code.is_valid(work.now):
        return None
    session_id = work.new_id()
    await sign_in_codes.mark_used(work, code, session_id, browser_mark)
    if browser_mark:
        await password_attempts.remember_browser(work, code.person, browser_mark)
    key = _session_key(session_id, plain_code, keyed_hasher)
    return await start_session(work, session_id, code.person, code.kind.value, key, keyed_hasher)


async def start_session(work: UnitOfWork, session_id: UUID, person: UUID, strength: str, key: str, keyed_hasher: KeyedHasher) -> NewSession:
    """Begins a session with this key, which is stored as a hash only."""
    session = session_domain.start_session(session_id, person, strength, keyed_hasher.digest(SESSION_KEY_PURPOSE, key), work.now)
    await sessions.add(work, session)
    return NewSession(session, key, await worn_hats.hats_of(work, person))


def _session_key(session: UUID, plain_code: str, keyed_hasher: KeyedHasher) -> str:
    """The key can be made again from the code, which is not stored, and our own key; from the tables alone it cannot."""
    return base64.urlsafe_b64encode(keyed_hasher.digest("session key of a code", f"{session} {plain_code}")).rstrip(b"=").decode()
