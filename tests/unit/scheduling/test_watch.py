"""Who is told of an alert, in which order and when: nobody twice in a round, nobody left out, and each inside the set minutes."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.scheduling.v1.enums import AlertKind, AlertState, AlertStepKind, VisitState, WatchDutyState
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid, NotAllowed
from libs.rulebook import WatchRules
from services.scheduling.domain import watch_duty
from services.scheduling.domain.arrival import (
    ExpectedVisit,
    arrival_alert,
    expect_later,
    is_alone,
    late_places,
    lone_alert,
    missed_places,
    next_look,
)
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.watch import (
    Alert,
    AlertChange,
    AlertStep,
    Statement,
    end,
    hurry,
    miss,
    next_in_line,
    open_now,
    put_off,
    reopen,
    sort,
    take,
    tell,
)

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
WAIT = timedelta(minutes=10)
PERSON, WORKER, *OTHERS = (UUID(int=number) for number in range(1, 10))
SECRETARIES = OTHERS[4:]
CLOSE = {OTHERS[0], SECRETARIES[0]}
"""They act for the person."""
VISIT = Visit(UUID(int=50), PERSON, UUID(int=51), NOW.date(), NOW, NOW + timedelta(hours=1), 1, VisitState.AGREED, PERSON, PERSON)
RULES = WatchRules()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def said(by: UUID | None = None, at: datetime = NOW) -> Statement:
    return Statement(UUID(int=60), by, at)


def late() -> Alert:
    return open_now(arrival_alert(UUID(int=70), VISIT, WORKER, NOW), NOW)


@dataclass
class Told:
    """An alert, and the job that tells: it looks whenever the alert says that it is due, and does then what `tell_watch` does."""

    alert: Alert = field(default_factory=late)
    now: datetime = NOW
    steps: list[AlertStep] = field(default_factory=list)
    holders: list[UUID] = field(default_factory=list)

    def apply(self, change: AlertChange) -> None:
        self.alert = change.alert
        self.steps += change.steps

    def in_round(self) -> set[UUID | None]:
        kinds = (AlertStepKind.TOLD, AlertStepKind.TOLD_SECRETARY)
        return {step.who for step in self.steps if step.kind in kinds and step.round == self.alert.round}

    def look(self) -> tuple[UUID, ...]:
        """Whom the job tells now."""
        if self.alert.state is AlertState.TAKEN and self.alert.taken_by not in (*self.holders, *SECRETARIES):
            self.apply(reopen(self.alert, said(self.alert.taken_by, self.now)))
        elif self.alert.state is AlertState.OPEN and self.alert.told_last and self.alert.told_last not in self.holders:
            self.apply(hurry(self.alert, self.now))
        if self.alert.next_at is None or self.alert.next_at > self.now:
            return ()
        if self.alert.state is AlertState.WAITING:
            self.alert = open_now(self.alert, self.now)
        people = next_in_line(self.alert, self.holders, SECRETARIES, {who for who in self.in_round() if who}, CLOSE)
        ids = [UUID(int=1000 + len(self.steps) + number) for number in range(len(people))]
        self.apply(tell(self.alert, people, self.holders, ids, self.now, WAIT))
        return people


HOLDERS = st.lists(st.sampled_from([PERSON, WORKER, *OTHERS]), unique=True, max_size=4)
ACTS = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 40)),
    st.tuples(st.just("holders"), HOLDERS),
    st.tuples(st.just("take"), st.sampled_from(OTHERS)),
    st.tuples(st.just("put_off"), st.integers(1, 60)),
    st.tuples(st.just("miss"), st.just(0)),
    st.tuples(st.just("sort"), st.sampled_from(OTHERS)),
)


@pytest.mark.capability("L7")
@given(HOLDERS, st.lists(ACTS, max_size=25))
def test_nobody_is_told_twice_nobody_is_left_out_and_none_later_than_due(holders: list[UUID], acts: list[tuple[str, object]]) -> None:
    told = Told(holders=holders)
    for act, value in acts:
        match act, value:
            case "wait", int(count):
                told.now += minutes(count)
            case "holders", list(changed):
                told.holders = changed
            case "take", UUID() if told.alert.state is AlertState.OPEN and value in (*told.holders, *SECRETARIES):
                told.apply(take(told.alert, said(value, told.now)))
            case "put_off", int(count) if told.alert.state is not AlertState.OVER:
                told.apply(put_off(told.alert, said(WORKER, told.now), told.now + minutes(count), told.now + minutes(count + 15)))
            case "miss", _ if told.alert.missed_at is None:
                told.apply(miss(told.alert, said(None, told.now)))
            case "sort", UUID() if told.alert.state in (AlertState.OPEN, AlertState.TAKEN):
                told.apply(sort(told.alert, said(value, told.now), "Sorted"))
        is_left = told.alert.state is AlertState.TAKEN and told.alert.taken_by not in (*told.holders, *SECRETARIES)
        was_due = is_left or (told.alert.next_at is not None and told.alert.next_at <= told.now)
        before = told.in_round() if told.alert.state is AlertState.OPEN else set()
        people = told.look()
        left = {*told.holders, *SECRETARIES} - before - {PERSON, WORKER}
        if was_due:
            assert bool(people) == bool(left), "when it is due, somebody who was not told yet is told"
            # The holders in their order; after the last of them all secretaries at once.
            assert set(people) == left - set(told.holders) or (len(people) == 1 and people[0] in told.holders)
        if told.alert.state is AlertState.OPEN:
            assert told.alert.next_at is not None
            assert told.alert.next_at <= told.now + WAIT, "while nobody has it, the next is never later than the set minutes"
        tellings = [(step.round, step.who) for step in told.steps if step.kind in (AlertStepKind.TOLD, AlertStepKind.TOLD_SECRETARY)]
        assert len(tellings) == len(set(tellings))
        assert not {who for _, who in tellings} & {PERSON, WORKER}
        assert [step.number for step in told.steps] == list(range(1, told.alert.version + 1))


@pytest.mark.capability("L7")
def test_the_holders_are_told_in_their_order_and_then_the_secretaries() -> None:
    told = Told(holders=OTHERS[:2])
    seen = []
    for _ in range(5):
        seen.append(told.look())
        told.now += WAIT
    assert seen == [(OTHERS[0],), (OTHERS[1],), tuple(SECRETARIES), (), ()]
    assert [step.at for step in told.steps[:3]] == [NOW, NOW + WAIT, NOW + 2 * WAIT]


@pytest.mark.capability("L7")
def test_of_a_worker_who_is_alone_nobody_is_told_who_acts_for_the_one_they_are_with() -> None:
    told = Told(open_now(lone_alert(UUID(int=71), VISIT, WORKER, RULES, NOW), NOW), holders=[PERSON, *OTHERS[:2]])
    assert told.look() == (OTHERS[1],)
    told.now += WAIT
    assert told.look() == tuple(SECRETARIES[1:])


def test_who_has_it_is_told_first_when_it_is_missed() -> None:
    told = Told(holders=OTHERS[:3])
    told.look()
    told.now += WAIT
    told.look()
    told.apply(take(told.alert, said(OTHERS[1], told.now)))
    with pytest.raises(AlreadyExists, match="ALERT_TAKEN"):
        take(told.alert, said(OTHERS[0]))
    told.apply(miss(told.alert, said(None, told.now)))
    assert told.look() == (OTHERS[1],)
    told.now += WAIT
    assert told.look() == (OTHERS[0],)


def test_what_is_sorted_stays_sorted_and_is_written_down_as_missed() -> None:
    over = sort(late(), said(OTHERS[0]), "Her son is there").alert
    missed, [step] = miss(over, said(None, NOW + minutes(60)))
    assert (missed.state, missed.missed_at, missed.next_at, step.kind) == (AlertState.OVER, NOW + minutes(60), None, AlertStepKind.MISSED)
    with pytest.raises(FailedPrecondition, match="ALERT_OVER"):
        sort(over, said(), "")
    with pytest.raises(FailedPrecondition, match="ALERT_OVER"):
        take(over, said())
    with pytest.raises(FailedPrecondition, match="ALERT_OVER"):
        tell(over, [], [], [], NOW, WAIT)


def test_an_answer_ends_it_or_puts_it_off() -> None:
    assert end(late(), AlertStepKind.STARTED, said(WORKER)).alert.state is AlertState.OVER
    off = put_off(late(), said(WORKER), NOW + minutes(20), NOW + minutes(35)).alert
    assert (off.state, off.next_at) == (AlertState.WAITING, NOW + minutes(35))


@pytest.mark.capability("L7")
def test_a_visit_is_late_after_the_set_minutes_and_missed_at_its_end() -> None:
    expected = ExpectedVisit(VISIT, (WORKER, OTHERS[0]), frozenset({OTHERS[0]}))
    assert late_places(expected, RULES, NOW + minutes(14.9)) == []
    assert late_places(expected, RULES, NOW + minutes(15)) == [WORKER]
    assert late_places(expected, RULES, VISIT.ends) == []
    assert missed_places(expected, VISIT.ends) == [], "somebody came"
    nobody = ExpectedVisit(VISIT, (WORKER,))
    assert missed_places(nobody, VISIT.ends - minutes(0.1)) == []
    assert missed_places(nobody, VISIT.ends) == [WORKER]
    assert late_places(ExpectedVisit(VISIT), RULES, NOW + minutes(15)) == missed_places(ExpectedVisit(VISIT), VISIT.ends) == [None]


def test_who_said_that_they_come_later_is_waited_for_until_then() -> None:
    off = put_off(late(), said(WORKER), VISIT.ends + minutes(5), VISIT.ends + minutes(20)).alert
    expected = ExpectedVisit(VISIT, (WORKER,), alerts={WORKER: off})
    assert late_places(expected, RULES, NOW + minutes(30)) == missed_places(expected, VISIT.ends) == []
    assert missed_places(expected, VISIT.ends + minutes(20)) == [WORKER]
    missed = ExpectedVisit(VISIT, (WORKER,), alerts={WORKER: replace(off, missed_at=VISIT.ends)})
    assert missed_places(missed, VISIT.ends + minutes(30)) == []


@given(st.integers(-120, 90), st.booleans(), st.sets(st.sampled_from([WORKER, OTHERS[0]])), st.integers(1, 90))
def test_the_next_look_is_never_after_something_changes(ahead: int, has_second: bool, begun: set[UUID], late_after: int) -> None:  # noqa: FBT001 - Hypothesis gives it
    rules, now = WatchRules(late_after=late_after), NOW + minutes(ahead)
    expected = ExpectedVisit(VISIT, (WORKER, OTHERS[0]) if has_second else (WORKER,), frozenset(begun))
    looked = (late_places(expected, rules, now), missed_places(expected, now))
    found = next_look(expected, rules, now)
    for count in range(1, 200):
        moment = now + minutes(count)
        if (late_places(expected, rules, moment), missed_places(expected, moment)) != looked and moment < VISIT.ends:
            assert found is not None
            assert found <= moment
            break


def test_a_delay_is_said_around_the_visit_and_to_the_minute() -> None:
    assert expect_later(VISIT, 20, NOW + timedelta(seconds=59)) == NOW + minutes(20)
    for count, now, why in ((10, NOW - minutes(121), "ON_WAY_TOO_EARLY"), (10, VISIT.ends, "VISIT_OVER")):
        with pytest.raises(FailedPrecondition, match=why):
            expect_later(VISIT, count, now)
    with pytest.raises(Invalid, match="ON_WAY_BEFORE_START"):
        expect_later(VISIT, 10, NOW - minutes(90))
    for count in (0, 241):
        with pytest.raises(Invalid, match="ON_WAY_MINUTES"):
            expect_later(VISIT, count, NOW)


def test_who_is_alone_is_asked_after_from_the_planned_end() -> None:
    alert = lone_alert(UUID(int=71), VISIT, WORKER, RULES, NOW)
    assert (alert.kind, alert.state, alert.next_at) == (AlertKind.LONE, AlertState.WAITING, VISIT.ends + minutes(15))
    assert lone_alert(UUID(int=71), VISIT, WORKER, RULES, VISIT.ends + minutes(30)).next_at == VISIT.ends + minutes(45)
    always = WatchRules(lone_always=True)
    assert [is_alone(VISIT, said=False, rules=RULES), is_alone(VISIT, said=True, rules=RULES)] == [False, True]
    assert [is_alone(replace(VISIT, workers=count), said=False, rules=always) for count in (1, 2)] == [True, False]


def test_a_turn_at_the_watch_goes_by_its_table() -> None:
    zone, day = ZoneInfo("Europe/London"), NOW.date()
    asked = watch_duty.ask(UUID(int=80), OTHERS[0], 1, zone, day + timedelta(days=1), day + timedelta(days=2), PERSON, NOW)
    assert (asked.begins, asked.ends) == (datetime(2027, 3, 2, tzinfo=UTC), datetime(2027, 3, 4, tzinfo=UTC))
    held = watch_duty.accept(asked, OTHERS[0], NOW)
    assert watch_duty.hand_back(held, OTHERS[0], NOW).state is WatchDutyState.HANDED_BACK
    assert watch_duty.end(held, NOW).state is watch_duty.end(asked, NOW).state is WatchDutyState.ENDED
    for step in (watch_duty.accept, watch_duty.decline, watch_duty.hand_back):
        with pytest.raises(NotAllowed, match="WATCH_NOT_FOR_YOU"):
            step(asked, PERSON, NOW)
        with pytest.raises(FailedPrecondition, match="WATCH_DUTY_OVER"):
            step(replace(asked, state=WatchDutyState.DECLINED), OTHERS[0], NOW)
    with pytest.raises(FailedPrecondition, match="WATCH_DUTY_OVER"):
        watch_duty.accept(asked, OTHERS[0], NOW + timedelta(days=3))


@pytest.mark.parametrize(
    ("rank", "first", "last", "why"),
    [
        (0, 0, 0, "WATCH_RANK"),
        (10, 0, 0, "WATCH_RANK"),
        (1, -1, 0, "WATCH_PAST"),
        (1, 2, 1, "WATCH_ENDS_BEFORE"),
        (1, 0, 400, "VISIT_TOO_FAR"),
    ],
)
def test_a_turn_that_cannot_be_is_refused(rank: int, first: int, last: int, why: str) -> None:
    day = NOW.date()
    with pytest.raises(Invalid, match=why):
        watch_duty.ask(UUID(int=80), OTHERS[0], rank, ZoneInfo("UTC"), day + timedelta(days=first), day + timedelta(days=last), PERSON, NOW)
