"""The auditor of the sick Monday: it finds nothing in the week of the example, and every single figure that is changed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kith.scheduling.facts.v1 import facts_pb2 as facts
from tests.support.sick_monday.auditor import Auditor
from tests.support.sick_monday.example import Record, SickMonday, at
from tests.support.sick_monday.stored_week import StoredEvent, StoredWeek

EXAMPLE = SickMonday()
MINUTE = timedelta(minutes=1)
CLOSED, TOO_LATE = (datetime.fromisoformat(moment) for moment in ("2026-11-23T09:00", "2026-11-09T07:11"))


def a_week(records: Sequence[Record] = tuple(EXAMPLE.records)) -> tuple[StoredWeek, list[bytes]]:
    """As a co-op would have stored it that does all of it right; ids are the names of the example."""
    names = {*EXAMPLE.people, *EXAMPLE.workers, *EXAMPLE.payers, *EXAMPLE.visits}
    expected = EXAMPLE.expected
    events = [*_cover(), *_notices(), *(StoredEvent(CLOSED, _confirmed(record)) for record in records)]
    pay = {worker: figures["pay"] for worker, figures in expected["workers"].items()}
    travel_pay = {worker: figures["travel_pay"] for worker, figures in expected["workers"].items()}
    stored = StoredWeek({name: name for name in names}, events, expected["invoices"], expected["invoices"], pay, travel_pay)
    lines = [{"id": _entry(record), "travel": record.travel, "waiting": record.waiting} for record in records]
    return stored, [json.dumps({"visits": lines}).encode()]


def findings(stored: StoredWeek, files: Sequence[bytes]) -> list[str]:
    return Auditor(EXAMPLE, stored).findings(files)


def test_the_week_of_the_example_is_what_it_says_it_comes_to() -> None:
    assert findings(*a_week()) == []


@pytest.mark.parametrize("number", range(len(EXAMPLE.records)))
def test_a_minute_more_of_any_visit_is_found(number: int) -> None:
    """In hours, and where somebody pays for it in money, too."""
    record = EXAMPLE.records[number]
    changed = [*EXAMPLE.records]
    changed[number] = replace(record, end=record.end + 1)
    found = findings(*a_week(changed))
    assert any(f"minutes of care of {record.worker} on {EXAMPLE.visits[record.visit].day}" in finding for finding in found)
    is_paid = EXAMPLE.workers[record.worker].works_as != "volunteer"
    assert any("owes by the events" in finding for finding in found) == is_paid


@pytest.mark.parametrize("number", range(len(EXAMPLE.records)))
def test_a_minute_more_on_any_way_is_found(number: int) -> None:
    record = EXAMPLE.records[number]
    changed = [*EXAMPLE.records]
    changed[number] = replace(record, travel=record.travel + 1)
    assert any(finding.startswith(f"travel of {record.worker}") for finding in findings(*a_week(changed)))


@pytest.mark.parametrize("number", range(len(EXAMPLE.alerts)))
def test_an_alert_that_comes_a_minute_late_or_to_somebody_else_is_found(number: int) -> None:
    stored, files = a_week()
    notices = [(place, event.at, event.fact) for place, event in enumerate(stored.events) if isinstance(event.fact, facts.NoticeWanted)]
    place, minute, told = notices[number]
    late, other = [*stored.events], [*stored.events]
    late[place] = StoredEvent(minute + MINUTE, told)
    fact = facts.NoticeWanted()
    fact.CopyFrom(told)
    fact.person_ids.append("hari")
    other[place] = StoredEvent(minute, fact)
    for events in (late, other):
        came, never = findings(replace(stored, events=events), files)
        assert came.endswith("was not expected")
        assert never.endswith("never came")


def test_a_penny_of_any_invoice_or_pay_is_found() -> None:
    stored, files = a_week()
    for table in ("invoices", "charges", "pay", "travel_pay"):
        for who, pence in getattr(stored, table).items():
            changed = replace(stored, **{table: {**getattr(stored, table), who: pence + 1}})  # type: ignore[arg-type]  # one of its sums
            [found] = findings(changed, files)
            assert who in found, (table, found)


def test_who_takes_over_late_or_is_somebody_else_is_found() -> None:
    stored, files = a_week()
    for place, event in enumerate(stored.events):
        if not isinstance(event.fact, facts.VisitTaken):
            continue
        fact = facts.VisitTaken()
        fact.CopyFrom(event.fact)
        fact.worker_id = "hari"
        for changed in (StoredEvent(TOO_LATE, event.fact), StoredEvent(event.at, fact)):
            events = [*stored.events]
            events[place] = changed
            [found] = findings(replace(stored, events=events), files)
            assert event.fact.visit_id in found


def test_what_is_settled_twice_or_not_at_all_is_found() -> None:
    stored, files = a_week()
    lines = json.loads(files[0])["visits"]
    twice = json.dumps({"visits": [*lines, lines[0]]}).encode()
    assert any("2 times" in finding for finding in findings(stored, [twice]))
    assert any("0 times" in finding for finding in findings(stored, [json.dumps({"visits": lines[1:]}).encode()]))
    unknown = json.dumps({"visits": [*lines, {"id": "x", "travel": 0, "waiting": 0}]}).encode()
    assert findings(stored, [unknown]) == ["x is settled, and nobody confirmed it"]


def _entry(record: Record) -> str:
    return f"{record.visit} of {record.worker}"


def _confirmed(record: Record) -> facts.VisitConfirmed:
    visit = EXAMPLE.visits[record.visit]
    fact = facts.VisitConfirmed(
        visit_id=visit.key, person_id=visit.person, worker_id=record.worker, record_id=_entry(record), entry_id=_entry(record)
    )
    # In that week the clock shows UTC.
    fact.starts_at.FromDatetime(at(visit.day, record.start).replace(tzinfo=UTC))
    fact.ends_at.FromDatetime(at(visit.day, record.end).replace(tzinfo=UTC))
    return fact


def _cover() -> Iterator[StoredEvent]:
    cover = dict(EXAMPLE.expected["cover"])
    given_back = datetime.fromisoformat(cover.pop("given_back"))
    by = datetime.fromisoformat(cover.pop("by"))
    for visit, worker in cover.items():
        yield StoredEvent(given_back, facts.VisitGivenBack(visit_id=visit, worker_id="ida", why="away"))
        yield StoredEvent(by, facts.VisitTaken(visit_id=visit, worker_id=worker))


def _notices() -> Iterator[StoredEvent]:
    for alert in EXAMPLE.alerts:
        fact = facts.NoticeWanted(kind=alert.notice, about_id=f"{alert.visit}.1", person_ids=sorted(alert.told))
        yield StoredEvent(alert.minute, fact)
