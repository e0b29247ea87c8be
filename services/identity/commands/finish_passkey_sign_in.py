"""Begins a session, with what a browser answered to the challenge that was given to it."""

import secrets

from libs import callers
from libs.callers.relying_party import RelyingParty
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from services.identity.commands.give_passkey_challenge import challenge_mark, user_handle
from services.identity.commands.sign_in import BROWSER_PURPOSE, NewSession, start_session
from services.identity.domain import passkey_ceremony
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.passkey import Passkey, counter_went_back
from services.identity.domain.passkey_ceremony import Answer, Use
from services.identity.domain.session import Device
from services.identity.storage import events_out, passkey_challenges, passkeys, person_merges, persons


async def finish_passkey_sign_in(
    work: UnitOfWork, site: RelyingParty | None, credential_json: str, browser: str, keyed_hasher: KeyedHasher, device: Device
) -> NewSession | None:
    """Returns None when the answer is not right in every point. Its challenge is used up all the same: the caller commits."""
    answer = passkey_ceremony.read_answer(credential_json)
    if answer is None or site is None or not browser:
        return None
    browser_mark = keyed_hasher.digest(BROWSER_PURPOSE, browser)
    if not await passkey_challenges.take_to_sign_in(work, challenge_mark(answer.challenge, keyed_hasher), browser_mark):
        return None
    passkey = await _find(work, answer, keyed_hasher)
    use = passkey_ceremony.check_used(answer, site, passkey.public_key) if passkey else None
    if passkey is None or use is None or not await _accept(work, passkey, use):
        return None
    key, strength = secrets.token_urlsafe(32), callers.AuthenticationStrength.PASSKEY
    return await start_session(work, work.new_id(), passkey.person, strength, key, keyed_hasher, device, browser_mark)


async def _find(work: UnitOfWork, answer: Answer, keyed_hasher: KeyedHasher) -> Passkey | None:
    """The passkey, with its person locked before it is read: it may just be removed. None for that of an entry that is not in use."""
    passkey = await passkeys.find_by_credential(work, answer.credential_id)
    if passkey is None or not secrets.compare_digest(answer.user_handle, user_handle(passkey.person, keyed_hasher)):
        return None
    await persons.lock(work, passkey.person)
    if await person_merges.merged_into(work, passkey.person) is not None:
        return None
    return await passkeys.find_by_credential(work, answer.credential_id)


async def _accept(work: UnitOfWork, passkey: Passkey, use: Use) -> bool:
    """False when the counter went back: then two devices have the same secret, and the person hears of it."""
    if counter_went_back(passkey.sign_count, use.sign_count):
        await events_out.passkey_copy_suspected(work, passkey.person, passkey.id)
        work.report(SecurityEvent.PASSKEY_COPY_SUSPECTED, person=str(passkey.person))
        return False
    await passkeys.use(work, passkey.id, use.sign_count, is_synced=use.is_synced)
    return True
