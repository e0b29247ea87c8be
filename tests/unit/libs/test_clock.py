"""The clocks, and whether the system time can be trusted."""

from datetime import UTC, datetime, timedelta

import pytest

from libs import clock
from libs.clock import JUMP_THRESHOLD, FixedClock, ShiftedClock, SystemClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FakeSystemTime:
    """The two clocks of a machine, set as a test wants them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.wall, self.boot = NOON, 1000.0
        patch.setattr(clock, "datetime", self)
        patch.setattr("libs.clock.time.clock_gettime", lambda _: self.boot)

    def now(self, _: object) -> datetime:
        return self.wall

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.boot += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> FakeSystemTime:
    return FakeSystemTime(monkeypatch)


def test_a_clock_that_only_runs_has_not_jumped(machine: FakeSystemTime) -> None:
    system = SystemClock()
    machine.pass_by(400 * 24 * 3600)
    assert system.jumped() == timedelta(0)
    assert system.now() == machine.wall


@pytest.mark.parametrize(
    "by", [timedelta(hours=9), -timedelta(hours=9), JUMP_THRESHOLD + timedelta(seconds=1), -JUMP_THRESHOLD - timedelta(seconds=1)]
)
def test_a_clock_that_was_set_says_how_far(machine: FakeSystemTime, by: timedelta) -> None:
    system = SystemClock()
    machine.pass_by(100)
    machine.wall += by
    assert system.jumped() == by


@pytest.mark.parametrize("by", [JUMP_THRESHOLD, -JUMP_THRESHOLD, timedelta(seconds=1)])
def test_a_clock_that_is_kept_by_small_steps_has_not_jumped(machine: FakeSystemTime, by: timedelta) -> None:
    system = SystemClock()
    machine.wall += by
    assert system.jumped() == timedelta(0)


def test_a_clock_that_is_put_right_again_can_be_believed_again(machine: FakeSystemTime) -> None:
    system = SystemClock()
    machine.wall += timedelta(days=1)
    assert system.jumped()
    machine.wall -= timedelta(days=1)
    assert not system.jumped()


def test_a_machine_that_slept_has_not_jumped(machine: FakeSystemTime) -> None:
    # The count since boot goes on while a machine sleeps, unlike the monotonic clock.
    system = SystemClock()
    machine.pass_by(8 * 3600)
    assert not system.jumped()


def test_a_shifted_clock_is_ahead_by_its_offset_and_says_so(machine: FakeSystemTime) -> None:
    system = SystemClock()
    shifted = ShiftedClock(system, timedelta(hours=3))
    assert shifted.now() - system.now() == shifted.offset() == timedelta(hours=3)
    assert not shifted.jumped()
    machine.wall += timedelta(days=2)
    assert shifted.jumped() == timedelta(days=2)
    shifted.by = timedelta(0)
    assert shifted.now() == machine.wall


def test_a_fixed_clock_does_not_move() -> None:
    fixed = FixedClock(NOON)
    assert (fixed.now(), fixed.jumped(), fixed.offset()) == (NOON, timedelta(0), timedelta(0))


def test_the_real_clock_tells_the_time_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
    assert SystemClock().jumped() == timedelta(0)
    assert SystemClock().offset() == timedelta(0)
