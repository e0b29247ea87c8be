"""A referral: a partner sends somebody to the co-op, or a person of the co-op asks a partner.

| step     | referral in: who, from           | referral out: who, from          | then      |
|----------|----------------------------------|----------------------------------|-----------|
| put      | the co-op, sent                  |                                  | put       |
| accept   | the co-op, put                   | the partner, sent                | accepted  |
| decline  | the co-op, sent or put           | the partner, sent                | declined  |
| withdraw | the partner, sent or put         |                                  | withdrawn |
| refuse   | the person, put or accepted      | the person, sent or accepted     | refused   |
| close    | the co-op, accepted              | the partner, accepted            | closed    |

- It begins as sent. Declined, withdrawn, refused and closed are ends.
- A partner names somebody in words, never by an entry of ours: who is in the co-op, a referral does not tell. The co-op puts it to a person
  of its own, whom it invites first if need be. From then on the person sees all of it, and can say no without a reason.
- The co-op takes on nothing that the person has not seen.
- Nobody answers for both sides: not who sent it, nor whom it is about, nor who acts for them; and for the co-op nobody who speaks for the
  partner.
- A partner that sent somebody hears whether the co-op took it on, and nothing else. A no of the person before that looks like one of the
  co-op, and after it changes nothing. Why not, and what came of it, the partner hears once the person allows it, as long as they do.
- A partner that was asked sees the person's words, and each step, as the person chose it and sees its answers; once the person takes it
  back, no words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.matching.v1.enums import (
    ReferralDirection,
    ReferralEntryKind,
    ReferralOutcome,
    ReferralSide,
    ReferralState,
    ReferralStep,
)
from libs.refusals import FailedPrecondition, NotAllowed, invalid
from libs.rulebook import PartnerRules
from libs.texts.words import check_words

_MAX_WHO, _MAX_REACH, _MAX_WORDS, _MAX_AGREED = 120, 300, 2000, 500
MAX_OPEN_OF_PERSON = 10


@dataclass(frozen=True)
class Rule:
    """Which side may take a step, and from which states."""

    side: ReferralSide
    states: tuple[ReferralState, ...]


_SENT, _PUT, _ACCEPTED = ReferralState.SENT, ReferralState.PUT, ReferralState.ACCEPTED
RULES: Mapping[ReferralDirection, Mapping[ReferralStep, Rule]] = {
    ReferralDirection.IN: {
        ReferralStep.PUT: Rule(ReferralSide.CO_OP, (_SENT,)),
        ReferralStep.ACCEPT: Rule(ReferralSide.CO_OP, (_PUT,)),
        ReferralStep.DECLINE: Rule(ReferralSide.CO_OP, (_SENT, _PUT)),
        ReferralStep.WITHDRAW: Rule(ReferralSide.PARTNER, (_SENT, _PUT)),
        ReferralStep.REFUSE: Rule(ReferralSide.PERSON, (_PUT, _ACCEPTED)),
        ReferralStep.CLOSE: Rule(ReferralSide.CO_OP, (_ACCEPTED,)),
    },
    ReferralDirection.OUT: {
        ReferralStep.ACCEPT: Rule(ReferralSide.PARTNER, (_SENT,)),
        ReferralStep.DECLINE: Rule(ReferralSide.PARTNER, (_SENT,)),
        ReferralStep.REFUSE: Rule(ReferralSide.PERSON, (_SENT, _ACCEPTED)),
        ReferralStep.CLOSE: Rule(ReferralSide.PARTNER, (_ACCEPTED,)),
    },
}
THEN: Mapping[ReferralStep, ReferralState] = {
    ReferralStep.PUT: _PUT,
    ReferralStep.ACCEPT: _ACCEPTED,
    ReferralStep.DECLINE: ReferralState.DECLINED,
    ReferralStep.WITHDRAW: ReferralState.WITHDRAWN,
    ReferralStep.REFUSE: ReferralState.REFUSED,
    ReferralStep.CLOSE: ReferralState.CLOSED,
}
WAITING = (_SENT, _PUT)
OPEN = (*WAITING, _ACCEPTED)
_ANSWERS = (ReferralStep.ACCEPT, ReferralStep.DECLINE, ReferralStep.CLOSE)
_BY_PARTNER = (ReferralEntryKind.SENT, ReferralEntryKind.WITHDRAWN)
_BY_PERSON = (ReferralEntryKind.SENT, ReferralEntryKind.REFUSED)
_TOLD = (ReferralEntryKind.ACCEPTED, ReferralEntryKind.DECLINED)
_MISSING = {"who": "REFERRAL_WHO_MISSING", "reach": "REFERRAL_REACH_MISSING", "words": "REFERRAL_WORDS_MISSING"}


@dataclass(frozen=True)
class Referral:
    """`person` is whom it is about, once it was put to them; `agreed_how` is empty where they asked themselves.

    `closed_at` is when it ended, in whatever way.
    """

    id: UUID
    partner: UUID
    direction: ReferralDirection
    state: ReferralState
    person: UUID | None
    who: str
    reach: str
    words: str
    agreed_how: str
    agreed_on: date
    sent_by: UUID | None
    sent_at: datetime
    answer_by: datetime
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    reason: str = ""
    outcome: ReferralOutcome | None = None
    outcome_words: str = ""
    tells_outcome: bool = False

    @property
    def waits(self) -> bool:
        """For an answer."""
        return self.state in WAITING

    def is_overdue(self, now: datetime) -> bool:
        return self.waits and self.answer_by <= now


@dataclass(frozen=True)
class ReferralEntry:
    """One step of its timeline, never changed afterwards."""

    id: UUID
    referral: UUID
    kind: ReferralEntryKind
    said_by: UUID | None
    at: datetime


@dataclass(frozen=True)
class ReferralWords:
    """What is written about somebody: what they are called, how to reach them, and what they need."""

    who: str
    reach: str
    words: str


@dataclass(frozen=True)
class Agreed:
    """How and when the person agreed to be referred."""

    how: str
    on: date | None


@dataclass(frozen=True)
class Sending:
    """Who sends it, when, and how long an answer may take."""

    id: UUID
    partner: UUID
    by: UUID
    now: datetime
    today: date
    rules: PartnerRules


def refer_in(sending: Sending, typed: ReferralWords, agreed: Agreed) -> Referral:
    """Raises what `refer_out` raises, Invalid REFERRAL_AGREED_MISSING, DATE_MALFORMED or REFERRAL_AGREED_LATER."""
    how = check_words("agreed_how", agreed.how, _MAX_AGREED)
    if not how:
        raise invalid("agreed_how", "REFERRAL_AGREED_MISSING")
    if agreed.on is None:
        raise invalid("agreed_on", "DATE_MALFORMED")
    if agreed.on > sending.today:
        raise invalid("agreed_on", "REFERRAL_AGREED_LATER")
    return replace(_send(sending, ReferralDirection.IN, typed), agreed_how=how, agreed_on=agreed.on)


def refer_out(sending: Sending, typed: ReferralWords, person: UUID) -> Referral:
    """The person's own wish is their agreement.

    Raises Invalid REFERRAL_WHO_MISSING, REFERRAL_REACH_MISSING, REFERRAL_WORDS_MISSING or WORDS_TOO_LONG.
    """
    return replace(_send(sending, ReferralDirection.OUT, typed), person=person)


def require_room(open_ones: int) -> None:
    """Raises FailedPrecondition TOO_MANY_REFERRALS."""
    if open_ones >= MAX_OPEN_OF_PERSON:
        raise FailedPrecondition("TOO_MANY_REFERRALS", at_most=str(MAX_OPEN_OF_PERSON))


def rule_of(referral: Referral, step: ReferralStep) -> Rule:
    """Raises FailedPrecondition REFERRAL_MOVED_ON for a step that referrals of this direction do not have."""
    rule = RULES[referral.direction].get(step)
    if rule is None:
        raise FailedPrecondition("REFERRAL_MOVED_ON")
    return rule


def require_may_take(referral: Referral, step: ReferralStep, by: UUID, *, is_both: bool = False) -> None:
    """`is_both`: they are of the other side as well, by a place or a right.

    Raises FailedPrecondition REFERRAL_MOVED_ON, NotAllowed BOTH_SIDES.
    """
    if referral.state not in rule_of(referral, step).states:
        raise FailedPrecondition("REFERRAL_MOVED_ON")
    if step in _ANSWERS and (is_both or by in (referral.person, referral.sent_by)):
        raise NotAllowed("BOTH_SIDES")


def take_step(referral: Referral, step: ReferralStep, by: UUID, now: datetime) -> Referral:
    """The side is checked by who calls. Raises what `require_may_take` raises."""
    require_may_take(referral, step, by)
    following = THEN[step]
    accepted_at = now if following is _ACCEPTED else referral.accepted_at
    taken = replace(referral, state=following, accepted_at=accepted_at, closed_at=None if following in OPEN else now)
    return replace(taken, tells_outcome=False) if _is_refused_early(taken) else taken


def decline(referral: Referral, reason: str, by: UUID, now: datetime) -> Referral:
    """Raises also Invalid REFERRAL_REASON_MISSING or WORDS_TOO_LONG."""
    words = check_words("reason", reason, _MAX_WORDS)
    if not words:
        raise invalid("reason", "REFERRAL_REASON_MISSING")
    return replace(take_step(referral, ReferralStep.DECLINE, by, now), reason=words)


def close(referral: Referral, outcome: ReferralOutcome, typed: str, by: UUID, now: datetime) -> Referral:
    """Raises also Invalid WORDS_TOO_LONG."""
    words = check_words("words", typed, _MAX_WORDS)
    return replace(take_step(referral, ReferralStep.CLOSE, by, now), outcome=outcome, outcome_words=words)


def tell(referral: Referral, *, outcome: bool) -> Referral:
    """What the partner that sent it hears from now on. Raises FailedPrecondition REFERRAL_MOVED_ON for one that the person sent."""
    if referral.direction is not ReferralDirection.IN:
        raise FailedPrecondition("REFERRAL_MOVED_ON")
    return replace(referral, tells_outcome=outcome)


def open_steps(referral: Referral, side: ReferralSide, viewer: UUID, *, is_both: bool = False) -> list[ReferralStep]:
    """What this one of a side may do now, as far as the side is told how far it is. `is_both`: they are of the other side as well."""
    state = as_partner_sees(referral).state if side is ReferralSide.PARTNER else referral.state
    own = [step for step, rule in RULES[referral.direction].items() if rule.side is side and state in rule.states]
    answers = not is_both and viewer not in (referral.person, referral.sent_by)
    return [step for step in own if answers or step not in _ANSWERS]


def as_partner_sees(referral: Referral) -> Referral:
    """Without what a partner that sent it is not told, and without who of the co-op it is."""
    if referral.direction is ReferralDirection.OUT:
        unnamed = replace(referral, person=None, sent_by=None)
        return replace(unnamed, who="", reach="", words="") if referral.state is ReferralState.REFUSED else unnamed
    unsaid = replace(referral, person=None, state=_state_told(referral))
    if referral.tells_outcome and not _is_refused_early(referral):
        return unsaid
    return replace(unsaid, reason="", outcome=None, outcome_words="", tells_outcome=False)


def entries_as_partner_sees(referral: Referral, entries: list[ReferralEntry]) -> list[ReferralEntry]:
    """Who took a step is said only of the partner's own people."""
    if referral.direction is ReferralDirection.OUT:
        return [replace(entry, said_by=None) if entry.kind in _BY_PERSON else entry for entry in entries]
    told = []
    for entry in entries:
        if entry.kind is ReferralEntryKind.REFUSED and referral.accepted_at is None:
            told.append(replace(entry, kind=ReferralEntryKind.DECLINED, said_by=None))
        elif entry.kind in _BY_PARTNER:
            told.append(entry)
        elif entry.kind in _TOLD or (entry.kind is ReferralEntryKind.CLOSED and referral.tells_outcome):
            told.append(replace(entry, said_by=None))
    return told


