"""Which errors of the database are refusals, and which are our own mistakes."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from asyncpg.exceptions import CannotConnectNowError, TooManyConnectionsError, _base
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from libs import callers
from libs.database.engine import Database, new_id, refusal_for_database_error
from libs.refusals import Unavailable


class DriverError(Exception):
    """An error as the driver hands it on."""

    def __init__(self, sqlstate: str = "", cause: Exception | None = None) -> None:
        super().__init__("text that may quote somebody's data")
        self.sqlstate = sqlstate
        self.__cause__ = cause


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DBAPIError("", {}, DriverError("53100")), "DISK_FULL"),
        (DBAPIError("", {}, DriverError("57014")), "TOOK_TOO_LONG"),
        (DBAPIError("", {}, DriverError("53300")), "DATABASE_AWAY"),
        (DBAPIError("", {}, DriverError("57P01")), "DATABASE_AWAY"),
        (DBAPIError("", {}, DriverError("08006")), "DATABASE_AWAY"),
        (DBAPIError("", {}, DriverError(), connection_invalidated=True), "DATABASE_AWAY"),
        (InterfaceError("", {}, DriverError()), "DATABASE_AWAY"),
        (OperationalError("", {}, DriverError()), "DATABASE_AWAY"),
        (ConnectionRefusedError(), "DATABASE_AWAY"),
        (TimeoutError(), "DATABASE_AWAY"),
        (CannotConnectNowError("the database system is starting up"), "DATABASE_AWAY"),
        (TooManyConnectionsError("too many clients"), "DATABASE_AWAY"),
        # While a connection is made, the driver raises its own kinds, which no wrapper has.
        (asyncpg.InterfaceError("connection was closed in the middle"), "DATABASE_AWAY"),
        (asyncpg.InternalClientError("got result for unknown protocol state"), "DATABASE_AWAY"),
        (asyncpg.ConnectionDoesNotExistError("connection was closed"), "DATABASE_AWAY"),
        (asyncio.IncompleteReadError(b"", 5), "DATABASE_AWAY"),
        (ConnectionResetError(), "DATABASE_AWAY"),
        (PendingRollbackError("the connection was lost in a savepoint"), "DATABASE_AWAY"),
        (PoolTimeoutError("no connection is free"), "TOOK_TOO_LONG"),
        (DBAPIError("", {}, DriverError("40P01")), "TOOK_TOO_LONG"),
        (DBAPIError("", {}, DriverError("XX001")), "DATABASE_DAMAGED"),
        (DBAPIError("", {}, DriverError("58030")), "DATABASE_DAMAGED"),
    ],
)
def test_a_database_that_is_away_full_or_slow_is_a_refusal(error: Exception, reason: str) -> None:
    refusal = refusal_for_database_error(error)
    assert refusal is not None
    assert refusal.reason == reason


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("", {}, DriverError("23505")),
        DBAPIError("", {}, DriverError("42601")),
        InterfaceError("", {}, DriverError(cause=_base.DataError("'7' is no UUID"))),
        _base.DataError("'7' is no UUID"),
        DBAPIError("", {}, DriverError("XX000")),
    ],
)
def test_our_own_mistakes_are_no_refusals(error: Exception) -> None:
    assert refusal_for_database_error(error) is None


@pytest.mark.parametrize(
    "error",
    [asyncpg.InterfaceError("closed"), asyncpg.InternalClientError("odd"), EOFError(), ConnectionResetError(), RuntimeError("loop")],
)
async def test_whatever_breaks_while_a_connection_is_made_asks_to_try_again(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async def break_off(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(asyncpg, "connect", break_off)
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="DATABASE_AWAY"):
        async with database.work(callers.job("test"), datetime.now(UTC)):
            pytest.fail("there is no connection")
    await database.close()


def test_ids_are_uuid_version_7_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {item_id.version for item_id in ids} == {7}
    assert sorted(ids) == ids
