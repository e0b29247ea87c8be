"""The log: private, of bounded size, and nobody outside can fill it."""

import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from libs.observe import logs
from libs.observe.repeats import RepeatLimiter


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """A log file with two lines of an earlier version, which everybody may read; afterwards the process's own logging is put back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    file = tmp_path / "kith.log"
    file.write_text('{"event": "before"}\n', encoding="utf-8")
    file.chmod(0o644)
    handler = logs.configure_file_logging(file, max_bytes=4000)
    yield file
    handler.close()
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def rights(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_thousands_of_errors_of_a_library_are_a_few_lines_that_count_them(log: Path) -> None:
    for number in range(2000):
        logging.getLogger("asyncio").error("socket.accept() out of system resource: %s", number)
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[1:]]
    assert [line["event"] for line in lines] == ["library_says"] * 5
    assert "out of system resource" not in log.read_text(encoding="utf-8")


def test_the_log_is_rotated_while_it_is_written_and_its_size_is_bounded(log: Path) -> None:
    for number in range(2000):
        logs.logger("web").info("page_failed", number=number)
    files = sorted(log.parent.iterdir())
    assert [file.name for file in files] == ["kith.log", *(f"kith.log.{number}" for number in range(1, 5))]
    assert sum(file.stat().st_size for file in files) <= 5 * 4000
    assert json.loads(log.read_text(encoding="utf-8").splitlines()[-1])["number"] == 1999


def test_nobody_else_may_read_the_log_not_even_one_of_an_earlier_version(log: Path) -> None:
    for number in range(100):
        logs.logger("web").info("page_failed", number=number)
    assert {rights(file) for file in log.parent.iterdir()} == {0o600}


def test_a_log_that_cannot_be_written_ends_nothing(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.logger("web").info("first")
    monkeypatch.setattr("logging.handlers.RotatingFileHandler.shouldRollover", _disk_full)
    logs.logger("web").info("second")
    monkeypatch.undo()
    logs.logger("web").info("third")
    assert [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()] == ["before", "first", "third"]


def _disk_full(*_: object) -> bool:
    raise OSError(28, "No space left on device")


def test_the_same_is_said_so_often_in_each_window_and_the_rest_is_counted() -> None:
    now = [0.0]
    limiter = RepeatLimiter(limit=2, window_seconds=60, monotonic=lambda: now[0])
    assert [limiter.admit("a") for _ in range(5)] == [0, 0, None, None, None]
    assert limiter.admit("b") == 0
    now[0] = 60.0
    assert [limiter.admit("a") for _ in range(3)] == [3, 0, None]


def test_so_many_kinds_take_no_more_memory_than_the_last_thousand() -> None:
    limiter = RepeatLimiter(limit=1)
    for number in range(5000):
        assert limiter.admit(number) == 0
    assert limiter.admit(4999) is None
    assert limiter.admit(0) == 0
