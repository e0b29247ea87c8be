"""Stopping and starting a co-op: on one or two signals under load, during a start, and next to another one."""

import asyncio
import random
import signal

from scripts.cli.connection import connect
from scripts.cli.console import ExitCode
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.kith_up_process import KillTarget, KithUpProcess, kith_up_in, running_kith_up, service_readable_folder
from tests.support.motion_voters import admit_new_members, open_poll
from tests.support.waiting import wait_until

MEMBERS = 30
END_SECONDS = 10.0
"""Or twice as long as the start before it took, on a machine that is so busy that this is more."""
AFTER_KILLS_SECONDS = 120.0
"""Until everything has been told: every server starts again first, and mends what it held."""
SIGNALS = (
    (signal.SIGTERM,),
    (signal.SIGINT,),
    (signal.SIGINT, signal.SIGINT),
    (signal.SIGTERM, signal.SIGINT, signal.SIGTERM),
    (signal.SIGTERM,),
    (signal.SIGTERM,),
)
"""Several times the same: whether what is told to stop is just then waiting for a fact is a matter of chance."""
MOST_KILLS = 12


async def test_a_signal_under_load_loses_nothing_that_was_acknowledged_and_takes_less_than_ten_seconds() -> None:
    async with running_kith_up() as co_op:
        auditor, over = ConsistencyAuditor(co_op.folder), asyncio.Event()
        async with connect(co_op.folder) as connection:
            poll = await open_poll(connection, MEMBERS)
            voting = asyncio.create_task(poll.vote_until(connection, over, random.Random(5), pause=0.1))  # noqa: S311 - a test's choices
            started = 0.0
            for signals in SIGNALS:
                wanted = poll.acknowledged + 100
                await wait_until(lambda wanted=wanted: poll.acknowledged >= wanted, "ballots are taken")
                code, seconds = await co_op.stop(*signals)
                print(f"\n{len(signals)} signals: down in {seconds:.1f} s, exit code {code}")  # noqa: T201 - the measured time
                assert (code, co_op.remaining_processes()) == (0, []), co_op.log_tail
                await co_op.start()
                started = max(started, await co_op.wait_until_ready())
                assert seconds < max(END_SECONDS, 2 * started)
            over.set()
            await voting
        await auditor.wait_until_at_rest(AFTER_KILLS_SECONDS)
        assert await auditor.ballot_findings(poll) == []
        assert await auditor.findings() == []
        assert set(poll.refusals) <= {"SERVICE_AWAY", "DATABASE_AWAY", "TOOK_TOO_LONG"}


async def test_a_signal_at_any_moment_of_a_start_ends_it_and_leaves_no_server() -> None:
    async with service_readable_folder() as place, kith_up_in(place) as co_op:
        for moment, pause in enumerate((0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1)):
            await co_op.start()
            await asyncio.sleep(pause)
            await co_op.stop((signal.SIGTERM, signal.SIGINT)[moment % 2])
            assert co_op.remaining_processes() == [], f"after {pause} s"
        await co_op.start()
        await co_op.wait_until_ready()
        await _assert_founded_once(co_op)


async def test_a_founding_killed_again_and_again_is_carried_through_once() -> None:
    async with service_readable_folder() as place, kith_up_in(place, forked=True) as co_op:
        chance, kills = random.Random(6), 0  # noqa: S311 - there is but one process to choose from
        while co_op.data.founding.exists():
            await co_op.start()
            if kills < MOST_KILLS:
                socket = co_op.data.sockets / "web.sock"
                socket.unlink(missing_ok=True)
                await wait_until(socket.exists, "the services listen")
                await asyncio.sleep(0.06 * kills)
                await co_op.kill(KillTarget.KITH, chance)
                await co_op.stop()
                kills += 1
            else:
                await co_op.wait_until_ready()
        print(f"\nfounded after {kills} kills")  # noqa: T201 - what was seen
        assert kills > 1
        if not co_op.pids(KillTarget.KITH):
            await co_op.start()
        await co_op.wait_until_ready()
        await _assert_founded_once(co_op)


async def test_a_second_kith_on_a_folder_is_refused_in_words_and_the_first_goes_on() -> None:
    async with running_kith_up() as co_op:
        second = KithUpProcess(co_op.folder, co_op.pages, co_op.operations)
        await second.start()
        code = await second.wait_for_exit()
        assert code == ExitCode.CONFLICT
        [pid] = co_op.pids(KillTarget.KITH)
        assert f"(process {pid})" in second.log_tail
        assert "already running on the data folder" in second.log_tail
        await _assert_still_running(co_op)


async def test_a_second_kith_on_a_port_is_refused_in_words_and_the_first_goes_on() -> None:
    async with running_kith_up() as co_op, kith_up_in(co_op.folder.parent, "other", pages=co_op.pages) as other:
        await other.start()
        assert await other.wait_for_exit() == ExitCode.UNAVAILABLE
        assert f"{co_op.pages} cannot be listened on" in other.log_tail
        assert "Traceback" not in other.output_file.read_text(encoding="utf-8")
        assert other.remaining_processes() == []
        await _assert_still_running(co_op)


async def _assert_still_running(co_op: KithUpProcess) -> None:
    async with connect(co_op.folder) as connection:
        await admit_new_members(connection, 2)
    await co_op.wait_until_well()
    await _assert_founded_once(co_op)


async def _assert_founded_once(co_op: KithUpProcess) -> None:
    """One rulebook, one founder, and nobody registered twice on the way."""
    auditor = ConsistencyAuditor(co_op.folder)
    await auditor.wait_until_at_rest(AFTER_KILLS_SECONDS)
    assert await auditor.findings() == []
    decisions = await auditor.fetch_rows("governance", "select kind from decision")
    assert [row["kind"] for row in decisions] == ["founding"]
    names = await auditor.fetch_rows("identity", "select count(*) as n from person where full_name = 'Ash Example'")
    hats = await auditor.fetch_rows("identity", "select hat, count(*) as n from worn_hat group by hat order by hat")
    assert (names[0]["n"], [(row["hat"], row["n"]) for row in hats]) == (1, [("operator", 1), ("secretary", 1)])
