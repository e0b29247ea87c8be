"""Passwords: what makes one, what setting one needs, and what guessing them costs. One co-op for all of it."""

import asyncio
import threading
from collections.abc import AsyncIterator

import argon2
import pytest
import pytest_asyncio

from libs.refusals import Invalid, NotAllowed, NotSignedIn, Refusal, TooMany
from services.identity.storage.passwords import MAX_PENDING
from tests.support.running_co_op import Infrastructure
from tests.support.session_assembly import BETTER, GOOD, LINK, Assembly, session_assembly

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assembly(infrastructure: Infrastructure) -> AsyncIterator[Assembly]:
    async with session_assembly(infrastructure) as made:
        yield made


async def test_a_password_needs_the_old_one_or_a_fresh_card(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    session = await assembly.sign_in(code=await assembly.issue(person, LINK))
    with pytest.raises(NotAllowed, match="OLD_PASSWORD_OR_CARD_NEEDED"):
        await assembly.set_password(session, BETTER)
    with pytest.raises(Invalid, match="OLD_PASSWORD_WRONG"):
        await assembly.set_password(session, BETTER, "a guess of many")
    await assembly.set_password(session, BETTER, GOOD)
    await assembly.set_password(await assembly.sign_in(code=await assembly.issue(person)), GOOD)
    assert (await assembly.sign_in(email=email, password=GOOD)).person_id == str(person)
    newcomer, _ = await assembly.register()
    with pytest.raises(NotAllowed, match="CARD_NEEDED"):
        await assembly.set_password(await assembly.sign_in(code=await assembly.issue(newcomer, LINK)), GOOD)


async def test_old_passwords_are_not_guessed_in_an_open_session(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    session = await assembly.sign_in(email=email, password=GOOD)
    refused = []
    for _ in range(8):
        with pytest.raises(Refusal) as refusal:
            await assembly.set_password(session, BETTER, "a guess of many")
        refused.append(refusal.value.reason)
    assert (refused[0], refused[-1]) == ("OLD_PASSWORD_WRONG", "SIGN_IN_TOO_OFTEN")
    await assembly.set_password(await assembly.sign_in(code=await assembly.issue(person)), BETTER)


async def test_a_password_that_everybody_uses_is_refused(assembly: Assembly) -> None:
    person, _ = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(person))
    for common in ("qwertyuiop", "Password123!", "manchester1", "1234567890", "aaaaaaaaaaaa", "ababababab"):
        with pytest.raises(Invalid, match="PASSWORD_COMMON"):
            await assembly.set_password(session, common)


class HeldHashing:
    """argon2 whose checks wait until `release`; each then takes its course."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.release = threading.Event()
        self.threads: set[str] = set()
        """Those in which a check waits."""
        verify = argon2.PasswordHasher.verify

        def wait_and_verify(hasher: argon2.PasswordHasher, hash_: str | bytes, password: str | bytes) -> bool:
            self.threads.add(threading.current_thread().name)
            assert self.release.wait(60)
            return verify(hasher, hash_, password)

        monkeypatch.setattr(argon2.PasswordHasher, "verify", wait_and_verify)


async def test_many_passwords_at_once_stop_nobody_else(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long hashing takes: the few passwords that are taken wait for it, and nobody else does."""
    person, _ = await assembly.person_with_password()
    code = await assembly.issue(person)
    member = await assembly.browser(code)
    hashing = HeldHashing(monkeypatch)
    refused: list[str] = []

    async def guess(number: int) -> None:
        try:
            await assembly.sign_in(email=f"guess{number}@example.org", password="a guess of many")
        except (TooMany, NotSignedIn) as refusal:
            refused.append(refusal.reason)

    guesses = [asyncio.create_task(guess(number)) for number in range(250)]
    try:
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
            assert (await assembly.sign_in(code=code)).person_id == str(person)
            assert await member.is_signed_in()
            while len(refused) < 250 - MAX_PENDING:
                await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED, timeout=0.1)
        assert refused == ["PASSWORDS_BUSY"] * (250 - MAX_PENDING), "who is refused is refused at once"
        assert len(hashing.threads) in {1, 2}, "a pool of its own, that leaves the common one and a core to others"
        assert all(name.startswith("argon2") for name in hashing.threads), hashing.threads
    finally:
        hashing.release.set()
    await asyncio.gather(*guesses)
    assert refused[-MAX_PENDING:] == ["SIGN_IN_FAILED"] * MAX_PENDING


async def test_guessing_is_slowed_down_and_keeps_no_owner_out(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    await assembly.sign_in(email=email, password=GOOD, browser="the owner's own", client_address="192.0.2.1")
    reasons = []
    for _ in range(12):
        with pytest.raises(Refusal) as refusal:
            await assembly.sign_in(email=email, password="a guess of many", browser="a thief's", client_address="192.0.2.9")
        reasons.append(refusal.value.reason)
    assert (reasons[4], reasons[-1]) == ("SIGN_IN_FAILED", "SIGN_IN_TOO_OFTEN")
    with pytest.raises(TooMany):
        await assembly.sign_in(email=email, password=GOOD, client_address="192.0.2.9")
    for how in ({"client_address": "192.0.2.7"}, {"client_address": "192.0.2.9", "browser": "the owner's own"}):
        assert (await assembly.sign_in(email=email, password=GOOD, **how)).person_id == str(person)


async def test_an_old_password_hash_is_renewed_at_sign_in(assembly: Assembly) -> None:
    person, email = await assembly.person_with_password()
    weaker = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    assert await assembly.password_hash(person, becomes=weaker) == weaker
    session = await assembly.sign_in(email=email, password=GOOD)
    renewed = await assembly.password_hash(person)
    assert renewed != weaker
    assert "m=19456,t=2" in renewed
    assert await assembly.sign_in(email=email, password=GOOD)
    assert await assembly.password_hash(person) == renewed
    assert not await assembly.is_over(session), "it is the same password"


async def test_a_password_made_of_the_persons_own_name_or_address_is_refused(assembly: Assembly) -> None:
    person, email = await assembly.register()
    session = await assembly.sign_in(code=await assembly.issue(person))
    for own in ("somebody 2026!", f"{email.partition('@')[0]}!!!!", email):
        with pytest.raises(Invalid, match="PASSWORD_OF_OWN_WORDS"):
            await assembly.set_password(session, own)
    await assembly.set_password(session, "somebody heron kettle")
