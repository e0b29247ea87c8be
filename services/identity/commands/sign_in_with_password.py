"""Signs a person in with an e-mail address and its password.

argon2 runs outside any transaction, so it is several steps: `begin_attempt` looks up what to compare with and counts the attempt as a
failure; `find_match` compares; `renew_hash` makes a stronger hash where the stored one is old; `finish_attempt` begins the session and
takes the failure back. So attempts that arrive together are all counted.
"""

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from libs import callers
from libs.database.engine import UnitOfWork
from libs.refusals import TooMany
from services.identity.commands.sign_in import BROWSER_PURPOSE, NewSession, start_session
from services.identity.domain import password as password_rules
from services.identity.domain import password_attempts as pace
from services.identity.domain.identity_keys import fold_email
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.session import UNKNOWN_DEVICE, Device
from services.identity.storage import password_attempts, passwords, persons
from services.identity.storage.passwords import Argon2Hasher

ACCOUNT_PURPOSE = "address"
CLIENT_PURPOSE = "client"
_MAX_EMAIL_LENGTH = 254
_IPV6_NETWORK = 64
"""A household has a whole network of this size to itself."""


@dataclass(frozen=True)
class PasswordSource:
    """Where an attempt comes from and at what it aims, as keyed hashes."""

    email_key: str
    account: bytes
    client: bytes
    browser: bytes | None


@dataclass(frozen=True)
class PasswordAttempt:
    """One attempt that may go on: whom the password may belong to, with the hash of each."""

    account: bytes
    counted_for: bytes
    browser: bytes | None
    candidates: Sequence[tuple[UUID, str]]


def password_source(email: str, client_address: str, browser: str, keyed_hasher: KeyedHasher) -> PasswordSource:
    # PostgreSQL does not accept NUL in text.
    key = fold_email(email[: _MAX_EMAIL_LENGTH + 1].replace("\0", ""))
    browser_mark = keyed_hasher.digest(BROWSER_PURPOSE, browser) if browser else None
    client = keyed_hasher.digest(CLIENT_PURPOSE, network_of(client_address))
    return PasswordSource(key, keyed_hasher.digest(ACCOUNT_PURPOSE, key), client, browser_mark)


async def begin_attempt(work: UnitOfWork, source: PasswordSource) -> PasswordAttempt:
    """Raises TooMany SIGN_IN_TOO_OFTEN while the client has to wait."""
    candidates = await passwords.find_by_email(work, source.email_key)
    await password_attempts.lock_account(work, source.account)
    since = work.now - pace.WINDOW
    persons = [person for person, _ in candidates]
    if source.browser and persons and await password_attempts.is_known_browser(work, source.browser, persons):
        counted_for = source.browser
        wait = pace.wait_of_known_browser(await password_attempts.failures_of_both(work, source.account, source.browser, since), work.now)
    else:
        counted_for = source.client
        wait = pace.wait_of_stranger(
            account_and_client=await password_attempts.failures_of_both(work, source.account, source.client, since),
            account=await password_attempts.failures_of_account(work, source.account, since),
            client=await password_attempts.failures_of_client(work, source.client, since),
            now=work.now,
        )
    if wait.total_seconds() > 0:
        raise TooMany("SIGN_IN_TOO_OFTEN", seconds=str(int(wait.total_seconds()) + 1))
    await password_attempts.record_failure(work, source.account, counted_for)
    return PasswordAttempt(source.account, counted_for, source.browser, candidates)


async def find_match(attempt: PasswordAttempt, typed: str, password_hasher: Argon2Hasher) -> UUID | None:
    """The person whose password this is."""
    password = password_rules.normalise_attempt(typed)
    if not attempt.candidates:
        await password_hasher.simulate_verification(password)
    for person, hash_ in attempt.candidates:
        if await password_hasher.verify(password, hash_):
            return person
    return None


async def renew_hash(attempt: PasswordAttempt, person: UUID, typed: str, password_hasher: Argon2Hasher) -> str | None:
    """A stronger hash of the password that has just proved right, where the stored one was made with weaker parameters than today's."""
    return await password_hasher.renew(password_rules.normalise_attempt(typed), dict(attempt.candidates)[person])


async def finish_attempt(
    work: UnitOfWork,
    attempt: PasswordAttempt,
    person: UUID,
    keyed_hasher: KeyedHasher,
    renewed_hash: str | None = None,
    device: Device = UNKNOWN_DEVICE,
) -> NewSession | None:
    """Returns None when the password was changed or removed while it was compared."""
    hash_ = dict(attempt.candidates)[person]
    await persons.lock(work, person)
    if await passwords.find_hash(work, person) != hash_:
        return None
    if renewed_hash is not None:
        await passwords.replace_hash(work, person, renewed_hash)
    await password_attempts.clear_failures(work, attempt.account, attempt.counted_for)
    key, strength = secrets.token_urlsafe(32), callers.AuthenticationStrength.PASSWORD
    return await start_session(work, work.new_id(), person, strength, key, keyed_hasher, device, attempt.browser)


def network_of(address: str) -> str:
    """An IPv4 address, or the network of an IPv6 address; anything else as it is, cut."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address):
        return str(known.ipv4_mapped or ipaddress.ip_network((known, _IPV6_NETWORK), strict=False))
    return str(known)
