"""Sets the caller's own password, which ends their other sessions.

The open session alone is not enough: somebody may have found the browser. Needed is the old password, or a sign-in by card a moment ago.
argon2 runs before and outside the transaction, so it is several steps: `prepare_password` looks what is needed, `count_attempt` counts an
old password as wrong until it has proved right, `check_password` runs argon2 without a transaction, `set_password` saves.
"""

from dataclasses import dataclass
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotAllowed, NotSignedIn, TooMany, invalid
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.domain import password as password_rules
from services.identity.domain import password_attempts as pace
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.storage import common_passwords, events_out, password_attempts, passwords, persons, sessions, sign_in_codes
from services.identity.storage.passwords import Argon2Hasher

_ACCOUNT_PURPOSE = "own password"
_NO_CLIENT = b""


@dataclass(frozen=True)
class PasswordChange:
    """What a new password has to replace."""

    person: UUID
    old_hash: str | None
    """The hash that the old password must fit; None when a fresh sign-in by card stands in for it."""
    own_words: tuple[str, ...] = ()
    """The person's names and e-mail address, and the co-op's name, which are no password."""


async def prepare_password(work: UnitOfWork, old: str, co_op_name: str = "") -> PasswordChange:
    """Raises NotAllowed PERSON_NEEDED, PERSON_UNKNOWN, NOT_WHILE_HELPED, CARD_NEEDED or OLD_PASSWORD_OR_CARD_NEEDED; NotSignedIn
    SESSION_ENDED.
    """
    person = await hats.require_person(work)
    require_unhelped(work)
    session = await require_caller_session(work)
    record = await persons.get_record(work, person)
    if record is None:
        raise NotAllowed("PERSON_UNKNOWN")
    if session is None:
        raise NotSignedIn("SESSION_ENDED")
    own_words = (record.full_name, record.called, record.email, co_op_name)
    old_hash = await passwords.find_hash(work, person)
    if session.is_fresh(work.now):
        return PasswordChange(person, None, own_words)
    if old_hash is None or not old:
        raise NotAllowed("CARD_NEEDED" if old_hash is None else "OLD_PASSWORD_OR_CARD_NEEDED")
    return PasswordChange(person, old_hash, own_words)


async def count_attempt(work: UnitOfWork, person: UUID, keyed_hasher: KeyedHasher) -> None:
    """As the named caller of sign-ins, for nobody may see or change their own failures. Raises TooMany SIGN_IN_TOO_OFTEN."""
    account = _account(person, keyed_hasher)
    await password_attempts.lock_account(work, account)
    failures = await password_attempts.failures_of_account(work, account, work.now - pace.WINDOW)
    wait = pace.wait_of_stranger(account_and_client=failures, account=failures, client=pace.Failures(0, None), now=work.now)
    if wait.total_seconds() > 0:
        raise TooMany("SIGN_IN_TOO_OFTEN", seconds=str(int(wait.total_seconds()) + 1))
    await password_attempts.record_failure(work, account, _NO_CLIENT)


async def clear_attempts(work: UnitOfWork, person: UUID, keyed_hasher: KeyedHasher) -> None:
    """The old password proved right. As `count_attempt`."""
    await password_attempts.clear_failures(work, _account(person, keyed_hasher), _NO_CLIENT)


async def check_password(change: PasswordChange, old: str, typed: str, password_hasher: Argon2Hasher) -> str:
    """The new password's hash. Raises Invalid PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_COMMON, PASSWORD_OF_OWN_WORDS,
    OLD_PASSWORD_WRONG.
    """
    new = password_rules.normalise_new_password(typed, common_passwords.common_passwords(), change.own_words)
    if change.old_hash is not None and not await password_hasher.verify(password_rules.normalise_attempt(old), change.old_hash):
        raise invalid("old_password", "OLD_PASSWORD_WRONG")
    return await password_hasher.hash(new)


async def set_password(work: UnitOfWork, change: PasswordChange, new_hash: str) -> None:
    """Raises NotSignedIn SESSION_ENDED, Invalid OLD_PASSWORD_WRONG when it was changed in the meantime."""
    await persons.lock(work, change.person)
    await require_caller_session(work)
    if change.old_hash is not None and await passwords.find_hash(work, change.person) != change.old_hash:
        raise invalid("old_password", "OLD_PASSWORD_WRONG")
    await passwords.save(work, change.person, new_hash)
    await password_attempts.forget_browsers(work, change.person)
    ended = await sessions.end_all(work, change.person, keep=work.caller.session)
    await sign_in_codes.revoke_links(work, change.person)
    await events_out.sessions_ended(work, change.person, ended, "password")
    await events_out.password_set(work, change.person)
    work.report(SecurityEvent.PASSWORD_SET, person=str(change.person), sessions=str(len(ended)))


def _account(person: UUID, keyed_hasher: KeyedHasher) -> bytes:
    return keyed_hasher.digest(_ACCOUNT_PURPOSE, str(person))
