"""Stored sessions of web: useless to readers of the tables, and expired when they should be."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from libs import callers
from libs.clock import FixedClock
from libs.database.engine import Database, new_id
from libs.refusals import Unavailable
from services.web.http.database_sessions import DatabaseSessionStore
from services.web.http.sessions import IdentitySession
from services.web.jobs.end_quiet_sessions import end_quiet_sessions_job
from services.web.storage.sessions import IDLE_TIMEOUT, delete_ended_sessions
from tests.support.running_co_op import Infrastructure
from tests.unit.web.fake_people import NOW


@pytest.fixture
async def database(infrastructure: Infrastructure) -> AsyncIterator[Database]:
    async with infrastructure.databases.fresh_database("web") as wanted:
        found = Database(wanted.run_url)
        yield found
        await found.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def sessions(database: Database, clock: FixedClock) -> DatabaseSessionStore:
    return DatabaseSessionStore(database, clock)


def make_identity_session(**given: object) -> IdentitySession:
    told: dict[str, object] = {"session_id": "their session", "session_key": "a key of identity", "hats": ("secretary",)}
    return IdentitySession(person_id=str(new_id()), expires_at=NOW + timedelta(days=30), **(told | given))  # type: ignore[arg-type]  # a component_builder's words


async def fetch_column(database: Database, query: str) -> list[str]:
    async with database.query_work(callers.ANONYMOUS, NOW) as work:
        return [str(row) for row in (await work.connection.execute(text(query))).all()]


async def test_a_session_is_found_by_its_cookie_with_all_that_identity_said(sessions: DatabaseSessionStore) -> None:
    begun = await sessions.create(make_identity_session())

    assert await sessions.find(begun.cookie) == begun
    assert await sessions.find("a" * 43) is None


async def test_the_tables_hold_neither_the_cookie_nor_the_key(sessions: DatabaseSessionStore, database: Database) -> None:
    begun = await sessions.create(make_identity_session())

    kept = "".join(await fetch_column(database, "select *, encode(sealed_key, 'escape') from session"))
    assert begun.cookie not in kept
    assert begun.identity.session_key not in kept


async def test_a_session_ends_with_its_time_and_when_nobody_used_it(sessions: DatabaseSessionStore, clock: FixedClock) -> None:
    short = await sessions.create(make_identity_session())
    clock.at = NOW + IDLE_TIMEOUT - timedelta(seconds=1)
    assert await sessions.find(short.cookie) is not None
    clock.at = NOW + IDLE_TIMEOUT + timedelta(days=1)
    assert await sessions.find(short.cookie) is not None, "it was used a day ago"
    clock.at = NOW + timedelta(days=30)
    assert await sessions.find(short.cookie) is None


async def test_a_session_on_a_shared_device_ends_after_its_quiet_time_and_is_told_to_identity(
    sessions: DatabaseSessionStore, database: Database, clock: FixedClock
) -> None:
    own = await sessions.create(make_identity_session())
    used, quiet = [await sessions.create(make_identity_session(session_id=name, quiet_seconds=900)) for name in ("used", "quiet")]
    told: list[str] = []

    async def end_at_identity(ids: Sequence[str]) -> int:
        told.extend(ids)
        return len(ids)

    async def identity_is_away(_ids: Sequence[str]) -> int:
        raise Unavailable("SERVICE_AWAY")

    clock.at = NOW + timedelta(minutes=10)
    assert await sessions.find(used.cookie) == used
    clock.at = NOW + timedelta(minutes=15)
    assert await sessions.find(quiet.cookie) is None
    assert await sessions.find(used.cookie) == used
    assert await sessions.find(own.cookie) == own
    async with database.work(callers.job("end_quiet_sessions"), clock.at) as work:
        assert await end_quiet_sessions_job(identity_is_away).run(work) == 0
        assert await delete_ended_sessions(work) == 0, "identity has not heard of it yet"
        assert await end_quiet_sessions_job(end_at_identity).run(work) == 1
    assert told == ["quiet"]


async def test_what_was_changed_with_help_is_the_persons_and_the_helpers_to_see(sessions: DatabaseSessionStore, database: Database) -> None:
    helper = str(new_id())
    helped = await sessions.create(make_identity_session(session_id="helped", quiet_seconds=900, helped_by=helper, hats=("secretary",)))
    found = await sessions.find(helped.cookie)
    assert found == helped
    assert not helped.wears("secretary")
    await sessions.record_helped_page(helped, "/you/record/{section}")
    [page] = await sessions.list_helped_pages(helped.identity.person_id, ["helped", "another"])
    assert (page.session_id, page.path, page.at) == ("helped", "/you/record/{section}", NOW)
    assert not await sessions.list_helped_pages(helped.identity.person_id, ["another"])
    for person, rows in ((helper, 1), (str(new_id()), 0)):
        async with database.query_work(callers.person(UUID(person)), NOW) as work:
            assert len((await work.connection.execute(text("select 1 from helped_page"))).all()) == rows


async def test_a_session_acts_for_somebody_until_it_stops(sessions: DatabaseSessionStore) -> None:
    begun = await sessions.create(make_identity_session())
    subject = str(new_id())

    assert not (await sessions.set_acting_for(begun, subject)).wears("secretary")
    assert await sessions.find(begun.cookie) == replace(begun, acting_for=subject)
    assert await sessions.set_acting_for(begun, "") == begun == await sessions.find(begun.cookie)


async def test_hats_are_those_identity_named_last(sessions: DatabaseSessionStore) -> None:
    begun = await sessions.create(make_identity_session())
    await sessions.set_hats(begun, ())

    found = await sessions.find(begun.cookie)

    assert found is not None
    assert found.identity.hats == ()


async def test_sessions_that_are_over_are_forgotten_and_others_are_not(
    sessions: DatabaseSessionStore, database: Database, clock: FixedClock
) -> None:
    await sessions.create(make_identity_session())
    later = await sessions.create(make_identity_session())
    clock.at = NOW + IDLE_TIMEOUT - timedelta(hours=1)
    assert await sessions.find(later.cookie) is not None

    async with database.work(callers.job("forget_ended_sessions"), NOW + IDLE_TIMEOUT + timedelta(hours=1)) as work:
        assert await delete_ended_sessions(work) == 1

    assert len(await fetch_column(database, "select 1 from session")) == 1
