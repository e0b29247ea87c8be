"""What a person is qualified for: evidence that a secretary has looked at, with a last day.

| from              | what happens                                             | to       | refused with                         |
|-------------------|----------------------------------------------------------|----------|--------------------------------------|
|                   | the person, or a secretary, adds it                      | claimed  | CREDENTIAL_KIND_UNKNOWN, for a day   |
| claimed           | a secretary other than the person verifies it            | verified | CREDENTIAL_OWN, CREDENTIAL_OUT_OF_DATE |
| claimed           | a secretary other than the person rejects it             | rejected | CREDENTIAL_OWN, REASON_MISSING       |
| verified          | a secretary other than the person revokes it             | revoked  | CREDENTIAL_OWN, REASON_MISSING       |
| verified, expired | a later one of the same kind, good for longer, is verified | renewed  |                                      |
| verified          | its last day is over, in the co-op's time zone           | expired  |                                      |

Every other step is refused with CREDENTIAL_SETTLED. What counts at a gate is a verified one whose last day is not over, whether the step
to `expired` has been taken already or not.
"""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.identity.v1.enums import CredentialState, GateProblem
from libs.refusals import FailedPrecondition, NotAllowed, invalid
from libs.rulebook import CredentialKind

MAX_TEXT = 500
_OLDEST = timedelta(days=366 * 80)
_FURTHEST = timedelta(days=366 * 50)


@dataclass(frozen=True)
class CredentialRule:
    """What the rulebook says of one kind; see `libs.rulebook.CredentialKind`."""

    kind: str
    expires_after_months: int
    remind_days: int
    gates: tuple[str, ...]

    @classmethod
    def of(cls, kind: CredentialKind) -> "CredentialRule":
        return cls(kind.key, kind.expires_after_months, kind.remind_days, tuple(gate.value for gate in kind.gates))


@dataclass(frozen=True)
class Credential:
    """One credential. `expires_on` is its last day, `remind_on` the day on which the person is reminded."""

    id: UUID
    person: UUID
    kind: str
    state: CredentialState
    issued_on: date
    expires_on: date | None
    remind_on: date | None
    file: UUID | None
    added_by: UUID
    added_at: datetime
    verified_by: UUID | None = None
    verified_at: datetime | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    reminded_at: datetime | None = None
    version: int = 1

    def counts_on(self, day: date) -> bool:
        return self.state is CredentialState.VERIFIED and not self.is_over(day)

    def is_over(self, day: date) -> bool:
        """Whether its last day is before this day."""
        return self.expires_on is not None and self.expires_on < day


@dataclass(frozen=True)
class Decision:
    """Who decides on a credential, and when. `today` is in the co-op's time zone."""

    by: UUID
    at: datetime
    today: date


def last_day(rule: CredentialRule, issued_on: date, expires_on: date | None, today: date) -> date | None:
    """The last day of a new credential. Raises Invalid ISSUED_IN_FUTURE, ISSUED_LONG_AGO, EXPIRES_BEFORE_ISSUED, EXPIRES_TOO_LATE."""
    if issued_on > today:
        raise invalid("issued_on", "ISSUED_IN_FUTURE")
    if issued_on < today - _OLDEST:
        raise invalid("issued_on", "ISSUED_LONG_AGO")
    if expires_on is not None and expires_on < issued_on:
        raise invalid("expires_on", "EXPIRES_BEFORE_ISSUED")
    latest = add_months(issued_on, rule.expires_after_months) if rule.expires_after_months else today + _FURTHEST
    if expires_on is not None and expires_on > latest:
        raise invalid("expires_on", "EXPIRES_TOO_LATE", latest=latest.isoformat())
    return expires_on or (latest if rule.expires_after_months else None)


