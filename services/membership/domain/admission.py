"""Decides which of the proposed people are admitted: each row by itself, in order.

| refused with         | when                                                                     |
|----------------------|--------------------------------------------------------------------------|
| PERSON_NOT_KNOWN_YET | identity has not published them                                           |
| PERSON_ERASED        | everything about them was erased: who comes back registers anew           |
| PERSON_MERGED        | the entry was merged into another one, which can be admitted              |
| ALREADY_MEMBER       | they are, or were on that day; or an earlier row of the batch admits them |
| CLASS_UNKNOWN        | the rulebook in force has no such class                                   |
| NUMBER_MALFORMED     | see `member_number`                                                       |
| NUMBER_TAKEN         | somebody else has it, or ever had                                         |
| NUMBER_DIFFERS       | a returning member keeps their number                                     |
| DATE_MALFORMED       | not an ISO 8601 day                                                       |
| DATE_IN_FUTURE       | nobody is admitted before that day                                        |
| NAME_MISSING ...     | the register shows a name, 1 to 200 characters, and an address            |
| APPLICATION_UNKNOWN  | there is no such pending application, or it is another person's           |
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from libs.refusals import invalid
from libs.texts.days import read_day
from services.membership.domain import member_number, membership_timeline
from services.membership.domain.membership_timeline import MembershipTimeline

_MAX_NAME_LENGTH = 200
_MAX_ADDRESS_LENGTH = 500


@dataclass(frozen=True)
class AdmissionRequest:
    """One row of the request, not yet validated."""

    person: str
    member_class: str
    number: str = ""
    admitted_on: str = ""
    register_name: str = ""
    register_address: str = ""
    application: str = ""


@dataclass(frozen=True)
class AdmissionContext:
    """Everything a batch is decided by, limited to what its rows mention."""

    classes: Mapping[str, bool]
    """Every class of the rulebook in force, and whether it votes."""
    persons: Collection[UUID] = ()
    merged: Collection[UUID] = ()
    """Entries that were merged into others."""
    erased: Collection[UUID] = ()
    timelines: Mapping[UUID, MembershipTimeline] = field(default_factory=dict)
    numbers: Mapping[UUID, str] = field(default_factory=dict)
    """Member numbers of those who were members before."""
    used_numbers: Collection[str] = ()
    """Numbers that are in use, as `member_number.sort_key`."""
    applications: Mapping[UUID, UUID] = field(default_factory=dict)
    """Pending applications, and who made each."""
    next_number: int = 1


@dataclass(frozen=True)
class Admission:
    """A row that is accepted."""

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
class RejectedAdmission:
    """A row that is not accepted, and why."""

    field: str
    reason: str


class _Rejected(Exception):
    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(reason)
        self.rejection = RejectedAdmission(field_name, reason)


def decide_admissions(
    rows: Sequence[AdmissionRequest], context: AdmissionContext, today: date
) -> tuple[list[Admission | RejectedAdmission], int]:
    """Returns the decision on each row, and the next free number after them."""
    batch = _AdmissionBatch(rows, context, today)
    return [batch.decide(row) for row in rows], batch.next_number


def parse_person_id(row: AdmissionRequest) -> UUID | None:
    return _parse_uuid(row.person)


def parse_application_id(row: AdmissionRequest) -> UUID | None:
    return _parse_uuid(row.application)


class _AdmissionBatch:
    def __init__(self, rows: Sequence[AdmissionRequest], context: AdmissionContext, today: date) -> None:
        self._context, self._today = context, today
        self._admitted: set[UUID] = set()
        self._used_numbers = set(context.used_numbers)
        # A number that a later row requests is not assigned to an earlier one.
        self._requested_numbers = {member_number.sort_key(row.number.strip()) for row in rows if row.number.strip()}
        self.next_number = context.next_number

    def decide(self, row: AdmissionRequest) -> Admission | RejectedAdmission:
        try:
            return self._admit(row)
        except _Rejected as error:
            return error.rejection

    def _admit(self, row: AdmissionRequest) -> Admission:
        person = self._person(row)
        if row.member_class not in self._context.classes:
            raise _Rejected("member_class", "CLASS_UNKNOWN")
        may_vote, day = self._context.classes[row.member_class], self._day(row)
        name, address = _parse_register_entry(row.register_name, row.register_address)
        application = self._application(row, person)
        before = self._context.timelines.get(person, MembershipTimeline())
        if person in self._admitted or membership_timeline.admit(before, row.member_class, day, may_vote=may_vote) is None:
            raise _Rejected("person_id", "ALREADY_MEMBER")
        number = self._number(row, person)
        self._admitted.add(person)
        return Admission(person, number, row.member_class, may_vote, day, name, address, application, bool(before.changes))

    def _person(self, row: AdmissionRequest) -> UUID:
        person = parse_person_id(row)
        if person is None:
            raise _Rejected("person_id", "ID_MALFORMED")
        if person not in self._context.persons:
            raise _Rejected("person_id", "PERSON_NOT_KNOWN_YET")
        if person in self._context.merged:
            raise _Rejected("person_id", "PERSON_MERGED")
        if person in self._context.erased:
            raise _Rejected("person_id", "PERSON_ERASED")
        return person

    def _day(self, row: AdmissionRequest) -> date:
        day = read_day(row.admitted_on.strip()) if row.admitted_on.strip() else self._today
        if day is None:
            raise _Rejected("admitted_on", "DATE_MALFORMED")
        if day > self._today:
            raise _Rejected("admitted_on", "DATE_IN_FUTURE")
        return day

    def _application(self, row: AdmissionRequest, person: UUID) -> UUID | None:
        if not row.application:
            return None
        application = parse_application_id(row)
        if application is None or self._context.applications.get(application) != person:
            raise _Rejected("application_id", "APPLICATION_UNKNOWN")
        return application

    def _number(self, row: AdmissionRequest, person: UUID) -> str:
        number, existing = row.number.strip(), self._context.numbers.get(person)
        if number and not member_number.is_valid(number):
            raise _Rejected("member_number", "NUMBER_MALFORMED")
        if existing is not None:
            if number and member_number.sort_key(number) != member_number.sort_key(existing):
                raise _Rejected("member_number", "NUMBER_DIFFERS")
            return existing
        if not number:
            number = self._next_free_number()
        elif member_number.sort_key(number) in self._used_numbers:
            raise _Rejected("member_number", "NUMBER_TAKEN")
        self._used_numbers.add(member_number.sort_key(number))
        self.next_number = max(self.next_number, (member_number.as_integer(number) or 0) + 1)
        return number

    def _next_free_number(self) -> str:
        while member_number.sort_key(str(self.next_number)) in self._used_numbers | self._requested_numbers:
            self.next_number += 1
        return str(self.next_number)


def require_register_entry(name: str, address: str) -> tuple[str, str]:
    """Name and address as the register will show them. Raises Invalid with the same reasons as an admission."""
    try:
        return _parse_register_entry(name, address)
    except _Rejected as error:
        raise invalid(error.rejection.field, error.rejection.reason) from error


def _parse_register_entry(typed_name: str, typed_address: str) -> tuple[str, str]:
    """Name and address as the register will show them."""
    name = _normalise(typed_name)
    if not name:
        raise _Rejected("register_name", "NAME_MISSING")
    if len(name) > _MAX_NAME_LENGTH:
        raise _Rejected("register_name", "NAME_TOO_LONG")
    if not _has_allowed_characters(name):
        raise _Rejected("register_name", "NAME_MALFORMED")
    address = _normalise(typed_address)
    if len(address) > _MAX_ADDRESS_LENGTH:
        raise _Rejected("register_address", "ADDRESS_TOO_LONG")
    if not _has_allowed_characters(address.replace("\n", "")):
        raise _Rejected("register_address", "ADDRESS_MALFORMED")
    return name, address


def _normalise(value: str) -> str:
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()


def _has_allowed_characters(text: str) -> bool:
    return not any(unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs", "Zl", "Zp") for character in text)


def _parse_uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
