"""Which errors of the database are refusals, and which are our own mistakes."""

import pytest
from asyncpg.exceptions import CannotConnectNowError, TooManyConnectionsError, _base
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from libs.database.engine import new_id, refusal_for_database_error


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
    ],
)
def test_our_own_mistakes_are_no_refusals(error: Exception) -> None:
    assert refusal_for_database_error(error) is None


def test_ids_are_uuid_version_7_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {item_id.version for item_id in ids} == {7}
    assert sorted(ids) == ids
