"""Sessions and drafts as web keeps them: useless to whoever reads the tables, and over when they should be."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from libs import callers
from libs.clock import Fixed
from libs.database.engine import Database, new_id
from services.web.door.kept_sessions import KeptSessions
from services.web.door.sessions import SignedIn
from services.web.storage.sessions import IDLE, forget_ended
from tests.support.running import Kith
from tests.unit.web.people import NOW


@pytest.fixture
async def database(kith: Kith) -> AsyncIterator[Database]:
    async with kith.databases.of("web") as wanted:
        found = Database(wanted.run_url)
        yield found
        await found.close()


@pytest.fixture
def clock() -> Fixed:
    return Fixed(NOW)


@pytest.fixture
def sessions(database: Database, clock: Fixed) -> KeptSessions:
    return KeptSessions(database, clock)


def somebody(**given: object) -> SignedIn:
    told: dict[str, object] = {"session_id": "their session", "session_key": "a key of identity", "hats": ("secretary",)}
    return SignedIn(person_id=str(new_id()), expires_at=NOW + timedelta(days=30), **(told | given))  # type: ignore[arg-type]  # a builder's words


async def rows(database: Database, query: str) -> list[str]:
    async with database.reading(callers.NOBODY, NOW) as work:
        return [str(row) for row in (await work.connection.execute(text(query))).all()]


async def test_a_session_is_found_by_its_cookie_with_all_that_identity_said(sessions: KeptSessions) -> None:
    begun = await sessions.begin(somebody())

    assert await sessions.find(begun.cookie) == begun
    assert await sessions.find("a" * 43) is None


async def test_the_tables_hold_neither_the_cookie_nor_the_key(sessions: KeptSessions, database: Database) -> None:
    begun = await sessions.begin(somebody())

    kept = "".join(await rows(database, "select *, encode(sealed_key, 'escape') from session"))
    assert begun.cookie not in kept
    assert begun.who.session_key not in kept


async def test_a_session_ends_with_its_time_and_when_nobody_used_it(sessions: KeptSessions, clock: Fixed) -> None:
    short = await sessions.begin(somebody())
    clock.at = NOW + IDLE - timedelta(seconds=1)
    assert await sessions.find(short.cookie) is not None
    clock.at = NOW + IDLE + timedelta(days=1)
    assert await sessions.find(short.cookie) is not None, "it was used a day ago"
    clock.at = NOW + timedelta(days=30)
    assert await sessions.find(short.cookie) is None


async def test_signing_out_takes_the_drafts_with_it(sessions: KeptSessions, database: Database) -> None:
    begun = await sessions.begin(somebody())
    await sessions.keep_draft(begun, "ballot", {"choice": "for"})
    await sessions.keep_draft(begun, "ballot", {"choice": "against"})
    assert await sessions.draft(begun, "ballot") == {"choice": "against"}

    await sessions.end(begun)

    assert await sessions.find(begun.cookie) is None
    assert await rows(database, "select * from draft") == []


async def test_a_draft_of_a_session_that_is_over_is_not_kept(sessions: KeptSessions, database: Database) -> None:
    begun = await sessions.begin(somebody())
    await sessions.end(begun)

    await sessions.keep_draft(begun, "ballot", {"choice": "for"})

    assert await rows(database, "select * from draft") == []


async def test_nobody_reads_the_draft_of_another_session(sessions: KeptSessions) -> None:
    mine, theirs = await sessions.begin(somebody()), await sessions.begin(somebody())
    await sessions.keep_draft(mine, "ballot", {"choice": "for"})

    assert await sessions.draft(theirs, "ballot") == {}


async def test_hats_are_those_identity_named_last(sessions: KeptSessions) -> None:
    begun = await sessions.begin(somebody())
    await sessions.hats(begun, ())

    found = await sessions.find(begun.cookie)

    assert found is not None
    assert found.who.hats == ()


async def test_sessions_that_are_over_are_forgotten_and_others_are_not(sessions: KeptSessions, database: Database, clock: Fixed) -> None:
    await sessions.begin(somebody())
    later = await sessions.begin(somebody())
    clock.at = NOW + IDLE - timedelta(hours=1)
    assert await sessions.find(later.cookie) is not None

    async with database.work(callers.job("forget_ended_sessions"), NOW + IDLE + timedelta(hours=1)) as work:
        assert await forget_ended(work) == 1

    assert len(await rows(database, "select 1 from session")) == 1
