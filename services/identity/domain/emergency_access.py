"""Opening a record in an emergency: by a member, with a reason, for an hour, and looked into afterwards by somebody else.

Nobody is asked beforehand: somebody on a visit must not be blind. What keeps it honest is that the person hears of it at once, that each
read under it is logged as such, that a secretary looks into it, and that nobody opens many records.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed, TooMany, invalid

LASTS = timedelta(hours=1)
MIN_REASON, MAX_REASON = 10, 500
"""Characters."""
MOST_IN_AN_HOUR = 3
"""Records that one reader may open. More would be a way to read everybody's."""


@dataclass(frozen=True)
class EmergencyAccess:
    """One opening. A new one is a new row with an hour of its own; none is ever made longer."""

    id: UUID
    reader: UUID
    subject: UUID
    opened_at: datetime
    ends_at: datetime
    reviewed_by: UUID | None = None
    reviewed_at: datetime | None = None

    def review(self, reviewer: UUID, now: datetime) -> "EmergencyAccess":
        """Raises NotAllowed REVIEW_OF_OWN_ACCESS, AlreadyExists REVIEWED_ALREADY."""
        if reviewer == self.reader:
            raise NotAllowed("REVIEW_OF_OWN_ACCESS")
        if self.reviewed_by is not None:
            raise AlreadyExists("REVIEWED_ALREADY")
        return replace(self, reviewed_by=reviewer, reviewed_at=now)


def open_access(access: UUID, reader: UUID, subject: UUID, now: datetime, *, in_the_last_hour: int) -> EmergencyAccess:
    """Raises FailedPrecondition OWN_RECORD, TooMany EMERGENCY_TOO_OFTEN."""
    if reader == subject:
        raise FailedPrecondition("OWN_RECORD")
    if in_the_last_hour >= MOST_IN_AN_HOUR:
        raise TooMany("EMERGENCY_TOO_OFTEN", at_most=str(MOST_IN_AN_HOUR))
    return EmergencyAccess(access, reader, subject, now, now + LASTS)


def check_reason(reason: str) -> str:
    """The reason without what surrounds it. Raises Invalid EMERGENCY_REASON_SHORT, EMERGENCY_REASON_LONG."""
    stripped = " ".join(reason.split())
    if len(stripped) < MIN_REASON:
        raise invalid("reason", "EMERGENCY_REASON_SHORT", at_least=str(MIN_REASON))
    if len(stripped) > MAX_REASON:
        raise invalid("reason", "EMERGENCY_REASON_LONG", at_most=str(MAX_REASON))
    return stripped
