"""Children and their watch, with small programs in the place of servers."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from libs.host.backing.account import Account, without_descent
from libs.host.backing.child import LOG_LIMIT, Child, last_words, left_running, turn_over
from libs.host.backing.notices import Event, Notice
from libs.host.backing.running import command_of
from libs.host.backing.watch import keep

pytestmark = pytest.mark.asyncio


def begin(log: Path, *argv: str) -> Child:
    return Child.begin(argv, log=log, environment={"PATH": "/usr/bin:/bin"}, directory=Path("/"))


async def test_a_child_has_its_own_session_and_says_how_it_ended(tmp_path: Path) -> None:
    child = begin(tmp_path / "log", "sleep", "60")
    assert os.getsid(child.pid) == child.pid
    os.kill(child.pid, signal.SIGKILL)
    await asyncio.wait_for(child.ended(), 5)
    assert not child.alive
    assert child.code == -signal.SIGKILL
    child.send(signal.SIGTERM)


async def test_output_goes_to_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    child = begin(log, "sh", "-c", "echo out; echo err >&2; exit 3")
    await asyncio.wait_for(child.ended(), 5)
    assert child.code == 3
    assert log.read_text() == "before\nout\nerr\n"
    assert last_words(log) == "before / out / err"


async def test_one_that_will_not_stop_is_killed_after_its_time(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = begin(tmp_path / "log", sys.executable, "-c", deaf)
    async with asyncio.timeout(5):
        while "deaf" not in last_words(tmp_path / "log"):
            await asyncio.sleep(0.01)
    await asyncio.wait_for(child.stop((signal.SIGTERM, 0.2), (signal.SIGTERM, 0.1)), 5)
    assert child.code == -signal.SIGKILL


async def test_an_adopted_process_is_watched_and_stopped_like_a_born_one() -> None:
    stranger = await asyncio.create_subprocess_exec("sleep", "60.125")
    (child,) = await left_running(lambda argv: argv == ("sleep", "60.125"))
    assert child.pid == stranger.pid
    await asyncio.wait_for(child.stop((signal.SIGTERM, 5)), 5)
    assert child.code is None
    assert await stranger.wait() == -signal.SIGTERM


async def test_adopting_a_process_that_has_gone_is_an_end_at_once() -> None:
    gone = await asyncio.create_subprocess_exec("true")
    await gone.wait()
    child = Child.adopt(gone.pid)
    await asyncio.wait_for(child.ended(), 1)
    assert command_of(gone.pid) == ()


async def test_without_pidfds_the_end_is_found_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_pid: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "pidfd_open", forbidden)
    child = begin(tmp_path / "log", "sh", "-c", "exit 4")
    await asyncio.wait_for(child.ended(), 5)
    assert child.code == 4
    other = begin(tmp_path / "log", "sleep", "60")
    adopted = Child.adopt(other.pid)
    await asyncio.wait_for(adopted.stop((signal.SIGTERM, 5)), 5)
    await asyncio.wait_for(other.ended(), 5)


async def test_a_child_that_ends_is_started_again_and_every_failure_is_told(tmp_path: Path) -> None:
    told: list[Event] = []
    second = asyncio.Event()
    tries = 0

    async def hear(notice: Notice) -> None:
        told.append(notice.event)
        if told.count(Event.RESTARTED) == 2:
            second.set()

    async def again() -> Child:
        nonlocal tries
        tries += 1
        if tries == 1:
            message = "no room on the disk."
            raise OSError(message)
        return begin(tmp_path / "log", "sh", "-c", "exit 1" if tries == 2 else "exec sleep 60.25")

    watch = asyncio.create_task(keep("nats", begin(tmp_path / "log", "true"), again, hear))
    began = asyncio.get_running_loop().time()
    await asyncio.wait_for(second.wait(), 10)
    # 0.2 s, 0.4 s after the failure, 0.8 s after the second end.
    assert asyncio.get_running_loop().time() - began > 1.3
    assert told == [Event.DIED, Event.RESTART_FAILED, Event.RESTARTED, Event.DIED, Event.RESTARTED]
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    (left,) = await left_running(lambda argv: argv == ("sleep", "60.25"))
    await left.stop((signal.SIGTERM, 5))


async def test_a_log_that_has_grown_is_put_aside_and_a_small_one_is_not(tmp_path: Path) -> None:
    log = tmp_path / "log"
    turn_over(log)
    log.write_bytes(b"x")
    turn_over(log)
    assert log.exists()
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    turn_over(log)
    assert not log.exists()
    assert (tmp_path / "log.1").stat().st_size == LOG_LIMIT + 1


async def test_a_server_still_on_its_way_down_from_root_is_recognised() -> None:
    argv = ("/usr/bin/postgres", "-D", "/data")
    assert without_descent(tuple(Account("nobody", 65534, 65534, (1, 2), 2).command(argv))) == argv
    assert without_descent(argv) == argv
    assert without_descent(()) == ()
