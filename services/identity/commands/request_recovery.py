"""Asks to sign in again without card and password. The answer is the same whether anybody was found or not."""

from uuid import UUID

from libs import callers
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import TooMany, invalid
from services.identity.commands.sign_in import BROWSER_PURPOSE
from services.identity.commands.sign_in_with_password import CLIENT_PURPOSE, network_of
from services.identity.domain import recovery
from services.identity.domain.identity_keys import fold_email, fold_name, fold_phone
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.recovery import KEY_PURPOSE, NUMBER_OF_KEY_PURPOSE, RecoveryRequest
from services.identity.storage import events_out, password_attempts, recovery_helpers, recovery_requests
from services.identity.storage.recovery_requests import RequestMarks

RECOVERY_CALLER = callers.job("recovery")
"""Nobody is signed in yet, so it runs as a named system caller that row-level security lets through."""
_ID_LENGTH = 16
_SHORTEST_PHONE = 6


async def request_recovery(
    work: UnitOfWork, who: str, key: str, keyed_hasher: KeyedHasher, *, browser: str, client_address: str, country: str
) -> None:
    """Stores the request. Raises Invalid WHO_MISSING, TooMany RECOVERY_TOO_OFTEN while the client has to wait."""
    typed = who[: recovery.MOST_WHO_LENGTH].replace("\0", "")
    name_key = fold_name(typed)
    if not name_key:
        raise invalid("who", "WHO_MISSING")
    phone_key = fold_phone(typed, country)
    email_key = fold_email(typed) if "@" in typed else ""
    person = await recovery_requests.find_person(work, name_key, email_key, phone_key if len(phone_key) >= _SHORTEST_PHONE else "")
    accepted = [] if person is None else [entry for entry in await recovery_helpers.helpers_of(work, person) if entry.accepted_at]
    account = keyed_hasher.digest("recovery of", name_key)
    browser_mark = keyed_hasher.digest(BROWSER_PURPOSE, browser) if browser else None
    is_known = bool(person and browser_mark and await password_attempts.is_known_browser(work, browser_mark, [person]))
    client = browser_mark if is_known and browser_mark else keyed_hasher.digest(CLIENT_PURPOSE, network_of(client_address))
    await recovery_requests.lock_asking(work)
    await _require_pace(work, account, client, is_known=is_known)
    if person and len(accepted) < recovery.HELPERS_NEEDED:
        person = None
    already_told = bool(person and await _was_just_told(work, person))
    request = RecoveryRequest(work.new_id(), person, work.now, work.now + recovery.LASTS, None, None)
    number = recovery.spoken_number(keyed_hasher.digest(NUMBER_OF_KEY_PURPOSE, key))
    marks = RequestMarks(keyed_hasher.digest(KEY_PURPOSE, key), number_mark(str(person), number, keyed_hasher), account, client)
    await recovery_requests.add(work, request, marks)
    if person and not already_told:
        await events_out.recovery_requested(work, person, [entry.helper for entry in accepted])
    work.report(SecurityEvent.RECOVERY_REQUESTED, account=account.hex()[:_ID_LENGTH], client=client.hex()[:_ID_LENGTH])


def number_mark(person: str, number: str, keyed_hasher: KeyedHasher) -> bytes:
    """By what a helper's number is recognised among the requests of one person."""
    return keyed_hasher.digest("recovery number", f"{person} {number}")


async def _require_pace(work: UnitOfWork, account: bytes, client: bytes, *, is_known: bool) -> None:
    since = work.now - recovery.WINDOW
    own = await recovery_requests.asked_since(work, since, account=account, client=client)
    wait = (
        recovery.wait_of_known_browser(own, work.now)
        if is_known
        else recovery.wait_to_ask(
            name_and_client=own,
            client=await recovery_requests.asked_since(work, since, client=client),
            name=await recovery_requests.asked_since(work, since, account=account),
            anybody=await recovery_requests.asked_since(work, since),
            now=work.now,
        )
    )
    if wait.total_seconds() > 0:
        raise TooMany("RECOVERY_TOO_OFTEN", seconds=str(int(wait.total_seconds()) + 1))


async def _was_just_told(work: UnitOfWork, person: UUID) -> bool:
    last = await recovery_requests.last_asked(work, person)
    return last is not None and work.now - last < recovery.TOLD_EVERY
