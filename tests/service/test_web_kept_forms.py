"""Kept forms in web's tables: useless to readers of the tables, for one person alone, few and for a few days."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from libs import callers
from libs.clock import FixedClock
from libs.database.engine import Database
from services.web.http.database_kept_forms import DatabaseKeptFormStore
from services.web.storage.kept_forms import KEPT_FOR, MAX_FORMS, delete_old_forms
from tests.support.running_co_op import Infrastructure
from tests.unit.web.fake_people import NOW

ADA, JO = "a" * 64, "b" * 64


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
def store(database: Database, clock: FixedClock) -> DatabaseKeptFormStore:
    return DatabaseKeptFormStore(database, clock)


async def fetch(database: Database, query: str) -> list[str]:
    async with database.query_work(callers.ANONYMOUS, NOW) as work:
        return [str(row) for row in (await work.connection.execute(text(query))).all()]


async def test_the_last_version_is_there_for_its_owner_alone_until_it_is_deleted(store: DatabaseKeptFormStore) -> None:
    await store.save(ADA, "motion", {"text": "first"})
    await store.save(ADA, "motion", {"text": "second", "name": "Zoë"})
    assert await store.load(ADA, "motion") == {"text": "second", "name": "Zoë"}
    assert await store.load(ADA, "other") == {}
    assert await store.load(JO, "motion") == {}
    await store.delete(JO, "motion")
    assert await store.load(ADA, "motion") != {}
    await store.delete(ADA, "motion")
    assert await store.load(ADA, "motion") == {}


async def test_the_table_says_neither_whose_they_are_nor_what_they_say(store: DatabaseKeptFormStore, database: Database) -> None:
    for owner in (ADA, JO):
        await store.save(owner, "motion", {"text": "I live here now."})
    rows = await fetch(database, "select encode(owner, 'escape'), encode(form, 'escape'), encode(sealed, 'escape') from kept_form")
    assert len(rows) == 2
    assert not [row for row in rows if ADA in row or JO in row or "motion" in row or "live here" in row]
    assert await fetch(database, "select form from kept_form group by form having count(*) > 1") == []


async def test_a_form_is_kept_for_three_days(store: DatabaseKeptFormStore, database: Database, clock: FixedClock) -> None:
    await store.save(ADA, "motion", {"text": "x"})
    clock.at = NOW + KEPT_FOR - timedelta(seconds=1)
    assert await store.load(ADA, "motion") == {"text": "x"}
    clock.at = NOW + KEPT_FOR
    assert await store.load(ADA, "motion") == {}
    await store.save(ADA, "news", {"text": "y"})
    async with database.work(callers.job("forget_kept_forms"), clock.at) as work:
        assert await delete_old_forms(work) == 1
    assert len(await fetch(database, "select 1 from kept_form")) == 1


async def test_of_one_person_the_latest_are_kept(store: DatabaseKeptFormStore, database: Database, clock: FixedClock) -> None:
    await store.save(JO, "motion", {"text": "x"})
    for number in range(MAX_FORMS + 3):
        clock.at = NOW + timedelta(seconds=number)
        await store.save(ADA, f"form {number}", {"text": str(number)})
    assert len(await fetch(database, "select 1 from kept_form")) == MAX_FORMS + 1
    assert await store.load(ADA, "form 2") == {}
    assert await store.load(ADA, "form 3") == {"text": "3"}
    assert await store.load(JO, "motion") == {"text": "x"}
