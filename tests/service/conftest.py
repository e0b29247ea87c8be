"""What every test against real servers shares."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.host import instance_keys
from tests.support.databases import Databases
from tests.support.running import Kith
from tests.support.servers import provider, servers


def pytest_report_header() -> str:
    return f"kith: PostgreSQL and NATS come from {provider()}"


@pytest.fixture(scope="session")
def kith() -> Iterator[Kith]:
    """Real servers and keys, once in a run; `running(kith, "identity")` makes a fresh co-op on them."""
    place = Path(tempfile.mkdtemp(prefix="kt-keys-", dir="/tmp"))
    instance_keys.make(place / "keys", "0000test", datetime.now(UTC))
    with servers() as found:
        yield Kith(found, Databases(found), place / "keys", instance_keys.read(place / "keys"))
    shutil.rmtree(place)
