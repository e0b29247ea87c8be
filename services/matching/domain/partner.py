"""A partner: an organisation that the co-op works with, who speaks for it, and what both agree on about space and time.

| agreement | step              | who                              | then     |
|-----------|-------------------|----------------------------------|----------|
|           | propose           | a side, which signs it with that | proposed |
| proposed  | sign              | the other side, another person   | signed   |
| proposed  | end               | either side                      | ended    |
| signed    | its last day over |                                  | over     |
| signed    | end               | either side                      | ended    |

- What a partner is called is no data of a person. Who speaks for it has a place in it, and signs in as themselves.
- An agreement is never changed: another one is proposed, and the old one ends.
- Once the co-op works with a partner no more, nothing new begins. What is open can still be answered, by those who have a place.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from kith.matching.v1.enums import AgreementState, PartnerEntryKind, PartnerKind, PartnerSide
from libs.refusals import FailedPrecondition, NotAllowed, invalid
from libs.texts.words import check_words

_MAX_TITLE, _MAX_WORDS = 120, 500


@dataclass(frozen=True)
class Partner:
    """One that the co-op works with, until `ended_at`."""

    id: UUID
    title: str
    kind: PartnerKind
    ended_at: datetime | None = None


@dataclass(frozen=True)
class PartnerPlace:
    """Somebody who speaks for a partner, until `ended_at`."""

    partner: UUID
    person: UUID
    given_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class SpaceTerms:
    """What one side gives the other: a room or place, and when. `until_day` is the last day."""

    given_by: PartnerSide
    space: str
    times: str
    from_day: date
    until_day: date | None
    review_day: date

    def is_over(self, today: date) -> bool:
        """Whether the last day is over."""
        return self.until_day is not None and self.until_day < today


@dataclass(frozen=True)
class TypedTerms:
    """As they were typed; days that were left out are None."""

    given_by: PartnerSide
    space: str
    times: str
    from_day: date | None
    until_day: date | None
    review_day: date | None


@dataclass(frozen=True)
class Agreement:
    """Signed by the side that proposed it, and by the other one at `signed_at`."""

    id: UUID
    partner: UUID
    terms: SpaceTerms
    proposed_side: PartnerSide
    proposed_by: UUID | None
    proposed_at: datetime
    signed_at: datetime | None = None
    ended_at: datetime | None = None

    def state(self, today: date) -> AgreementState:
        if self.ended_at is not None:
            return AgreementState.ENDED
        if self.signed_at is None:
            return AgreementState.PROPOSED
        return AgreementState.OVER if self.terms.is_over(today) else AgreementState.SIGNED

    def review_is_due(self, today: date) -> bool:
        return self.state(today) is AgreementState.SIGNED and self.terms.review_day <= today


@dataclass(frozen=True)
class PartnerEntry:
    """One thing that happened with a partner, never changed afterwards. `about` is whose place it is."""

    id: UUID
    partner: UUID
    kind: PartnerEntryKind
    said_by: UUID | None
    at: datetime
    about: UUID | None = None
    agreement: UUID | None = None


def other_side(side: PartnerSide) -> PartnerSide:
    return PartnerSide.PARTNER if side is PartnerSide.CO_OP else PartnerSide.CO_OP


def check_title(typed: str) -> str:
    """What a partner is called. Raises Invalid PARTNER_TITLE_MISSING or WORDS_TOO_LONG."""
    title = check_words("title", typed, _MAX_TITLE)
    if not title:
        raise invalid("title", "PARTNER_TITLE_MISSING")
    return title


def require_partner_goes_on(partner: Partner) -> None:
    """Raises FailedPrecondition PARTNER_ENDED."""
    if partner.ended_at is not None:
        raise FailedPrecondition("PARTNER_ENDED")


def check_terms(typed: TypedTerms) -> SpaceTerms:
    """Raises Invalid SPACE_MISSING, SPACE_TIMES_MISSING, WORDS_TOO_LONG, DATE_MALFORMED, SPACE_DAYS_REVERSED or SPACE_REVIEW_OUTSIDE."""
    space, times = check_words("space", typed.space, _MAX_WORDS), check_words("times", typed.times, _MAX_WORDS)
    if not space:
        raise invalid("space", "SPACE_MISSING")
    if not times:
        raise invalid("times", "SPACE_TIMES_MISSING")
    if typed.from_day is None:
        raise invalid("from_day", "DATE_MALFORMED")
    if typed.review_day is None:
        raise invalid("review_day", "DATE_MALFORMED")
    if typed.until_day is not None and typed.until_day < typed.from_day:
        raise invalid("until_day", "SPACE_DAYS_REVERSED")
    if typed.review_day < typed.from_day or (typed.until_day is not None and typed.review_day > typed.until_day):
        raise invalid("review_day", "SPACE_REVIEW_OUTSIDE")
    return SpaceTerms(typed.given_by, space, times, typed.from_day, typed.until_day, typed.review_day)


def sign(agreement: Agreement, side: PartnerSide, by: UUID, today: date, now: datetime) -> Agreement:
    """Signing again changes nothing. Raises FailedPrecondition AGREEMENT_OVER or OTHER_SIDE_SIGNS, NotAllowed BOTH_SIDES."""
    if agreement.ended_at is not None or agreement.terms.is_over(today):
        raise FailedPrecondition("AGREEMENT_OVER")
    if agreement.proposed_side is side:
        raise FailedPrecondition("OTHER_SIDE_SIGNS")
    if agreement.proposed_by == by:
        raise NotAllowed("BOTH_SIDES")
    return agreement if agreement.signed_at is not None else replace(agreement, signed_at=now)


def end(agreement: Agreement, now: datetime) -> Agreement:
    """Ending again changes nothing."""
    return agreement if agreement.ended_at is not None else replace(agreement, ended_at=now)
