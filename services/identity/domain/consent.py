"""What somebody agreed to: one decision at a time, and which entry about it counts.

Entries are only added. **Of the entries about a decision that have begun, the last recorded counts**; one that a later entry corrects never
does.

| entry          | counts from                  | permits the act until                                                                |
|----------------|------------------------------|--------------------------------------------------------------------------------------|
| yes            | its day, or now              | its last day is over, or a later entry counts                                        |
| yes, if ...    | the same                     | the same: people who act read the conditions                                         |
| no             | the same                     | never                                                                                |
| withdrawal     | the moment it is recorded    | never; nothing recorded before permits anything any more, even from a later day on   |

| who says it                                     | when (Mental Capacity Act 2005)                                                        |
|-------------------------------------------------|----------------------------------------------------------------------------------------|
| the person                                      | always, unless a capacity record says that they cannot make this decision now (1(2))   |
| an attorney or deputy, within their scope       | where such a record says so, and for as long as it does (11(7), 16, 20(1))             |
| somebody in the person's best interests (4, 5)  | the same, and nobody is attorney or deputy for it                                      |

The person withdraws at any time, also what others decided for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import (
    BestInterestsAuthority,
    ConsentAnswer,
    ConsentBasis,
    ConsentDecision,
    ConsentState,
    Explanation,
    WithdrawalCause,
)
from libs.refusals import FailedPrecondition, invalid

MAX_WORDS = 2000
_YES = frozenset({ConsentAnswer.YES, ConsentAnswer.CONDITIONS})


@dataclass(frozen=True)
class BestInterests:
    """How somebody decided for the person; every text is needed."""

    authority: BestInterestsAuthority
    decided_by: str
    consulted: str
    less_restrictive: str
    wishes: str
    reasons: str


@dataclass(frozen=True)
class ConsentWords:
    """What is kept sealed: free words."""

    about: str = ""
    present: str = ""
    words: str = ""
    best_interests: BestInterests | None = None


@dataclass(frozen=True)
class ConsentTerms:
    """What is to be recorded."""

    decision: ConsentDecision
    answer: ConsentAnswer
    explained: tuple[Explanation, ...]
    words: ConsentWords
    from_day: date | None
    until_day: date | None
    review_on: date | None


@dataclass(frozen=True)
class ConsentEntry:
    """A stored entry without its words. A withdrawal has no answer but a `cause`. `ends_at` is the end of its last day."""

    id: UUID
    person: UUID
    topic: str
    decision: ConsentDecision
    basis: ConsentBasis | None
    answer: ConsentAnswer | None
    explained: tuple[Explanation, ...]
    starts_at: datetime
    ends_at: datetime | None
    review_on: date | None
    decided_by: UUID | None
    capacity: UUID | None
    cause: WithdrawalCause | None
    corrects: UUID | None
    recorded_by: str
    recorded_at: datetime

    @property
    def is_withdrawal(self) -> bool:
        return self.answer is None

    @property
    def is_yes(self) -> bool:
        return self.answer in _YES


@dataclass(frozen=True)
class ConsentSpan:
    """For how long an entry permits its decision: from `valid_from` until just before `valid_until`."""

    id: UUID
    topic: str
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True)
class ConsentStanding:
    """What an entry means at a moment, and the withdrawal that ended it, if one did."""

    state: ConsentState
    withdrawal: ConsentEntry | None
    is_corrected: bool


def topic_of(decision: ConsentDecision, entry: UUID) -> str:
    """What entries are about: a decision of the list, or one of a person's own, which its first entry names."""
    return f"{decision.value}:{entry}" if decision is ConsentDecision.OTHER else decision.value


def check_terms(terms: ConsentTerms, today: date) -> None:
    """Raises Invalid ABOUT_MISSING, WORDS_MISSING, WORDS_TOO_LONG, EXPLANATION_MISSING, UNTIL_BEFORE_FROM, UNTIL_PAST, REVIEW_BEFORE_FROM,
    BEST_INTERESTS_MISSING.
    """
    if terms.decision is ConsentDecision.OTHER and not terms.words.about:
        raise invalid("about", "ABOUT_MISSING")
    if not terms.explained:
        raise invalid("explained", "EXPLANATION_MISSING")
    if terms.answer is ConsentAnswer.CONDITIONS and not terms.words.words:
        raise invalid("words", "WORDS_MISSING")
    for name, text in (("about", terms.words.about), ("present", terms.words.present), ("words", terms.words.words)):
        check_length(name, text)
    _check_days(terms, today)
    if terms.words.best_interests is not None:
        _check_best_interests(terms.words.best_interests)


