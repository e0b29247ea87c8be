"""Setup for all tests, and the demo that journeys and browser tests share."""

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.demo_process import DemoProcess

# A test run in the background inherits an ignored SIGINT and passes it on to every process it starts, so a co-op's Ctrl-C would do
# nothing. A signal with a handler here is reset to its default in child processes.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def demo() -> Iterator["DemoProcess"]:
    """The demo after its votes. `scripts/test` runs all tests that use it in one process."""
    from tests.support.demo_process import running_demo

    with running_demo() as process:
        yield process
