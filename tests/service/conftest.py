"""Fixtures for tests against real servers."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from libs.host import instance_keys
from services.topology import SERVICE_NAMES
from tests.support import temp_folders
from tests.support.backing_servers import backing_servers, server_source
from tests.support.running_co_op import Infrastructure
from tests.support.template_databases import TemplateDatabases


def pytest_report_header() -> str:
    return f"kith: PostgreSQL and NATS come from {server_source()}"


@pytest.fixture(scope="session")
def infrastructure() -> Iterator[Infrastructure]:
    """Real servers and keys, created once per run; `running_co_op(infrastructure, ...)` starts a new co-op on them."""
    folder = temp_folders.make_temp_folder("kt-keys-")
    instance_keys.create_keys(folder / "keys", "0000test", datetime.now(UTC), SERVICE_NAMES)
    with backing_servers() as servers:
        yield Infrastructure(servers, TemplateDatabases(servers), folder / "keys", instance_keys.read_keys(folder / "keys", SERVICE_NAMES))
    shutil.rmtree(folder)
