"""Supervised server processes, with small programs in place of servers."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from libs.host.backing.processes import command_line_of, find_processes
from libs.host.backing.server_events import ServerEvent, ServerEventKind
from libs.host.backing.server_process import LOG_LIMIT, ServerProcess, find_leftover_processes, last_log_lines, rotate_log
from libs.host.backing.service_account import ServiceAccount, strip_drop_privileges
from libs.host.backing.supervisor import supervise
from tests.support.waiting import wait_until

pytestmark = pytest.mark.asyncio
STRANGER, SECOND_SERVER = f"600.1{os.getpid()}", f"600.2{os.getpid()}"
"""Seconds to sleep, by which no other run of these tests on this machine is found."""


def start_server(log: Path, *argv: str) -> ServerProcess:
    return ServerProcess.start(argv, log=log, environment={"PATH": "/usr/bin:/bin"}, directory=Path("/"))


async def test_a_child_has_its_own_session_and_says_how_it_ended(tmp_path: Path) -> None:
    child = start_server(tmp_path / "log", "sleep", "600")
    assert os.getsid(child.pid) == child.pid
    os.kill(child.pid, signal.SIGKILL)
    await asyncio.wait_for(child.wait(), 60)
    assert not child.alive
    assert child.exit_code == -signal.SIGKILL
    child.send_signal(signal.SIGTERM)


async def test_output_goes_to_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    child = start_server(log, "sh", "-c", "echo out; echo err >&2; exit 3")
    await asyncio.wait_for(child.wait(), 60)
    assert child.exit_code == 3
    assert log.read_text() == "before\nout\nerr\n"
    assert last_log_lines(log) == "before / out / err"


async def test_one_that_will_not_stop_is_killed_after_its_time(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    child = start_server(tmp_path / "log", sys.executable, "-c", deaf)
    async with asyncio.timeout(60):
        while "deaf" not in last_log_lines(tmp_path / "log"):
            await asyncio.sleep(0.01)
    await asyncio.wait_for(child.stop((signal.SIGTERM, 0.2), (signal.SIGTERM, 0.1)), 60)
    assert child.exit_code == -signal.SIGKILL


async def test_an_adopted_process_is_watched_and_stopped_like_a_born_one() -> None:
    stranger = await asyncio.create_subprocess_exec("sleep", STRANGER)
    await wait_until(lambda: find_processes(lambda argv: argv == ("sleep", STRANGER)) != [])
    (child,) = await find_leftover_processes(lambda argv: argv == ("sleep", STRANGER))
    assert child.pid == stranger.pid
    await asyncio.wait_for(child.stop((signal.SIGTERM, 5)), 60)
    assert child.exit_code is None
    assert await stranger.wait() == -signal.SIGTERM


async def test_adopting_a_process_that_has_gone_is_an_end_at_once() -> None:
    gone = await asyncio.create_subprocess_exec("true")
    await gone.wait()
    child = ServerProcess.adopt(gone.pid)
    await asyncio.wait_for(child.wait(), 60)
    assert command_line_of(gone.pid) == ()


async def test_without_pidfds_the_end_is_found_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_pid: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "pidfd_open", forbidden)
    child = start_server(tmp_path / "log", "sh", "-c", "exit 4")
    await asyncio.wait_for(child.wait(), 60)
    assert child.exit_code == 4
    other = start_server(tmp_path / "log", "sleep", "600")
    adopted = ServerProcess.adopt(other.pid)
    await asyncio.wait_for(adopted.stop((signal.SIGTERM, 5)), 60)
    await asyncio.wait_for(other.wait(), 60)


async def test_a_process_that_ends_is_restarted_and_every_failure_is_reported(tmp_path: Path) -> None:
    items: list[ServerEventKind] = []
    second = asyncio.Event()
    tries = 0

    async def hear(notice: ServerEvent) -> None:
        items.append(notice.kind)
        if items.count(ServerEventKind.RESTARTED) == 2:
            second.set()

    async def again() -> ServerProcess:
        nonlocal tries
        tries += 1
        if tries == 1:
            message = "no room on the disk."
            raise OSError(message)
        return start_server(tmp_path / "log", "sh", "-c", "exit 1" if tries == 2 else f"exec sleep {SECOND_SERVER}")

    watch = asyncio.create_task(supervise("nats", start_server(tmp_path / "log", "true"), again, hear))
    began = asyncio.get_running_loop().time()
    await asyncio.wait_for(second.wait(), 60)
    # 0.2 s, 0.4 s after the failure, 0.8 s after the second end.
    assert asyncio.get_running_loop().time() - began > 1.3
    assert items == [
        ServerEventKind.DIED,
        ServerEventKind.RESTART_FAILED,
        ServerEventKind.RESTARTED,
        ServerEventKind.DIED,
        ServerEventKind.RESTARTED,
    ]
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    # The shell that was started becomes the sleeper a moment later.
    await wait_until(lambda: find_processes(lambda argv: argv == ("sleep", SECOND_SERVER)) != [])
    (left,) = await find_leftover_processes(lambda argv: argv == ("sleep", SECOND_SERVER))
    await left.stop((signal.SIGTERM, 5))


async def test_a_log_that_has_grown_is_put_aside_and_a_small_one_is_not(tmp_path: Path) -> None:
    log = tmp_path / "log"
    rotate_log(log)
    log.write_bytes(b"x")
    rotate_log(log)
    assert log.exists()
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    rotate_log(log)
    assert not log.exists()
    assert (tmp_path / "log.1").stat().st_size == LOG_LIMIT + 1


async def test_a_server_still_on_its_way_down_from_root_is_recognised() -> None:
    argv = ("/usr/bin/postgres", "-D", "/data")
    assert strip_drop_privileges(tuple(ServiceAccount("nobody", 65534, 65534, (1, 2), 2).command(argv))) == argv
    assert strip_drop_privileges(argv) == argv
    assert strip_drop_privileges(()) == ()
