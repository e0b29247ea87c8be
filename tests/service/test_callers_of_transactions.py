"""Who asks reaches the database as a transaction begins, and leaves with its end."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs import callers
from libs.database.callers_connection import callers_connection
from libs.database.engine import Database, new_id
from libs.refusals import NotAllowed
from tests.support.running_co_op import Infrastructure

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NOBODY = ("", "", "")
_SETTINGS = text(
    "select coalesce(current_setting('kith.' || name, true), '')"
    " from unnest(array['caller', 'hat', 'system']) with ordinality as names(name, at) order by at"
)
_BACKEND = text("select pg_backend_pid()")
_BEGUN = text("select count(*) from pg_stat_activity where pid = :of and xact_start is not null")
AWKWARD = ("o'clock", "''", "back\\slash'", "$1 {} %s", "; select 1; --", "ħat 🏠")


async def _settings(connection: AsyncConnection) -> tuple[str, ...]:
    return tuple((await connection.execute(_SETTINGS)).scalars())


async def test_the_database_knows_who_asks_until_the_transaction_ends(infrastructure: Infrastructure) -> None:
    async with infrastructure.databases.fresh_outbox_database("governance") as place:
        database = Database(place.owner_url, pool_size=1)
        ada = callers.person(new_id())
        for caller in (ada, *(replace(ada, hat=hat) for hat in AWKWARD)):
            for opened in (database.query_work(caller, NOW), database.work(caller, NOW)):
                async with opened as work:
                    assert await _settings(work.connection) == (str(caller.person), caller.hat, "")
                    async with work.savepoint():
                        assert await _settings(work.connection) == (str(caller.person), caller.hat, "")
        async with database.engine.connect() as connection:
            assert await _settings(connection) == NOBODY
        await database.close()


async def test_a_hat_with_a_nul_is_no_other_hat(infrastructure: Infrastructure) -> None:
    async with infrastructure.databases.fresh_outbox_database("governance") as place:
        database = Database(place.owner_url, pool_size=1)
        with pytest.raises(ValueError, match="NUL"):
            async with database.query_work(replace(callers.person(new_id()), hat="secre\0tary"), NOW):
                pass
        await database.close()


async def test_nothing_is_left_of_who_asked_for_nothing_or_was_refused(infrastructure: Infrastructure) -> None:
    async with infrastructure.databases.fresh_outbox_database("governance") as place:
        database, watching = (Database(place.owner_url, pool_size=1) for _ in range(2))
        ada = callers.person(new_id())
        async with database.work(ada, NOW) as work:
            backend = await work.connection.scalar(_BACKEND)
        async with database.query_work(ada, NOW), watching.query_work(ada, NOW) as other:
            assert await other.connection.scalar(_BEGUN, {"of": backend}) == 0, "nothing was asked so far"
        with pytest.raises(NotAllowed):
            async with database.work(ada, NOW):
                raise NotAllowed("PERSON_NEEDED")
        async with database.engine.begin() as connection:
            assert await connection.scalar(_BACKEND) == backend
            assert await _settings(connection) == NOBODY
            assert callers_connection(connection).settings == ""
        for each in (database, watching):
            await each.close()
