"""Pytest plugin that runs the collected tests in forked processes; `scripts/test` loads it.

The suite is imported and collected once. Each worker is a fork of that process and runs the tests of one pool: a folder below tests/,
or all tests that use the demo. Workers report to the first process, which prints the
results and writes the JUnit file.
"""

import gc
import os
import signal
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

import pytest
from _pytest.junitxml import xml_key

from scripts.checks.run_tests import DEMO, POOLS, SLOTS


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    return _Scheduler(session).run()


@dataclass
class _Worker:
    """A forked process and the tests that it has and has not finished, as indices of the collected tests."""

    pool: str
    pid: int
    connection: Connection
    unfinished: deque[int] = field(default_factory=deque)
    failed: bool = False


class _Scheduler:
    """The first process: it forks workers, hands out tests and passes the reports on to pytest's own plugins."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._queues: dict[str, deque[list[int]]] = {name: deque() for name in POOLS}
        for (pool, _), group in groupby(range(len(session.items)), key=lambda index: _batch_of(session.items[index])):
            self._queues[pool].append(list(group))
        self._workers: list[_Worker] = []

    def run(self) -> bool:
        """Returns True in this process when all tests have run, and in each worker when its own have."""
        waiting = deque(name for name, pool in POOLS.items() for _ in range(min(pool.workers, len(self._queues[name]))))
        gc.freeze()
        try:
            while waiting or self._workers:
                while waiting and len(self._workers) < SLOTS:
                    pool = waiting.popleft()
                    if self._queues[pool] and not self._fork(pool):
                        return True
                for connection in wait([worker.connection for worker in self._workers]):
                    worker = next(worker for worker in self._workers if worker.connection is connection)
                    if not self._receive(worker) and self._end(worker):
                        waiting.appendleft(worker.pool)
        except BaseException:
            for worker in self._workers:
                os.kill(worker.pid, signal.SIGTERM)
            raise
        return True

    def _fork(self, pool: str) -> bool:
        """Starts a worker. Returns False in the worker, when it has run all its tests."""
        sys.stdout.flush()
        sys.stderr.flush()
        ours, theirs = Pipe()
        pid = os.fork()
        if pid:
            theirs.close()
            self._workers.append(_Worker(pool, pid, ours))
            return True
        ours.close()
        for other in self._workers:
            other.connection.close()
        self._workers.clear()
        _run_worker(self._session, theirs)
        return False

    def _receive(self, worker: _Worker) -> bool:
        """Handles one message. Returns False if the worker has closed its connection."""
        try:
            kind, content = worker.connection.recv()
        except (EOFError, ConnectionResetError):
            return False
        if kind == "next":
            batch = self._queues[worker.pool].popleft() if self._queues[worker.pool] else []
            worker.unfinished.extend(batch)
            worker.connection.send(batch)
        elif kind == "report":
            config = self._session.config
            report = config.hook.pytest_report_from_serializable(config=config, data=content)
            worker.failed |= report.failed
            self._session.ihook.pytest_runtest_logreport(report=report)
        else:
            item = self._session.items[content]
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
            worker.unfinished.remove(content)
        return True

    def _end(self, worker: _Worker) -> bool:
        """Reports a worker that ended early. Returns whether another has to take its place, for the tests that it left behind."""
        self._workers.remove(worker)
        worker.connection.close()
        code = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        expected = pytest.ExitCode.TESTS_FAILED if worker.failed else pytest.ExitCode.OK
        if code == expected and not worker.unfinished:
            return False
        item = self._session.items[worker.unfinished.popleft()] if worker.unfinished else None
        nodeid, location = (item.nodeid, item.location) if item else (f"tests/{worker.pool}::worker", ("tests", None, "worker"))
        message = f"the worker for {worker.pool} ended with exit code {code}"
        report = pytest.TestReport(nodeid, location, keywords={}, outcome="failed", longrepr=message, when="call")
        self._session.ihook.pytest_runtest_logreport(report=report)
        if worker.unfinished:
            self._queues[worker.pool].appendleft(list(worker.unfinished))
        return bool(self._queues[worker.pool])


def _batch_of(item: pytest.Item) -> tuple[str, str]:
    """The pool that runs the test, and what it is handed out with: the other tests of its file unless the pool hands out single tests."""
    path = item.path.relative_to(item.config.rootpath)
    pool = DEMO if DEMO in getattr(item, "fixturenames", ()) else path.parts[1]
    return pool, item.nodeid if POOLS[pool].single_tests else str(path)


def _run_worker(session: pytest.Session, connection: Connection) -> None:
    config = session.config
    # A worker's exit code speaks of its own tests, not of what failed before it was forked.
    session.testsfailed = 0
    # Only the first process prints and writes the JUnit file.
    config.pluginmanager.unregister(name="terminalreporter")
    if xml := config.stash.get(xml_key, None):
        config.pluginmanager.unregister(xml)
        del config.stash[xml_key]
    capture = config.pluginmanager.getplugin("capturemanager")
    # A fork shares the open files of the first process, the captured output among them.
    capture.stop_global_capturing()
    capture.start_global_capturing()
    config.pluginmanager.register(_ReportSender(connection, config))
    for index, following in _assigned_tests(connection):
        item = session.items[index]
        config.hook.pytest_runtest_protocol(item=item, nextitem=None if following is None else session.items[following])
        connection.send(("finished", index))


def _assigned_tests(connection: Connection) -> Iterator[tuple[int, int | None]]:
    """Yields each test and the one after it, which decides which fixtures pytest keeps."""
    batch: deque[int] = deque()

    def fetch() -> None:
        connection.send(("next", None))
        batch.extend(connection.recv())

    fetch()
    while batch:
        index = batch.popleft()
        if not batch:
            fetch()
        yield index, batch[0] if batch else None


class _ReportSender:
    def __init__(self, connection: Connection, config: pytest.Config) -> None:
        self._connection = connection
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._connection.send(("report", data))
