"""What every test against real servers shares."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from libs.host import instance_keys
from tests.support import places
from tests.support.databases import Databases
from tests.support.running import Kith
from tests.support.servers import provider, servers


def pytest_report_header() -> str:
    return f"kith: PostgreSQL and NATS come from {provider()}"


@pytest.fixture(scope="session")
def kith() -> Iterator[Kith]:
    """Real servers and keys, once in a run; `running(kith, "identity")` makes a fresh co-op on them."""
    place = places.place("kt-keys-")
    instance_keys.make(place / "keys", "0000test", datetime.now(UTC))
    with servers() as found:
        yield Kith(found, Databases(found), place / "keys", instance_keys.read(place / "keys"))
    shutil.rmtree(place)
