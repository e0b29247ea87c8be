"""Relationships: by what right, in which scopes and until when somebody acts for a person.

| kind                            | comes about by                                       | scopes                                       |
|---------------------------------|------------------------------------------------------|----------------------------------------------|
| relative, friend, advocate      | the person proposes it, the holder accepts           | any that the person chooses, but `consent`   |
| attorney or deputy for health   | a secretary records it with the evidence they saw, a | any but `money`                              |
|                                 | second person confirms that they saw it too          |                                              |
| attorney or deputy for money    | the same                                             | contacts, home, money, data rights, notices  |

Only an attorney or a deputy decides in another's place (Mental Capacity Act 2005, sections 9, 11, 16 and 20); who has been chosen by the
person may do things for them, and never consents for them. An enduring power of attorney is for money alone (schedule 4).

| state    | next                                                                        |
|----------|-----------------------------------------------------------------------------|
| proposed | in force, when the holder accepts; ended                                    |
| recorded | in force, when a second person confirms; ended                              |
| in force | ended: by the person, the holder, a secretary, its last day, a death,       |
|          | or the end of the holder's membership                                       |
| ended    |                                                                             |

The person ends what they gave; an attorney or deputy they did not give is ended by the holder or a secretary. Nobody acts for themselves.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import ActingScope, EndReason, EvidenceKind, RelationshipKind, RelationshipState
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed, invalid

CHOSEN_KINDS = frozenset({RelationshipKind.RELATIVE, RelationshipKind.FRIEND, RelationshipKind.ADVOCATE})
"""Given by the person; all others are authorities, which a document shows."""
_HEALTH = frozenset(ActingScope) - {ActingScope.MONEY}
_MONEY = frozenset({ActingScope.CONTACTS, ActingScope.HOME, ActingScope.MONEY, ActingScope.DATA_RIGHTS, ActingScope.NOTICES})
SCOPES_BY_KIND = dict.fromkeys(CHOSEN_KINDS, frozenset(ActingScope) - {ActingScope.CONSENT}) | {
    RelationshipKind.ATTORNEY_FOR_HEALTH: _HEALTH,
    RelationshipKind.DEPUTY_FOR_HEALTH: _HEALTH,
    RelationshipKind.ATTORNEY_FOR_MONEY: _MONEY,
    RelationshipKind.DEPUTY_FOR_MONEY: _MONEY,
}
EVIDENCE_BY_KIND = {
    RelationshipKind.ATTORNEY_FOR_HEALTH: frozenset({EvidenceKind.LASTING_POWER}),
    RelationshipKind.ATTORNEY_FOR_MONEY: frozenset({EvidenceKind.LASTING_POWER, EvidenceKind.ENDURING_POWER}),
    RelationshipKind.DEPUTY_FOR_HEALTH: frozenset({EvidenceKind.COURT_ORDER}),
    RelationshipKind.DEPUTY_FOR_MONEY: frozenset({EvidenceKind.COURT_ORDER}),
}
SECRETARY_REASONS = frozenset({EndReason.DEATH, EndReason.REVOKED, EndReason.REPLACED, EndReason.MISTAKE})
MAX_REFERENCE_LENGTH = 100
EVIDENCE_PLACE = "relationship.evidence"
"""Under which the reference of a document is sealed."""


@dataclass(frozen=True)
class Evidence:
    """The document that shows an authority, which the person who records it has seen."""

    kind: EvidenceKind
    reference: str
    seen_on: date


@dataclass(frozen=True)
class RelationshipTerms:
    """What a new relationship is to say. `until_day` is its last day; None where it has none."""

    subject: UUID
    holder: UUID
    kind: RelationshipKind
    scopes: tuple[ActingScope, ...]
    from_day: date
    until_day: date | None


@dataclass(frozen=True)
class Relationship:
    """A stored relationship."""

    id: UUID
    subject: UUID
    holder: UUID
    kind: RelationshipKind
    state: RelationshipState
    scopes: tuple[ActingScope, ...]
    from_day: date
    until_day: date | None
    recorded_by: UUID
    recorded_at: datetime
    evidence_kind: EvidenceKind | None = None
    evidence_sealed: bytes | None = None
    evidence_seen_on: date | None = None
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether the person gave it; otherwise a document shows it."""
        return self.kind in CHOSEN_KINDS

    def says(self, terms: RelationshipTerms) -> bool:
        """Whether a new one on these terms would be the same."""
        own = RelationshipTerms(self.subject, self.holder, self.kind, self.scopes, self.from_day, self.until_day)
        return own == terms


