"""What every test between co-ops shares."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest
import pytest_asyncio

from services.federation.border import driver, sender
from tests.support.accounts import accounts
from tests.support.databases import Databases
from tests.support.federated import Commons, Grounds
from tests.support.servers import Servers, provider, servers


def pytest_report_header() -> str:
    return f"kith: PostgreSQL comes from {provider()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all, or no two tests could share their co-ops."""
    for item in items:
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session", autouse=True)
def impatience() -> Iterator[None]:
    """Who could not be reached is called again after half a second instead of five, and a vote that ended is looked at again after two
    instead of fifteen.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "ENDED_SECONDS", 2.0)
        patch.setattr(sender, "BACK_OFF_FIRST", 0.5)
        patch.setattr(sender, "BACK_OFF_MOST", 2.0)
        patch.setattr(sender, "BACK_OFF_ALIVE", 2.0)
        yield


@pytest.fixture(scope="session")
def grounds() -> Iterator[Grounds]:
    """A real PostgreSQL and a NATS with an account for each co-op, once in a run."""
    with ExitStack() as stack:

        def one_more() -> tuple[Servers, Databases]:
            found = stack.enter_context(servers())
            return found, Databases(found)

        yield Grounds(one_more, stack.enter_context(accounts()))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def commons(grounds: Grounds) -> AsyncIterator[Commons]:
    made = Commons(grounds)
    yield made
    await made.end()
