"""Challenges for passkeys, stored by their keyed hash (`mark`) only. Each is taken once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, text, update

from libs.database.columns import MOMENT, NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import values_of
from services.identity.domain.passkey import PasskeyChallenge
from services.identity.domain.passkey_pace import Given
from services.identity.storage.sign_in_tables import known_browser, passkey_challenge

_ADD = insert(passkey_challenge)
_COUNT = select(func.count(), func.min(passkey_challenge.c.begun_at)).where(passkey_challenge.c.begun_at > bindparam("since", type_=MOMENT))
_COUNT_CLIENT = _COUNT.where(passkey_challenge.c.client_mark == bindparam("client"))
# A browser that signed in before is its own client.
_COUNT_NEW_CLIENTS = _COUNT.where(
    passkey_challenge.c.person.is_(None), passkey_challenge.c.client_mark.is_distinct_from(passkey_challenge.c.browser_mark)
)
# Of two that ask at the same moment the second is counted with the first.
_LOCK = text("select pg_advisory_xact_lock(hashtextextended(cast(:client as text), 22))")
_TAKE = (
    update(passkey_challenge)
    .where(passkey_challenge.c.mark == bindparam("of"), passkey_challenge.c.used_at.is_(None), passkey_challenge.c.expires_at > NOW)
    .values(used_at=NOW)
    .returning(passkey_challenge.c.mark)
)
_TAKE_TO_ADD = _TAKE.where(passkey_challenge.c.person == bindparam("who"), passkey_challenge.c.session == bindparam("in_session"))
_TAKE_TO_SIGN_IN = _TAKE.where(passkey_challenge.c.person.is_(None), passkey_challenge.c.browser_mark == bindparam("browser"))
_DELETE_OLD = delete(passkey_challenge).where(passkey_challenge.c.begun_at < bindparam("before"))
_KNOWN_BROWSER = select(known_browser.c.person).where(known_browser.c.browser_mark == bindparam("browser")).limit(1)


async def add(work: UnitOfWork, challenge: PasskeyChallenge) -> None:
    await work.connection.execute(_ADD, values_of(challenge))


async def lock_giving(work: UnitOfWork, client: bytes | None) -> None:
    """Who else wants a challenge as this client, or with None as any new one, waits until the transaction ends."""
    await work.connection.execute(_LOCK, {"client": client.hex() if client else ""})


async def given_to(work: UnitOfWork, client: bytes, since: datetime) -> Given:
    """To a client, a browser or a session: `client` is the hash of it."""
    return Given(*(await work.connection.execute(_COUNT_CLIENT, {"client": client, "since": since})).one())


async def given_to_new_clients(work: UnitOfWork, since: datetime) -> Given:
    """To all who wanted to sign in with a browser that was new here."""
    return Given(*(await work.connection.execute(_COUNT_NEW_CLIENTS, {"since": since})).one())


async def take_to_add(work: UnitOfWork, mark: bytes, person: UUID, session: UUID) -> bool:
    """Whether it was given to the person in this session, in time, and was not taken before."""
    values = {"of": mark, "who": person, "in_session": session, "now": work.now}
    return (await work.connection.execute(_TAKE_TO_ADD, values)).first() is not None


async def take_to_sign_in(work: UnitOfWork, mark: bytes, browser: bytes) -> bool:
    """Whether it was given to this browser, in time, and was not taken before."""
    return (await work.connection.execute(_TAKE_TO_SIGN_IN, {"of": mark, "browser": browser, "now": work.now})).first() is not None


async def is_known_browser(work: UnitOfWork, browser: bytes) -> bool:
    """Whether anybody signed in with this browser before."""
    return (await work.connection.execute(_KNOWN_BROWSER, {"browser": browser})).first() is not None


async def delete_old(work: UnitOfWork, before: datetime) -> int:
    """Deletes challenges given out before then; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": before})).rowcount
