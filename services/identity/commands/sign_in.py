"""Somebody signs in, with a code or with an e-mail address and its password.

Whatever is wrong, the answer is the same: nobody learns which addresses or codes there are. A failure is a state to keep, not only a
refusal: it is counted, so the command returns None for it and the edge refuses after the count is committed.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from libs import callers
from libs.database.engine import Work
from libs.refusals import TooMany
from services.identity.commands.issue_sign_in_code import CODE
from services.identity.domain import password as passwords_domain
from services.identity.domain import session as session_domain
from services.identity.domain import sign_in_code
from services.identity.domain.particulars import email_key
from services.identity.domain.seal import Seal
from services.identity.domain.session import Session
from services.identity.storage import codes, offices, passwords, sessions
from services.identity.storage.passwords import Passwords

SIGN_IN = callers.job("sign_in")
"""Nobody is signed in yet, so the co-op's own machinery looks: row-level security knows it by this name."""
ADDRESS = "address"
SESSION_KEY = "session key"
_LONGEST_EMAIL = 254


@dataclass(frozen=True)
class SignedIn:
    """A new session, with the key that is shown this one time."""

    session: Session
    key: str
    hats: tuple[str, ...]


async def sign_in_with_code(work: Work, typed: str, seal: Seal) -> SignedIn | None:
    """None when it is no good code."""
    meant = sign_in_code.read(typed)
    code = await codes.find(work, seal.mark(CODE, meant)) if meant else None
    if code is None or not code.good(work.now):
        return None
    await codes.use(work, code)
    return await _begin(work, code.person, code.kind.value, seal)


async def sign_in_with_password(work: Work, email: str, typed: str, seal: Seal, hasher: Passwords) -> SignedIn | None:
    """None when address and password do not belong together. Raises TooMany SIGN_IN_TOO_OFTEN after ten of those in 15 minutes."""
    # What PostgreSQL takes for no text is no address either.
    key = email_key(email[: _LONGEST_EMAIL + 1].replace("\0", ""))
    address = seal.mark(ADDRESS, key)
    failed = await sessions.failures(work, address, work.now - session_domain.FAILURES_WITHIN)
    if failed >= session_domain.FAILURES_ALLOWED:
        raise TooMany("SIGN_IN_TOO_OFTEN", minutes=str(int(session_domain.FAILURES_WITHIN.total_seconds() // 60)))
    tried = passwords_domain.tried(typed)
    there = await passwords.at_address(work, key)
    if not there:
        await hasher.spend_as_long(tried)
    for person, hash_ in there:
        if await hasher.fits(tried, hash_):
            await sessions.forgive(work, address)
            return await _begin(work, person, callers.Strength.PASSWORD, seal)
    await sessions.note_failure(work, address)
    return None


async def _begin(work: Work, person: UUID, strength: str, seal: Seal) -> SignedIn:
    key = secrets.token_urlsafe(32)
    session = session_domain.begin(work.new_id(), person, strength, seal.mark(SESSION_KEY, key), work.now)
    await sessions.add(work, session)
    return SignedIn(session, key, await offices.of(work, person))
