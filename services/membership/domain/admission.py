"""Which of the people put forward are admitted: each row alone, in order.

| refused with         | when                                                                     |
|----------------------|--------------------------------------------------------------------------|
| PERSON_NOT_KNOWN_YET | identity has not told us of them (yet)                                    |
| ALREADY_MEMBER       | they are, or were on that day; or an earlier row of the batch admits them |
| CLASS_UNKNOWN        | the rulebook in force has no such class                                   |
| NUMBER_MALFORMED     | see `member_number`                                                       |
| NUMBER_TAKEN         | somebody else has it, or ever had                                         |
| NUMBER_DIFFERS       | who comes back keeps their number                                         |
| DATE_MALFORMED       | not an ISO 8601 day                                                       |
| DATE_IN_FUTURE       | nobody is admitted before the day has come                                |
| NAME_MISSING ...     | the register shows a name, 1 to 200 characters, and an address            |
| APPLICATION_UNKNOWN  | no such application waits, or it is another person's                      |
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.membership.domain import member_number, standing
from services.membership.domain.calendar import read_day
from services.membership.domain.standing import Timeline

_LONGEST_NAME = 200
_LONGEST_ADDRESS = 500


@dataclass(frozen=True)
class Row:
    """One row as it came."""

    person: str
    member_class: str
    number: str = ""
    admitted_on: str = ""
    register_name: str = ""
    register_address: str = ""
    application: str = ""


@dataclass(frozen=True)
class Known:
    """What is known when the batch is decided, as far as its rows ask."""

    classes: Mapping[str, bool]
    """Every class of the rulebook in force, and whether it votes."""
    persons: Collection[UUID] = ()
    timelines: Mapping[UUID, Timeline] = field(default_factory=dict)
    numbers: Mapping[UUID, str] = field(default_factory=dict)
    """Of those who were members before."""
    taken: Collection[str] = ()
    """Numbers somebody has, in their `order`."""
    applications: Mapping[UUID, UUID] = field(default_factory=dict)
    """Those that wait, and whose they are."""
    next_number: int = 1


@dataclass(frozen=True)
class Admission:
    """A row that is taken."""

    person: UUID
    number: str
    member_class: str
    may_vote: bool
    day: date
    register_name: str
    register_address: str
    application: UUID | None
    returning: bool


@dataclass(frozen=True)
class Problem:
    """A row that is not."""

    field: str
    reason: str


class _Refused(Exception):
    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(reason)
        self.problem = Problem(field_name, reason)


def decide(rows: Sequence[Row], known: Known, today: date) -> tuple[list[Admission | Problem], int]:
    """What becomes of each row, and the next free number after them."""
    batch = _Batch(rows, known, today)
    return [batch.decide(row) for row in rows], batch.next_number


def person_of(row: Row) -> UUID | None:
    return _id(row.person)


def application_of(row: Row) -> UUID | None:
    return _id(row.application)


class _Batch:
    def __init__(self, rows: Sequence[Row], known: Known, today: date) -> None:
        self._known, self._today = known, today
        self._admitted: set[UUID] = set()
        self._taken = set(known.taken)
        # A number that is given further down is not handed out further up.
        self._spoken_for = {member_number.order(row.number.strip()) for row in rows if row.number.strip()}
        self.next_number = known.next_number

    def decide(self, row: Row) -> Admission | Problem:
        try:
            return self._admit(row)
        except _Refused as refused:
            return refused.problem

    def _admit(self, row: Row) -> Admission:
        person = self._person(row)
        if row.member_class not in self._known.classes:
            raise _Refused("member_class", "CLASS_UNKNOWN")
        may_vote, day = self._known.classes[row.member_class], self._day(row)
        name, address = _entry(row)
        application = self._application(row, person)
        before = self._known.timelines.get(person, Timeline())
        if person in self._admitted or standing.admit(before, row.member_class, day, may_vote=may_vote) is None:
            raise _Refused("person_id", "ALREADY_MEMBER")
        number = self._number(row, person)
        self._admitted.add(person)
        return Admission(person, number, row.member_class, may_vote, day, name, address, application, bool(before.changes))

    def _person(self, row: Row) -> UUID:
        person = person_of(row)
        if person is None:
            raise _Refused("person_id", "ID_MALFORMED")
        if person not in self._known.persons:
            raise _Refused("person_id", "PERSON_NOT_KNOWN_YET")
        return person

    def _day(self, row: Row) -> date:
        day = read_day(row.admitted_on.strip()) if row.admitted_on.strip() else self._today
        if day is None:
            raise _Refused("admitted_on", "DATE_MALFORMED")
        if day > self._today:
            raise _Refused("admitted_on", "DATE_IN_FUTURE")
        return day

    def _application(self, row: Row, person: UUID) -> UUID | None:
        if not row.application:
            return None
        application = application_of(row)
        if application is None or self._known.applications.get(application) != person:
            raise _Refused("application_id", "APPLICATION_UNKNOWN")
        return application

    def _number(self, row: Row, person: UUID) -> str:
        wanted, had = row.number.strip(), self._known.numbers.get(person)
        if wanted and not member_number.readable(wanted):
            raise _Refused("member_number", "NUMBER_MALFORMED")
        if had is not None:
            if wanted and member_number.order(wanted) != member_number.order(had):
                raise _Refused("member_number", "NUMBER_DIFFERS")
            return had
        if not wanted:
            wanted = self._next_free()
        elif member_number.order(wanted) in self._taken:
            raise _Refused("member_number", "NUMBER_TAKEN")
        self._taken.add(member_number.order(wanted))
        self.next_number = max(self.next_number, (member_number.whole(wanted) or 0) + 1)
        return wanted

    def _next_free(self) -> str:
        while member_number.order(str(self.next_number)) in self._taken | self._spoken_for:
            self.next_number += 1
        return str(self.next_number)


def _entry(row: Row) -> tuple[str, str]:
    """Name and address as the register will show them."""
    name = _text(row.register_name)
    if not name:
        raise _Refused("register_name", "NAME_MISSING")
    if len(name) > _LONGEST_NAME:
        raise _Refused("register_name", "NAME_TOO_LONG")
    if not _plain(name):
        raise _Refused("register_name", "NAME_MALFORMED")
    address = _text(row.register_address)
    if len(address) > _LONGEST_ADDRESS:
        raise _Refused("register_address", "ADDRESS_TOO_LONG")
    if not _plain(address.replace("\n", "")):
        raise _Refused("register_address", "ADDRESS_MALFORMED")
    return name, address


def _text(said: str) -> str:
    return unicodedata.normalize("NFC", said.replace("\r\n", "\n")).strip()


def _plain(text: str) -> bool:
    return not any(unicodedata.category(one) in ("Cc", "Cn", "Co", "Cs", "Zl", "Zp") for one in text)


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None
