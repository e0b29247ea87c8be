"""A clock that may be wrong decides nothing: what Kith knew before, NTP and other co-ops' clocks say whether it can be trusted."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kith.governance.v1 import governance_pb2 as governance
from libs import clock
from libs.callers import Caller
from libs.clock import MAX_AHEAD, FixedClock, ShiftedClock, SystemClock, kernel_time
from libs.database.engine import Database, UnitOfWork
from libs.host import jobs
from libs.host.component import Job
from libs.host.health_reasons import PREVENTS_RECORDING, SENTENCES
from libs.host.last_known_time import read_last_known_time, write_last_known_time
from libs.refusals import Unavailable
from libs.rpc.call import CURRENT_CALL, RpcCall
from libs.rpc.transactions import Transactions

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


class Machine:
    """A machine's two clocks and its NTP, as a test wants them. It starts with the clock `wrong_by` so much."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.wall, self.boot, self.synchronised = NOON, 1000.0, False
        patch.setattr(clock, "datetime", self)
        patch.setattr("libs.clock.time.clock_gettime", lambda _: self.boot)

    def now(self, _: object) -> datetime:
        return self.wall

    def pass_by(self, time: timedelta) -> None:
        self.wall += time
        self.boot += time.total_seconds()

    def start(self, *, known: timedelta | None = None, event: timedelta | None = None, trusted: bool = False) -> SystemClock:
        """Kith starts; before, it knew these times (before noon)."""
        system = SystemClock(is_synchronised=lambda: self.synchronised, trusted=trusted)
        if known is not None:
            system.learn_time(NOON - known)
        if event is not None:
            system.learn_event(NOON - event)
        return system


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_a_first_start_and_a_machine_without_ntp_decide(machine: Machine) -> None:
    assert machine.start().doubt() == ""
    for gap in (MINUTE, DAY, MAX_AHEAD):
        system = machine.start(known=gap, event=2 * gap)
        assert system.doubt() == ""
        machine.pass_by(40 * DAY)
        assert system.doubt() == "", "it ran or slept all that time"
        machine.pass_by(-40 * DAY)


@pytest.mark.parametrize(("known", "event"), [(20 * DAY, None), (None, 20 * DAY), (21 * DAY, 20 * DAY)])
def test_a_clock_twenty_days_ahead_at_the_start_decides_nothing_until_it_is_put_right(
    machine: Machine, known: timedelta | None, event: timedelta | None
) -> None:
    system = machine.start(known=known, event=event)
    assert system.doubt() == "CLOCK_AHEAD"
    machine.pass_by(DAY)
    assert system.doubt() == "CLOCK_AHEAD"
    # Put right by hand, without a restart: the day that passed has passed.
    machine.wall -= 20 * DAY
    assert system.doubt() == ""
    machine.wall += DAY
    assert system.doubt() == "CLOCK_JUMPED", "from then on a change is a change"


def test_ntp_or_other_co_ops_confirm_a_clock_without_a_restart(machine: Machine) -> None:
    for confirm in ("ntp", "peers"):
        machine.synchronised = False
        system = machine.start(known=20 * DAY)
        assert system.doubt() == "CLOCK_AHEAD"
        machine.synchronised = confirm == "ntp"
        system.compare_with_peers(agree=True if confirm == "peers" else None)
        assert system.doubt() == ""
        machine.synchronised = False
        system.compare_with_peers(agree=None)
        assert system.doubt() == ""
        machine.wall += 20 * DAY
        assert system.doubt() == "CLOCK_JUMPED"
        machine.synchronised = True
        assert system.doubt() == "", "set by NTP"


def test_a_clock_behind_the_last_event_is_refused_whatever_confirms_it_until_it_is_right(machine: Machine) -> None:
    machine.synchronised = True
    system = machine.start(event=-DAY)
    assert system.doubt() == "CLOCK_BEHIND"
    machine.synchronised = False
    machine.wall += DAY
    assert system.doubt() == ""


