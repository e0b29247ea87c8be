"""Reads `examples/sick-monday`: who is in the week, what was planned, what happened, and what it was to come to."""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[3] / "examples" / "sick-monday"


@dataclass(frozen=True)
class Person:
    """Somebody who gets support. `pays` has the payers' shares in their order; `self` is the person."""

    key: str
    name: str
    team: Sequence[str]
    pays: Mapping[str, str]
    confirms: str


@dataclass(frozen=True)
class Worker:
    """`rate` and `wage` in pence an hour."""

    key: str
    name: str
    works_as: str
    rate: int
    wage: int
    hours: int
    free: Sequence[str]


@dataclass(frozen=True)
class PlannedVisit:
    """`start` is minutes since midnight; `drafted` who is to come by the draft."""

    key: str
    person: str
    day: date
    start: int
    minutes: int
    drafted: Sequence[str]


@dataclass(frozen=True)
class Record:
    """What both sides confirmed in the end, of one worker at one visit. Times are minutes since midnight of the visit's day."""

    visit: str
    worker: str
    start: int
    end: int
    travel: int
    waiting: int


@dataclass(frozen=True)
class ExpectedNotice:
    """Who is told what of a visit, in which minute by the co-op's clock."""

    minute: datetime
    notice: str
    visit: str
    told: frozenset[str]

    def __str__(self) -> str:
        return f"{self.notice} of {self.visit} at {self.minute:%H:%M} to {', '.join(sorted(self.told))}"


class SickMonday:
    """The whole example. `expected` is its table as it stands."""

    def __init__(self, folder: Path = EXAMPLE) -> None:
        people = tomllib.loads((folder / "people.toml").read_text(encoding="utf-8"))
        self.payers: dict[str, dict[str, str]] = people["payers"]
        self.people = {key: Person(key=key, **fields) for key, fields in people["people"].items()}
        self.workers = {
            key: Worker(key, of["name"], of["as"], of["rate"], of.get("wage", 0), of.get("hours", 0), of["free"])
            for key, of in people["workers"].items()
        }
        self.visits = {row["visit"]: _visit(row) for row in _rows(folder / "visits.csv")}
        self.records = [_record(row) for row in _rows(folder / "records.csv")]
        self.alerts = [
            ExpectedNotice(datetime.fromisoformat(row["minute"]), row["notice"], row["visit"], frozenset(row["told"].split()))
            for row in _rows(folder / "alerts.csv")
        ]
        self.expected: dict[str, Any] = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))

    def name(self, key: str) -> str:
        return self.people[key].name if key in self.people else self.workers[key].name


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(*divmod(minutes, 60)))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _minutes(text: str) -> int:
    hours, _, rest = text.partition(":")
    return 60 * int(hours) + int(rest)


def _visit(row: Mapping[str, str]) -> PlannedVisit:
    day, start = date.fromisoformat(row["day"]), _minutes(row["start"])
    return PlannedVisit(row["visit"], row["person"], day, start, int(row["minutes"]), row["drafted"].split())


def _record(row: Mapping[str, str]) -> Record:
    start, end = _minutes(row["start"]), _minutes(row["end"])
    return Record(row["visit"], row["worker"], start, end, int(row["travel"]), int(row["waiting"]))
