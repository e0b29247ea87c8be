"""Setup for all tests, and the demo that journeys and browser tests share."""

import atexit
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.support.demo_process import DemoProcess

# How long an example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("kith", deadline=None)
hypothesis.settings.load_profile("kith")

# No test leans on what it was started with.
#
# A test run in the background inherits an ignored SIGINT and passes it on to every process it starts, so a co-op's Ctrl-C would do
# nothing. A signal with a handler here is reset to its default in child processes.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
os.umask(0o022)
for name in ("LANG", "LANGUAGE", *[name for name in os.environ if name.startswith("LC_")]):
    os.environ.pop(name, None)
os.environ |= {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
time.tzset()
for name in ("NO_COLOR", "COLUMNS", "LINES", "PAGER", "MANPAGER"):
    os.environ.pop(name, None)
os.environ["TERM"] = "dumb"


def _use_empty_home() -> None:
    """An empty home directory, while the caches of packages and browsers stay where they are."""
    cache = Path(os.environ.get("HOME", "/")) / ".cache"
    if cache.is_dir():
        os.environ.setdefault("XDG_CACHE_HOME", str(cache))
    home = tempfile.mkdtemp(prefix="kith-home-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["HOME"] = home


_use_empty_home()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        marker = item.get_closest_marker("last")
        return 0 if marker is None else marker.args[0]

    items.sort(key=place)


@pytest.fixture(scope="session")
def demo() -> Iterator["DemoProcess"]:
    """The demo after its votes. `scripts/test` runs all tests that use it in one process."""
    from tests.support.demo_process import running_demo

    with running_demo() as process:
        yield process