def check_length(name: str, text: str) -> None:
    """Raises Invalid WORDS_TOO_LONG."""
    if len(text) > MAX_WORDS:
        raise invalid(name, "WORDS_TOO_LONG", at_most=str(MAX_WORDS))


def require_correctable(wrong: ConsentEntry | None, entries: Sequence[ConsentEntry], decision: ConsentDecision) -> ConsentEntry:
    """The entry to correct. Raises FailedPrecondition CONSENT_UNKNOWN, CONSENT_REPLACED where a later one counts, such as a withdrawal."""
    if wrong is None or wrong.is_withdrawal or wrong.decision is not decision:
        raise FailedPrecondition("CONSENT_UNKNOWN")
    if counting(entry for entry in entries if entry.topic == wrong.topic)[-1:] != [wrong]:
        raise FailedPrecondition("CONSENT_REPLACED")
    return wrong


def counting(entries: Iterable[ConsentEntry]) -> list[ConsentEntry]:
    """Those that no later entry corrects, in the order in which they were recorded."""
    ordered = sorted(entries, key=lambda entry: (entry.recorded_at, entry.id))
    corrected = {entry.corrects for entry in ordered}
    return [entry for entry in ordered if entry.id not in corrected]


def spans(entries: Iterable[ConsentEntry]) -> list[ConsentSpan]:
    """For how long each entry permits its decision, as far as is known; entries that never do are left out."""
    return [span for about in _by_topic(entries).values() for index, entry in enumerate(about) if (span := _span(about, index))]


def standing(entry: ConsentEntry, entries: Sequence[ConsentEntry], now: datetime) -> ConsentStanding:
    """What an entry about a decision means now; `entries` are all of the person's."""
    about = counting(other for other in entries if other.topic == entry.topic)
    if entry not in about:
        return ConsentStanding(ConsentState.REPLACED, None, is_corrected=True)
    index = about.index(entry)
    later = (other for other in about[index + 1 :] if other.starts_at <= now and not (entry.ends_at and entry.ends_at <= other.starts_at))
    ended_by = min(later, key=lambda other: other.starts_at, default=None)
    if ended_by is not None:
        withdrawal = ended_by if ended_by.is_withdrawal and entry.is_yes else None
        state = ConsentState.WITHDRAWN if withdrawal else ConsentState.REPLACED
        return ConsentStanding(state, withdrawal, is_corrected=False)
    if entry.ends_at is not None and entry.ends_at <= now:
        return ConsentStanding(ConsentState.OVER, None, is_corrected=False)
    if not entry.is_yes:
        return ConsentStanding(ConsentState.REFUSED, None, is_corrected=False)
    return ConsentStanding(ConsentState.PLANNED if now < entry.starts_at else ConsentState.IN_FORCE, None, is_corrected=False)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment after the day."""
    return start_of(day + timedelta(days=1), zone)


def last_day(ends_at: datetime, zone: ZoneInfo) -> date:
    """The day of which `ends_at` is the end."""
    return ends_at.astimezone(zone).date() - timedelta(days=1)


def _by_topic(entries: Iterable[ConsentEntry]) -> dict[str, list[ConsentEntry]]:
    topics: dict[str, list[ConsentEntry]] = {}
    for entry in counting(entries):
        topics.setdefault(entry.topic, []).append(entry)
    return topics


def _span(about: Sequence[ConsentEntry], index: int) -> ConsentSpan | None:
    entry = about[index]
    if not entry.is_yes:
        return None
    ends = [later.starts_at for later in about[index + 1 :]] + ([entry.ends_at] if entry.ends_at else [])
    until = min(ends, default=None)
    return ConsentSpan(entry.id, entry.topic, entry.starts_at, until) if until is None or entry.starts_at < until else None


def _check_days(terms: ConsentTerms, today: date) -> None:
    begins = terms.from_day or today
    if terms.until_day is not None and terms.until_day < begins:
        raise invalid("until_day", "UNTIL_BEFORE_FROM")
    if terms.until_day is not None and terms.until_day < today:
        raise invalid("until_day", "UNTIL_PAST")
    if terms.review_on is not None and terms.review_on < begins:
        raise invalid("review_day", "REVIEW_BEFORE_FROM")


def _check_best_interests(record: BestInterests) -> None:
    for name in ("decided_by", "consulted", "less_restrictive", "wishes", "reasons"):
        text = getattr(record, name)
        if not text:
            raise invalid(name, "BEST_INTERESTS_MISSING")
        check_length(name, text)
