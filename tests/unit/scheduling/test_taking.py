"""Why somebody cannot come to a visit: one function for takes, swaps and the list of who could."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.scheduling.v1.enums import VisitState
from services.scheduling.domain import away, week_confirmation
from services.scheduling.domain.taking import WorkerFacts, reasons_against
from services.scheduling.domain.visit import Visit

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STARTS = datetime(2026, 3, 5, 8, tzinfo=UTC)
ADA, WREN, TEAM, ID, OTHER = (UUID(int=number) for number in range(1, 6))
VISIT = Visit(ID, ADA, TEAM, date(2026, 3, 5), STARTS, STARTS + timedelta(hours=1), 1, VisitState.AGREED, ADA, ADA, version=2)
LATE = (STARTS - timedelta(hours=23), STARTS - timedelta(hours=10))


def reasons(facts: WorkerFacts, taken: int = 0, visit: Visit = VISIT, now: datetime = NOW) -> list[str]:
    return [refusal.reason for refusal in reasons_against(LONDON, visit, taken, facts, now)]


@pytest.mark.capability("S1")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (WorkerFacts("worker"), []),
        (WorkerFacts("volunteer"), []),
        (WorkerFacts(), ["NOT_IN_TEAM"]),
        (WorkerFacts("friend"), ["VISIT_FOR_WORKERS"]),
        (WorkerFacts("worker", comes=True, away=True), ["VISIT_YOURS"]),
        (WorkerFacts("worker", missing=("dbs",)), ["VISIT_NEEDS_CREDENTIALS"]),
        (WorkerFacts("volunteer", missing=("dbs",)), []),
        (WorkerFacts("worker", away=True), ["WORKER_AWAY"]),
        (WorkerFacts("volunteer", away=True), ["WORKER_AWAY"]),
        (WorkerFacts("worker", elsewhere=True, paid_times=[LATE]), ["WORKER_ELSEWHERE"]),
        (WorkerFacts("worker", paid_times=[LATE]), ["REST_TOO_SHORT"]),
        (WorkerFacts("volunteer", paid_times=[LATE]), []),
        (
            WorkerFacts("worker", missing=("dbs",), away=True, paid_times=[LATE]),
            ["VISIT_NEEDS_CREDENTIALS", "WORKER_AWAY", "REST_TOO_SHORT"],
        ),
    ],
)
def test_each_rule_has_its_reason_and_all_are_said(facts: WorkerFacts, expected: list[str]) -> None:
    assert reasons(facts) == expected


def test_what_is_against_the_visit_comes_before_what_is_against_the_worker() -> None:
    ill = WorkerFacts("worker", away=True)
    assert reasons(ill, taken=1) == ["VISIT_TAKEN", "WORKER_AWAY"]
    assert reasons(ill, now=STARTS) == ["VISIT_STARTED", "WORKER_AWAY"]
    assert reasons(ill, visit=replace(VISIT, state=VisitState.CANCELLED)) == ["VISIT_OVER", "WORKER_AWAY"]


def test_days_away_are_whole_ones_by_the_co_ops_clock() -> None:
    # The last Sunday of March is an hour shorter.
    gone = away.go_away(ID, WREN, LONDON, date(2026, 3, 29), date(2026, 3, 29), NOW)
    assert gone.ends is not None
    assert (gone.begins, gone.ends - gone.begins) == (datetime(2026, 3, 29, tzinfo=UTC), timedelta(hours=23))
    for first in (None, NOW.date()):
        assert away.go_away(ID, WREN, LONDON, first, None, NOW).begins == NOW, "today begins now"
    assert away.go_away(ID, WREN, LONDON, None, NOW.date(), NOW).ends == datetime(2026, 3, 3, tzinfo=UTC)


def test_a_fingerprint_is_of_visits_and_their_times_in_any_order() -> None:
    first, second = (ID, *LATE), (OTHER, STARTS, STARTS + timedelta(hours=1))
    same = {week_confirmation.fingerprint_of(visits) for visits in ([first, second], [second, first])}
    assert len(same) == 1
    later = (OTHER, STARTS, STARTS + timedelta(hours=2))
    assert {week_confirmation.fingerprint_of(visits) for visits in ([first], [], [first, later])}.isdisjoint(same)