def _is_refused_early(referral: Referral) -> bool:
    """The person said no before it was taken on: there is no reason to tell, and it must not be known by that."""
    return referral.state is ReferralState.REFUSED and referral.accepted_at is None


def _state_told(referral: Referral) -> ReferralState:
    match referral.state:
        case ReferralState.PUT:
            return _SENT
        case ReferralState.REFUSED:
            return _ACCEPTED if referral.accepted_at is not None else ReferralState.DECLINED
        case ReferralState.CLOSED if not referral.tells_outcome:
            return _ACCEPTED
        case state:
            return state


def _send(sending: Sending, direction: ReferralDirection, typed: ReferralWords) -> Referral:
    who = check_words("who", typed.who, _MAX_WHO)
    reach, words = check_words("reach", typed.reach, _MAX_REACH), check_words("words", typed.words, _MAX_WORDS)
    for field, written in (("who", who), ("reach", reach), ("words", words)):
        if not written:
            raise invalid(field, _MISSING[field])
    return Referral(
        id=sending.id,
        partner=sending.partner,
        direction=direction,
        state=_SENT,
        person=None,
        who=who,
        reach=reach,
        words=words,
        agreed_how="",
        agreed_on=sending.today,
        sent_by=sending.by,
        sent_at=sending.now,
        answer_by=sending.now + timedelta(days=sending.rules.answer_days),
    )
