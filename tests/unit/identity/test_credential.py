"""A credential counts while it is verified and its last day is not over; nobody verifies their own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from kith.identity.v1.enums import CredentialState, GateProblem
from libs.refusals import FailedPrecondition, Invalid, NotAllowed
from services.identity.domain.credential import (
    Credential,
    CredentialRule,
    Decision,
    add_months,
    expire,
    lacking,
    last_day,
    reject,
    renewed_by,
    revoke,
    verify,
)

ADA, SAM = UUID(int=1), UUID(int=2)
NOW, TODAY = datetime(2026, 11, 28, 9, tzinfo=UTC), date(2026, 11, 28)
DBS = CredentialRule("dbs", 36, 60, ("visits", "driving"))
WORK = CredentialRule("right_to_work", 0, 60, ("visits",))
BY_SAM = Decision(SAM, NOW, TODAY)


def claimed(kind: str = "dbs", expires_on: date | None = date(2027, 3, 1), number: int = 10) -> Credential:
    return Credential(UUID(int=number), ADA, kind, CredentialState.CLAIMED, date(2024, 3, 1), expires_on, None, None, ADA, NOW)


@pytest.mark.parametrize(
    ("rule", "issued", "expires", "last"),
    [
        (DBS, date(2026, 1, 15), None, date(2029, 1, 15)),
        (DBS, date(2026, 1, 15), date(2027, 1, 1), date(2027, 1, 1)),
        (WORK, date(2026, 1, 15), None, None),
        (WORK, date(2026, 1, 15), date(2040, 1, 1), date(2040, 1, 1)),
        (replace(DBS, expires_after_months=1), date(2026, 1, 31), None, date(2026, 2, 28)),
        (replace(DBS, expires_after_months=12), date(2024, 2, 29), None, date(2025, 2, 28)),
    ],
)
def test_the_last_day_is_the_papers_and_never_later_than_the_rulebooks(
    rule: CredentialRule, issued: date, expires: date | None, last: date | None
) -> None:
    assert last_day(rule, issued, expires, TODAY) == last


@pytest.mark.parametrize(
    ("issued", "expires", "reason"),
    [
        (date(2026, 11, 29), None, "ISSUED_IN_FUTURE"),
        (date(1900, 1, 1), None, "ISSUED_LONG_AGO"),
        (date(2026, 1, 15), date(2026, 1, 14), "EXPIRES_BEFORE_ISSUED"),
        (date(2026, 1, 15), date(2029, 1, 16), "EXPIRES_TOO_LATE"),
    ],
)
def test_a_day_that_cannot_be_is_refused(issued: date, expires: date | None, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        last_day(DBS, issued, expires, TODAY)


@pytest.mark.capability("I6")
def test_another_person_verifies_and_the_reminder_follows_the_rulebook() -> None:
    verified = verify(claimed(), DBS, BY_SAM)

    assert (verified.state, verified.verified_by, verified.remind_on) == (CredentialState.VERIFIED, SAM, date(2026, 12, 31))
    own = Decision(ADA, NOW, TODAY)
    decisions: list[Callable[[], Credential]] = [
        lambda: verify(claimed(), DBS, own),
        lambda: reject(claimed(), own),
        lambda: revoke(verified, own),
    ]
    for decide in decisions:
        with pytest.raises(NotAllowed, match="CREDENTIAL_OWN"):
            decide()


def test_each_state_allows_only_the_steps_of_the_table() -> None:
    steps = {
        CredentialState.CLAIMED: {"verify", "reject"},
        CredentialState.VERIFIED: {"revoke", "expire"},
    }
    every: dict[str, Callable[[Credential], Credential]] = {
        "verify": lambda one: verify(one, DBS, BY_SAM),
        "reject": lambda one: reject(one, BY_SAM),
        "revoke": lambda one: revoke(one, BY_SAM),
        "expire": lambda one: expire(one, NOW),
    }
    for state in CredentialState:
        credential = replace(claimed(), state=state)
        allowed = set()
        for name, step in every.items():
            try:
                assert step(credential).version == credential.version + 1
                allowed.add(name)
            except FailedPrecondition as refusal:
                assert refusal.reason == "CREDENTIAL_SETTLED"
        assert allowed == steps.get(state, set())


def test_what_is_over_already_is_not_verified() -> None:
    with pytest.raises(FailedPrecondition, match="CREDENTIAL_OUT_OF_DATE"):
        verify(claimed(expires_on=TODAY - timedelta(days=1)), DBS, BY_SAM)
    assert verify(claimed(expires_on=TODAY), DBS, BY_SAM).counts_on(TODAY)


@pytest.mark.parametrize(
    ("earlier", "later", "states"),
    [
        (date(2027, 1, 1), date(2028, 1, 1), [CredentialState.RENEWED]),
        (date(2028, 1, 1), date(2027, 1, 1), []),
        (date(2028, 1, 1), None, [CredentialState.RENEWED]),
        (None, date(2028, 1, 1), []),
        (None, None, [CredentialState.RENEWED]),
    ],
)
def test_only_what_counts_no_longer_than_the_later_one_is_renewed(
    earlier: date | None, later: date | None, states: list[CredentialState]
) -> None:
    old = replace(claimed(expires_on=earlier), state=CredentialState.VERIFIED)
    new = verify(claimed(expires_on=later, number=11), DBS, BY_SAM)

    result = renewed_by(new, [old, new, replace(old, kind="medicines"), replace(old, state=CredentialState.REVOKED)])

    assert [(one.id, one.state) for one in result] == [(old.id, state) for state in states]


@pytest.mark.capability("I6")
@pytest.mark.parametrize(
    ("state", "expires_on", "problem"),
    [
        (None, None, GateProblem.MISSING),
        (CredentialState.CLAIMED, date(2027, 1, 1), GateProblem.UNVERIFIED),
        (CredentialState.VERIFIED, TODAY, None),
        (CredentialState.VERIFIED, None, None),
        (CredentialState.VERIFIED, TODAY - timedelta(days=1), GateProblem.EXPIRED),
        (CredentialState.EXPIRED, TODAY - timedelta(days=1), GateProblem.EXPIRED),
        (CredentialState.REVOKED, date(2027, 1, 1), GateProblem.MISSING),
        (CredentialState.REJECTED, date(2027, 1, 1), GateProblem.MISSING),
    ],
)
def test_a_gate_says_what_is_lacking_and_why(state: CredentialState | None, expires_on: date | None, problem: GateProblem | None) -> None:
    own = [replace(claimed(expires_on=expires_on), state=state)] if state else []

    assert lacking([DBS, WORK], "driving", own, TODAY) == ([("dbs", problem)] if problem else [])
    assert lacking([DBS, WORK], "medicines", own, TODAY) == []
    assert ("right_to_work", GateProblem.MISSING) in lacking([DBS, WORK], "visits", own, TODAY)


def test_months_end_where_the_calendar_says() -> None:
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(2026, 1, 1), 24) == date(2028, 1, 1)