def check_terms(terms: RelationshipTerms, today: date) -> None:
    """Raises Invalid SAME_PERSON, SCOPES_MISSING, SCOPE_NOT_ALLOWED, RELATIONSHIP_BACKWARDS, RELATIONSHIP_OVER."""
    if terms.subject == terms.holder:
        raise invalid("holder_id", "SAME_PERSON")
    if not terms.scopes:
        raise invalid("scopes", "SCOPES_MISSING")
    if not set(terms.scopes) <= SCOPES_BY_KIND[terms.kind]:
        raise invalid("scopes", "SCOPE_NOT_ALLOWED")
    if terms.until_day is not None and terms.until_day < terms.from_day:
        raise invalid("until_day", "RELATIONSHIP_BACKWARDS")
    if terms.until_day is not None and terms.until_day < today:
        raise invalid("until_day", "RELATIONSHIP_OVER")


def check_chosen(kind: RelationshipKind) -> None:
    """Raises Invalid KIND_NEEDS_EVIDENCE: an attorney or deputy is recorded by a secretary."""
    if kind not in CHOSEN_KINDS:
        raise invalid("kind", "KIND_NEEDS_EVIDENCE")


def check_evidence(kind: RelationshipKind, evidence: Evidence, today: date) -> None:
    """Raises Invalid KIND_IS_CHOSEN for what a person gives, EVIDENCE_NOT_FITTING, EVIDENCE_MISSING, EVIDENCE_TOO_LONG, DATE_IN_FUTURE."""
    if kind in CHOSEN_KINDS:
        raise invalid("kind", "KIND_IS_CHOSEN")
    if evidence.kind not in EVIDENCE_BY_KIND[kind]:
        raise invalid("evidence", "EVIDENCE_NOT_FITTING")
    if not evidence.reference:
        raise invalid("evidence_reference", "EVIDENCE_MISSING")
    if len(evidence.reference) > MAX_REFERENCE_LENGTH:
        raise invalid("evidence_reference", "EVIDENCE_TOO_LONG", at_most=str(MAX_REFERENCE_LENGTH))
    if evidence.seen_on > today:
        raise invalid("evidence_seen_on", "DATE_IN_FUTURE")


def accept(relationship: Relationship, by: UUID, now: datetime, today: date) -> Relationship:
    """Raises NotAllowed NOT_YOURS, AlreadyExists, FailedPrecondition RELATIONSHIP_ENDED, RELATIONSHIP_OVER."""
    if by != relationship.holder or not relationship.is_chosen:
        raise NotAllowed("NOT_YOURS")
    return _bring_into_force(relationship, by, now, today)


def confirm(relationship: Relationship, by: UUID, now: datetime, today: date) -> Relationship:
    """As `accept`; NotAllowed SECOND_PERSON_NEEDED for the recorder and for both parties, NOT_YOURS for what only the holder accepts."""
    if relationship.is_chosen:
        raise NotAllowed("NOT_YOURS")
    if by in {relationship.recorded_by, relationship.holder, relationship.subject}:
        raise NotAllowed("SECOND_PERSON_NEEDED")
    return _bring_into_force(relationship, by, now, today)


def end(relationship: Relationship, by: UUID, reason: EndReason | None, now: datetime, *, is_secretary: bool) -> Relationship:
    """Raises FailedPrecondition RELATIONSHIP_ENDED, NotAllowed NOT_YOURS, Invalid END_REASON_MISSING."""
    if relationship.state is RelationshipState.ENDED:
        raise FailedPrecondition("RELATIONSHIP_ENDED")
    if by == relationship.subject and relationship.is_chosen:
        reason = EndReason.PERSON
    elif by == relationship.holder:
        reason = EndReason.HOLDER
    elif not is_secretary:
        raise NotAllowed("NOT_YOURS")
    elif reason not in SECRETARY_REASONS:
        raise invalid("reason", "END_REASON_MISSING")
    return ended(relationship, reason, now, by)


def ended(relationship: Relationship, reason: EndReason, now: datetime, by: UUID | None = None) -> Relationship:
    return replace(relationship, state=RelationshipState.ENDED, ended_by=by, ended_at=now, end_reason=reason)


def valid_from(relationship: Relationship, zone: ZoneInfo) -> datetime:
    """The first moment at which it can hold: the beginning of its first day."""
    return datetime.combine(relationship.from_day, time(), zone)


def valid_until(relationship: Relationship, zone: ZoneInfo) -> datetime | None:
    """The first moment at which it no longer holds: the end of its last day."""
    return datetime.combine(relationship.until_day + timedelta(days=1), time(), zone) if relationship.until_day else None


def sort_scopes(scopes: Collection[ActingScope]) -> tuple[ActingScope, ...]:
    """Each once, in the order of the list."""
    return tuple(scope for scope in ActingScope if scope in scopes)


def _bring_into_force(relationship: Relationship, by: UUID, now: datetime, today: date) -> Relationship:
    if relationship.state is RelationshipState.IN_FORCE:
        raise AlreadyExists("RELATIONSHIP_IN_FORCE")
    if relationship.state is RelationshipState.ENDED:
        raise FailedPrecondition("RELATIONSHIP_ENDED")
    if relationship.until_day is not None and relationship.until_day < today:
        raise FailedPrecondition("RELATIONSHIP_OVER")
    return replace(relationship, state=RelationshipState.IN_FORCE, confirmed_by=by, confirmed_at=now)
