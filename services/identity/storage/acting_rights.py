"""The rights to act that follow from relationships in force, as identity decides them (`libs/access/acting_rights.py`)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from libs.access import acting_rights
from libs.access.access_tables import acting_right, acts_now
from libs.database.engine import UnitOfWork
from services.identity.domain.relationship import Relationship

_RIGHT = acting_right.c
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
    scopes = [scope.value for scope in relationship.scopes]
    await acting_rights.add(work, relationship.id, relationship.holder, relationship.subject, scopes, begins, ends)


async def end(work: UnitOfWork, relationship: UUID) -> None:
    await acting_rights.end(work, relationship, work.now)


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
