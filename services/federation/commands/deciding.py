"""Whether our members decided it: looked up in what governance stated."""

from datetime import UTC
from uuid import UUID

from libs.database.engine import Work
from libs.refusals import NotNow, invalid
from services.federation.domain.agreement import Decision
from services.federation.storage import decisions


async def decided(work: Work, decision_id: str, number: int) -> Decision:
    """The decision as an agreement names it. Raises Invalid ID_FORM, NotNow DECISION_UNKNOWN or DECISION_NOT_PASSED."""
    try:
        decision = UUID(decision_id)
    except ValueError:
        raise invalid("decision_id", "ID_FORM") from None
    found = await decisions.one(work, decision)
    if found is None:
        raise NotNow("DECISION_UNKNOWN", number=str(number))
    if not found.passed:
        raise NotNow("DECISION_NOT_PASSED", number=str(number))
    return Decision("general_meeting", found.at.astimezone(UTC).date().isoformat(), str(number) if number > 0 else str(decision))
