"""Whom a person lets see a field of their record, and for how long."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.access import hat_names
from libs.refusals import invalid


@dataclass(frozen=True)
class GrantAudience:
    """Whom a grant lets see a field: one of a person, a hat, the giver's own team, or (none of these) all members."""

    person: UUID | None = None
    hat: str = ""
    team: bool = False


@dataclass(frozen=True)
class GrantPeriod:
    """From when, and until just before when; None is from now, and until it is ended."""

    valid_from: datetime | None = None
    valid_until: datetime | None = None


def check_audience(giver: UUID, audience: GrantAudience) -> None:
    """Raises Invalid HAT_UNKNOWN, AUDIENCE_SELF."""
    if audience.hat and audience.hat not in hat_names.AUDIENCES:
        raise invalid("audience", "HAT_UNKNOWN")
    if audience.person == giver:
        raise invalid("audience", "AUDIENCE_SELF")


def check_period(period: GrantPeriod, now: datetime) -> None:
    """Raises Invalid ACCESS_FROM_PAST, ACCESS_UNTIL_PAST, ACCESS_UNTIL_BEFORE_FROM."""
    start, end = period.valid_from, period.valid_until
    if start is not None and start < now:
        raise invalid("valid_from", "ACCESS_FROM_PAST")
    if end is not None and end <= now:
        raise invalid("valid_until", "ACCESS_UNTIL_PAST")
    if start is not None and end is not None and end <= start:
        raise invalid("valid_until", "ACCESS_UNTIL_BEFORE_FROM")