def check_text(field: str, text: str, *, required: bool) -> str:
    """A note or a reason, stripped. Raises Invalid REASON_MISSING or NOTE_TOO_LONG."""
    stripped = text.strip()
    if required and not stripped:
        raise invalid(field, "REASON_MISSING")
    if len(stripped) > MAX_TEXT:
        raise invalid(field, "NOTE_TOO_LONG", at_most=str(MAX_TEXT))
    return stripped


def verify(credential: Credential, rule: CredentialRule, decision: Decision) -> Credential:
    """Raises as the table above says."""
    _require_other(credential, decision)
    _require_state(credential, CredentialState.CLAIMED)
    if credential.is_over(decision.today):
        raise FailedPrecondition("CREDENTIAL_OUT_OF_DATE")
    remind_on = credential.expires_on and max(credential.issued_on, credential.expires_on - timedelta(days=rule.remind_days))
    return replace(
        credential,
        state=CredentialState.VERIFIED,
        remind_on=remind_on,
        verified_by=decision.by,
        verified_at=decision.at,
        version=credential.version + 1,
    )


def reject(credential: Credential, decision: Decision) -> Credential:
    """Raises as the table above says."""
    _require_other(credential, decision)
    _require_state(credential, CredentialState.CLAIMED)
    return _ended(credential, CredentialState.REJECTED, decision.at, decision.by)


def revoke(credential: Credential, decision: Decision) -> Credential:
    """Raises as the table above says."""
    _require_other(credential, decision)
    _require_state(credential, CredentialState.VERIFIED)
    return _ended(credential, CredentialState.REVOKED, decision.at, decision.by)


def expire(credential: Credential, at: datetime) -> Credential:
    _require_state(credential, CredentialState.VERIFIED)
    return _ended(credential, CredentialState.EXPIRED, at, None)


def renewed_by(later: Credential, others: Iterable[Credential]) -> list[Credential]:
    """Those of the same kind whose place it takes, as they are from then on: none of them would count for longer than it does."""
    return [
        _ended(other, CredentialState.RENEWED, later.verified_at or later.added_at, later.verified_by)
        for other in others
        if other.kind == later.kind
        and other.id != later.id
        and other.state in (CredentialState.VERIFIED, CredentialState.EXPIRED)
        and _lasts_as_long(later, other)
    ]


def lacking(rules: Iterable[CredentialRule], gate: str, credentials: Sequence[Credential], today: date) -> list[tuple[str, GateProblem]]:
    """The kinds that the gate needs and that do not count for the person whose credentials these are, with the reason."""
    return [
        (rule.kind, problem) for rule in rules if gate in rule.gates and (problem := _problem(rule.kind, credentials, today)) is not None
    ]


def add_months(day: date, months: int) -> date:
    """The same day of the month that many months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _problem(kind: str, credentials: Sequence[Credential], today: date) -> GateProblem | None:
    own = [credential for credential in credentials if credential.kind == kind]
    if any(credential.counts_on(today) for credential in own):
        return None
    if any(credential.state is CredentialState.CLAIMED and not credential.is_over(today) for credential in own):
        return GateProblem.UNVERIFIED
    past = (CredentialState.EXPIRED, CredentialState.RENEWED, CredentialState.VERIFIED)
    return GateProblem.EXPIRED if any(credential.state in past and credential.is_over(today) for credential in own) else GateProblem.MISSING


def _lasts_as_long(later: Credential, other: Credential) -> bool:
    return later.expires_on is None or (other.expires_on is not None and other.expires_on <= later.expires_on)


def _require_other(credential: Credential, decision: Decision) -> None:
    if decision.by == credential.person:
        raise NotAllowed("CREDENTIAL_OWN")


def _require_state(credential: Credential, state: CredentialState) -> None:
    if credential.state is not state:
        raise FailedPrecondition("CREDENTIAL_SETTLED")


def _ended(credential: Credential, state: CredentialState, at: datetime, by: UUID | None) -> Credential:
    return replace(credential, state=state, ended_at=at, ended_by=by, version=credential.version + 1)
