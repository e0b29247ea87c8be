"""The rights to act that follow from relationships in force, one row for each scope (`libs/access/access_tables.py`)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from libs.access.access_tables import acting_right, acts_now
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from services.identity.domain.relationship import Relationship

_RIGHT = acting_right.c
_NOW = bindparam("now", type_=MOMENT)
_ADD = insert(acting_right)
_END = update(acting_right).where(_RIGHT.relationship == bindparam("ended"), _RIGHT.ended_at.is_(None)).values(ended_at=_NOW)
_LIVE = (
    select(_RIGHT.subject, _RIGHT.scope, _RIGHT.valid_until)
    .where(_RIGHT.holder == bindparam("holder"), acts_now())
    .order_by(_RIGHT.subject, _RIGHT.scope)
)


@dataclass(frozen=True)
class LiveRight:
    """What somebody may do now for one person. `until` is when the first of the scopes ends; None where none has a last day."""

    subject: UUID
    scopes: tuple[str, ...]
    until: datetime | None


async def add(work: UnitOfWork, relationship: Relationship, begins: datetime, ends: datetime | None) -> None:
    """Of a relationship that has just come into force, from the moment `begins` until just before `ends`."""
    parties = {"relationship": relationship.id, "subject": relationship.subject, "holder": relationship.holder}
    row: dict[str, object] = {**parties, "valid_from": begins, "valid_until": ends}
    await work.connection.execute(_ADD, [row | {"scope": scope.value} for scope in relationship.scopes])


async def end(work: UnitOfWork, relationship: UUID) -> None:
    await work.connection.execute(_END, {"ended": relationship, "now": work.now})


async def live_rights(work: UnitOfWork, holder: UUID) -> list[LiveRight]:
    """For whom they may act now, and in what."""
    by_subject: dict[UUID, dict[str, datetime | None]] = {}
    for row in await work.connection.execute(_LIVE, {"holder": holder, "now": work.now}):
        ends_by_scope = by_subject.setdefault(row.subject, {})
        known = ends_by_scope.get(row.scope, row.valid_until)
        # The same scope by two relationships holds for as long as one of them does.
        ends_by_scope[row.scope] = None if known is None or row.valid_until is None else max(known, row.valid_until)
    return [
        LiveRight(subject, tuple(ends_by_scope), min(filter(None, ends_by_scope.values()), default=None))
        for subject, ends_by_scope in by_subject.items()
    ]
