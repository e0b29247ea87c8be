"""Whether a person could make one decision at one time (Mental Capacity Act 2005, sections 1 to 3).

Capacity is presumed. Somebody lacks it for a decision only if, in spite of support, one of four abilities is lacking because of an
impairment of, or a disturbance in the functioning of, the mind or brain. A record says how each was supported.

| abilities        | the record says | what follows                                                                                       |
|------------------|-----------------|----------------------------------------------------------------------------------------------------|
| all four         | can decide      | the person decides; what others had decided for them about it ends                                 |
| one is lacking   | cannot decide   | until its last day, others may decide this; a later record about the same decision takes its place |
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kith.identity.v1.enums import ConsentDecision
from libs.refusals import invalid
from services.identity.domain.consent import check_length

ABILITIES = ("understand", "retain", "weigh", "communicate")
MAX_DAYS = 366
"""A lack is relied on for a year at most: it is looked at again then."""


@dataclass(frozen=True)
class Ability:
    """One of the four, and how it was supported."""

    able: bool
    support: str


@dataclass(frozen=True)
class CapacityWords:
    """What is kept sealed: all but the decision, the days and the outcome."""

    about: str
    assessed_by: str
    understand: Ability
    retain: Ability
    weigh: Ability
    communicate: Ability
    because: str

    @property
    def abilities(self) -> Sequence[tuple[str, Ability]]:
        return [(name, getattr(self, name)) for name in ABILITIES]

    @property
    def can_decide(self) -> bool:
        return all(ability.able for _, ability in self.abilities)


@dataclass(frozen=True)
class CapacityEntry:
    """A stored record without its words. `until_day` is the last day on which a lack may be relied on."""

    id: UUID
    person: UUID
    decision: ConsentDecision
    can_decide: bool
    assessed_on: date
    until_day: date | None
    recorded_by: str
    recorded_at: datetime


def check_capacity(decision: ConsentDecision, words: CapacityWords, assessed_on: date | None, until_day: date | None, today: date) -> date:
    """The day of the assessment. Raises Invalid ABOUT_MISSING, ASSESSOR_MISSING, SUPPORT_MISSING, WORDS_TOO_LONG, DAY_MISSING,
    DAY_IN_FUTURE, and for a lack BECAUSE_MISSING, UNTIL_MISSING, UNTIL_PAST, UNTIL_TOO_LATE.
    """
    if decision is ConsentDecision.OTHER and not words.about:
        raise invalid("about", "ABOUT_MISSING")
    if not words.assessed_by:
        raise invalid("assessed_by", "ASSESSOR_MISSING")
    for name, ability in words.abilities:
        if not ability.support:
            raise invalid(name, "SUPPORT_MISSING")
        check_length(name, ability.support)
    for name in ("about", "assessed_by", "because"):
        check_length(name, getattr(words, name))
    if assessed_on is None:
        raise invalid("assessed_on", "DAY_MISSING")
    if assessed_on > today:
        raise invalid("assessed_on", "DAY_IN_FUTURE")
    if not words.can_decide:
        _check_lack(words, assessed_on, until_day, today)
    return assessed_on


def relied_on(record: CapacityEntry, records: Iterable[CapacityEntry], today: date) -> bool:
    """Whether others may decide by this record today: it says that the person cannot, still counts, and no later one takes its place.

    Decisions in a person's own words are each of their own kind: one record about them takes no other's place.
    """
    if record.can_decide or record.until_day is None or today > record.until_day:
        return False
    return record.decision is ConsentDecision.OTHER or latest(records, record.decision) == record


def latest(records: Iterable[CapacityEntry], decision: ConsentDecision) -> CapacityEntry | None:
    """The last one about this decision."""
    return max((record for record in records if record.decision is decision), key=_order, default=None)


def _order(record: CapacityEntry) -> tuple[date, datetime, UUID]:
    return record.assessed_on, record.recorded_at, record.id


def _check_lack(words: CapacityWords, assessed_on: date, until_day: date | None, today: date) -> None:
    if not words.because:
        raise invalid("because", "BECAUSE_MISSING")
    if until_day is None:
        raise invalid("until_day", "UNTIL_MISSING")
    if until_day < today:
        raise invalid("until_day", "UNTIL_PAST")
    if (until_day - assessed_on).days > MAX_DAYS:
        raise invalid("until_day", "UNTIL_TOO_LATE")
