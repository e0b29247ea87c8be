"""Requires a passed decision of our members, as governance published it."""

from datetime import UTC
from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, invalid
from services.federation.domain.agreement import DecisionReference
from services.federation.storage import decisions


async def require_passed_decision(work: UnitOfWork, decision_id: str, number: int) -> DecisionReference:
    """The decision as an agreement names it. Raises Invalid ID_FORM, FailedPrecondition DECISION_UNKNOWN or DECISION_NOT_PASSED."""
    try:
        decision = UUID(decision_id)
    except ValueError:
        raise invalid("decision_id", "ID_FORM") from None
    record = await decisions.get(work, decision)
    if record is None:
        raise FailedPrecondition("DECISION_UNKNOWN", number=str(number))
    if not record.passed:
        raise FailedPrecondition("DECISION_NOT_PASSED", number=str(number))
    return DecisionReference("general_meeting", record.at.astimezone(UTC).date().isoformat(), str(number) if number > 0 else str(decision))
