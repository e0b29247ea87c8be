"""Fixtures for tests of several co-ops."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from services.federation.border import peer_call_scheduler, vote_scheduler
from tests.support.backing_servers import BackingServers, backing_servers, server_source
from tests.support.co_op_network import NetworkPool, NetworkServers
from tests.support.nats_accounts import nats_accounts
from tests.support.template_databases import TemplateDatabases


def pytest_report_header() -> str:
    return f"kith: PostgreSQL comes from {server_source()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs all tests of this folder on one event loop, so that they can share co-ops."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session", autouse=True)
def short_back_off() -> Iterator[None]:
    """Shortens waiting times: unreachable peers are called again after half a second instead of five, and ended votes are checked again
    after two seconds instead of fifteen.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vote_scheduler, "ENDED_SECONDS", 2.0)
        patch.setattr(peer_call_scheduler, "BACK_OFF_FIRST", 0.5)
        patch.setattr(peer_call_scheduler, "BACK_OFF_MAX", 2.0)
        patch.setattr(peer_call_scheduler, "BACK_OFF_ALIVE", 2.0)
        yield


@pytest.fixture(scope="session")
def network_servers() -> Iterator[NetworkServers]:
    """Real PostgreSQL servers and a NATS server with an account for each co-op, started once per run."""
    with ExitStack() as stack:

        def start_servers() -> tuple[BackingServers, TemplateDatabases]:
            new_servers = stack.enter_context(backing_servers())
            return new_servers, TemplateDatabases(new_servers)

        yield NetworkServers(start_servers, stack.enter_context(nats_accounts()))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def network_pool(network_servers: NetworkServers) -> AsyncIterator[NetworkPool]:
    pool = NetworkPool(network_servers)
    yield pool
    await pool.close()
