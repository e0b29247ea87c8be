"""Signs a person in, with a code or with an e-mail address and its password.

Every failure gets the same response, so that nobody learns which addresses or codes exist. Failures are counted, so the command returns
None for one instead of raising: the servicer refuses after the count is committed.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from libs import callers
from libs.database.engine import UnitOfWork
from libs.refusals import TooMany
from services.identity.commands.issue_sign_in_code import CODE_PURPOSE
from services.identity.domain import password as password_rules
from services.identity.domain import session as session_domain
from services.identity.domain import sign_in_code
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.person_details import email_key
from services.identity.domain.session import Session
from services.identity.storage import passwords, sessions, sign_in_codes, worn_hats
from services.identity.storage.passwords import Argon2Hasher

SIGN_IN_CALLER = callers.job("sign_in")
"""Nobody is signed in yet, so the look-up runs as a named system caller that row-level security lets through."""
ADDRESS_PURPOSE = "address"
SESSION_KEY_PURPOSE = "session key"
_MAX_EMAIL_LENGTH = 254


@dataclass(frozen=True)
class NewSession:
    """A new session, with its key, which is shown only once."""

    session: Session
    key: str
    hats: tuple[str, ...]


async def sign_in_with_code(work: UnitOfWork, typed: str, keyed_hasher: KeyedHasher) -> NewSession | None:
    """Returns None when the code is not valid."""
    plain_code = sign_in_code.parse_code(typed)
    code = await sign_in_codes.find(work, keyed_hasher.digest(CODE_PURPOSE, plain_code)) if plain_code else None
    if code is None or not code.is_valid(work.now):
        return None
    await sign_in_codes.mark_used(work, code)
    return await _start_session(work, code.person, code.kind.value, keyed_hasher)


async def sign_in_with_password(
    work: UnitOfWork, email: str, typed: str, keyed_hasher: KeyedHasher, password_hasher: Argon2Hasher
) -> NewSession | None:
    """Returns None when address and password do not match. Raises TooMany SIGN_IN_TOO_OFTEN after ten such failures in 15 minutes."""
    # PostgreSQL does not accept NUL in text.
    key = email_key(email[: _MAX_EMAIL_LENGTH + 1].replace("\0", ""))
    address = keyed_hasher.digest(ADDRESS_PURPOSE, key)
    failures = await sessions.count_recent_failures(work, address, work.now - session_domain.FAILURE_WINDOW)
    if failures >= session_domain.MAX_FAILURES:
        raise TooMany("SIGN_IN_TOO_OFTEN", minutes=str(int(session_domain.FAILURE_WINDOW.total_seconds() // 60)))
    attempt = password_rules.normalise_attempt(typed)
    candidates = await passwords.find_by_email(work, key)
    if not candidates:
        await password_hasher.simulate_verification(attempt)
    for person, hash_ in candidates:
        if await password_hasher.verify(attempt, hash_):
            await sessions.clear_failures(work, address)
            return await _start_session(work, person, callers.AuthenticationStrength.PASSWORD, keyed_hasher)
    await sessions.record_failure(work, address)
    return None


async def _start_session(work: UnitOfWork, person: UUID, strength: str, keyed_hasher: KeyedHasher) -> NewSession:
    key = secrets.token_urlsafe(32)
    session = session_domain.start_session(work.new_id(), person, strength, keyed_hasher.digest(SESSION_KEY_PURPOSE, key), work.now)
    await sessions.add(work, session)
    return NewSession(session, key, await worn_hats.hats_of(work, person))