def test_a_clock_behind_the_last_known_time_is_doubtful_until_it_is_confirmed(machine: Machine) -> None:
    system = machine.start(known=-DAY)
    assert system.doubt() == "CLOCK_BEHIND"
    machine.synchronised = True
    assert system.doubt() == ""


def test_other_co_ops_clocks_count_only_where_nothing_keeps_ours_right(machine: Machine) -> None:
    system = machine.start(known=MINUTE)
    system.compare_with_peers(agree=False)
    assert system.doubt() == "CLOCK_DIFFERS"
    machine.synchronised = True
    assert system.doubt() == "", "no peer stops a co-op whose clock NTP keeps"


def test_a_person_who_looked_at_the_clock_is_believed(machine: Machine) -> None:
    assert machine.start(known=20 * DAY, event=-DAY, trusted=True).doubt() == ""


def test_a_demonstration_compares_its_own_time_with_nothing(machine: Machine) -> None:
    system = machine.start(known=20 * DAY)
    assert ShiftedClock(system).doubt() == ""
    machine.wall += DAY
    assert ShiftedClock(system).doubt() == "CLOCK_JUMPED"


def test_the_kernel_is_asked_without_changing_anything() -> None:
    assert kernel_time.is_synchronised() in (True, False)


def test_the_last_known_time_is_kept_and_a_damaged_file_is_none(tmp_path: Path) -> None:
    assert read_last_known_time(tmp_path) is None
    write_last_known_time(tmp_path, NOON)
    assert read_last_known_time(tmp_path) == NOON
    for damage in ("", "2026-03-01T12:00:00", "\0" * 40):
        (tmp_path / "last-known-time").write_text(damage)
        assert read_last_known_time(tmp_path) is None


def test_every_doubt_has_a_sentence_and_only_a_clock_behind_prevents_recording() -> None:
    doubts = {reason for reason in SENTENCES if reason.startswith("CLOCK_")}
    assert doubts == {"CLOCK_AHEAD", "CLOCK_BEHIND", "CLOCK_DIFFERS", "CLOCK_JUMPED"}
    assert doubts & PREVENTS_RECORDING == {"CLOCK_BEHIND"}


class DoubtfulClock(FixedClock):
    """A clock in doubt, until it is not."""

    def __init__(self, reason: str) -> None:
        super().__init__(NOON)
        self.reason = reason

    def doubt(self) -> str:
        return self.reason


async def test_no_command_is_dated_by_a_clock_that_is_behind() -> None:
    database = Database(NOWHERE)
    CURRENT_CALL.set(RpcCall("CastBallot", Caller("person:x"), ""))

    async def unreachable(_: UnitOfWork) -> governance.CastBallotResponse:
        raise AssertionError

    with pytest.raises(Unavailable, match="CLOCK_BEHIND"):
        transactions = Transactions(database, DoubtfulClock("CLOCK_BEHIND"), b"key")
        await transactions.command(governance.CastBallotRequest(request_id="1"), governance.CastBallotResponse, unreachable)
    # With another doubt the ballot is taken: here, as far as the database that is not there.
    with pytest.raises(Unavailable, match="DATABASE_AWAY"):
        transactions = Transactions(database, DoubtfulClock("CLOCK_AHEAD"), b"key")
        await transactions.command(governance.CastBallotRequest(request_id="1"), governance.CastBallotResponse, unreachable)
    await database.close()


async def test_jobs_wait_while_the_clock_is_in_doubt_and_go_on_without_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "DOUBTFUL_CLOCK_SECONDS", 0.01)
    ran = asyncio.Event()

    async def run_once(*_: object) -> float:
        ran.set()
        return 60.0

    monkeypatch.setattr(jobs, "_run_once", run_once)
    doubtful, database = DoubtfulClock("CLOCK_AHEAD"), Database(NOWHERE)
    job = Job("close_due_motions", lambda _: asyncio.sleep(0, 0))
    running = asyncio.create_task(jobs.run_jobs("governance", (job,), database, doubtful))
    await asyncio.sleep(0.1)
    assert not ran.is_set()
    doubtful.reason = ""
    await asyncio.wait_for(ran.wait(), 60)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
