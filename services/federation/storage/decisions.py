"""Decisions of our members and whether they passed, as governance published them."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, invalid
from services.federation.domain.agreement import DecisionReference
from services.federation.storage.tables import decision as table

_ADD = insert(table).on_conflict_do_nothing()
_GET = select(table).where(table.c.id == bindparam("decision"))


async def add(work: UnitOfWork, decision: UUID, *, passed: bool, at: datetime) -> None:
    await work.connection.execute(_ADD, {"id": decision, "passed": passed, "at": at})


async def require_passed(work: UnitOfWork, decision_id: str, number: int) -> DecisionReference:
    """A passed decision of our members, as an agreement names it. Raises Invalid ID_FORM, FailedPrecondition DECISION_UNKNOWN or
    DECISION_NOT_PASSED.
    """
    try:
        decision = UUID(decision_id)
    except ValueError:
        raise invalid("decision_id", "ID_FORM") from None
    row = (await work.connection.execute(_GET, {"decision": decision})).first()
    if row is None:
        raise FailedPrecondition("DECISION_UNKNOWN", number=str(number))
    if not row.passed:
        raise FailedPrecondition("DECISION_NOT_PASSED", number=str(number))
    return DecisionReference("general_meeting", row.at.astimezone(UTC).date().isoformat(), str(number) if number > 0 else str(decision))
