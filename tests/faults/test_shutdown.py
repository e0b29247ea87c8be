"""How a co-op ends and begins: on a signal under load, on two of them, in the middle of a start, and beside another one."""

import asyncio
import random
import signal
import time

from scripts.cli.console import ExitCode
from scripts.cli.door import door
from tests.support.auditor import Auditor
from tests.support.kith_up import KithUp, Victim, a_co_op, a_co_op_up, a_place, until
from tests.support.voters import a_poll, admitted

MEMBERS = 30
END_SECONDS = 10.0
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
    async with a_co_op_up() as co_op:
        auditor, over = Auditor(co_op.folder), asyncio.Event()
        async with door(co_op.folder) as open_door:
            poll = await a_poll(open_door, MEMBERS)
            voting = asyncio.create_task(poll.vote_until(open_door, over, random.Random(5), pause=0.1))  # noqa: S311 - a test's choices
            for signals in SIGNALS:
                wanted = poll.acknowledged + 100
                await until(lambda wanted=wanted: poll.acknowledged >= wanted, 20, "ballots are taken")  # type: ignore[misc]  # binds this round's number
                code, seconds = await co_op.end(*signals)
                print(f"\n{len(signals)} signals: down in {seconds:.1f} s, exit code {code}")  # noqa: T201 - the measured time
                assert (code, co_op.left()) == (0, []), co_op.last_words
                assert seconds < END_SECONDS
                await co_op.start()
                await co_op.ready()
            over.set()
            await voting
        await auditor.at_rest()
        assert await auditor.findings_of(poll) == []
        assert await auditor.findings() == []
        assert set(poll.refused) <= {"SERVICE_AWAY", "DATABASE_AWAY", "TOOK_TOO_LONG"}


async def test_a_signal_at_any_moment_of_a_start_ends_it_and_leaves_no_server() -> None:
    async with a_place() as place, a_co_op(place) as co_op:
        for moment, pause in enumerate((0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1)):
            await co_op.start()
            await asyncio.sleep(pause)
            await co_op.end((signal.SIGTERM, signal.SIGINT)[moment % 2])
            assert co_op.left() == [], f"after {pause} s"
        await co_op.start()
        await co_op.ready()
        await _founded_once(co_op)


async def test_a_founding_killed_again_and_again_is_carried_through_once() -> None:
    async with a_place() as place, a_co_op(place) as co_op:
        chance, kills = random.Random(6), 0  # noqa: S311 - there is but one process to choose from
        while co_op.data.founding.exists():
            await co_op.start()
            if kills < MOST_KILLS:
                socket = co_op.data.sockets / "web.sock"
                socket.unlink(missing_ok=True)
                await until(socket.exists, 30, "the services listen")
                await asyncio.sleep(0.03 * kills)
                await co_op.strike(Victim.KITH, chance)
                await co_op.end()
                kills += 1
            else:
                await co_op.ready()
        print(f"\nfounded after {kills} kills")  # noqa: T201 - what was seen
        assert kills > 1
        if not co_op.pids(Victim.KITH):
            await co_op.start()
        await co_op.ready()
        await _founded_once(co_op)


async def test_a_second_kith_on_a_folder_is_refused_in_words_and_the_first_goes_on() -> None:
    async with a_co_op_up() as co_op:
        second = KithUp(co_op.folder, co_op.pages, co_op.operations)
        await second.start()
        began = time.monotonic()
        code = await second.ended()
        assert time.monotonic() - began < 5
        assert code == ExitCode.CONFLICT
        [pid] = co_op.pids(Victim.KITH)
        assert f"(process {pid})" in second.last_words
        assert "already running on the data folder" in second.last_words
        await _goes_on(co_op)


async def test_a_second_kith_on_a_port_is_refused_in_words_and_the_first_goes_on() -> None:
    async with a_co_op_up() as co_op, a_co_op(co_op.folder.parent, "other", pages=co_op.pages) as other:
        await other.start()
        assert await other.ended() == ExitCode.UNAVAILABLE
        assert f"{co_op.pages} cannot be listened on" in other.last_words
        assert "Traceback" not in other.said.read_text(encoding="utf-8")
        assert other.left() == []
        await _goes_on(co_op)


async def _goes_on(co_op: KithUp) -> None:
    async with door(co_op.folder) as open_door:
        await admitted(open_door, 2)
    assert (await co_op.readyz()).json["degraded"] == {}
    await _founded_once(co_op)


async def _founded_once(co_op: KithUp) -> None:
    """One rulebook, one founder, and nobody registered twice on the way."""
    auditor = Auditor(co_op.folder)
    await auditor.at_rest()
    assert await auditor.findings() == []
    decisions = await auditor.rows("governance", "select kind from decision")
    assert [row["kind"] for row in decisions] == ["founding"]
    names = await auditor.rows("identity", "select count(*) as n from person where full_name = 'Ash Example'")
    hats = await auditor.rows("identity", "select hat, count(*) as n from worn_hat group by hat order by hat")
    assert (names[0]["n"], [(row["hat"], row["n"]) for row in hats]) == (1, [("operator", 1), ("secretary", 1)])
