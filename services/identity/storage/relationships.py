"""Relationships. Rows are never deleted: who could act for whom, and when, is part of the record."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, select, true, update

from kith.identity.v1.enums import RelationshipKind, RelationshipState
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.identity.domain.relationship import Relationship
from services.identity.storage.tables import relationship

_ROW = relationship.c
_IS_LIVE = _ROW.state != RelationshipState.ENDED.value
_ADD = insert(relationship)
_LOCK = select(relationship).where(_ROW.id == bindparam("wanted")).with_for_update()
_FIND_LIVE = select(relationship).where(
    _ROW.subject == bindparam("of"), _ROW.holder == bindparam("by"), _ROW.kind == bindparam("called"), _IS_LIVE
)
_OF_HOLDER = select(relationship).where(_IS_LIVE, _ROW.recorded_at <= bindparam("recorded_by_then", type_=MOMENT)).with_for_update()
_LEFT = _OF_HOLDER.where(_ROW.holder == bindparam("who"))
_DIED = _OF_HOLDER.where(or_(_ROW.holder == bindparam("who"), _ROW.subject == bindparam("who")))
_BETWEEN = (
    select(relationship)
    .where(
        _IS_LIVE, or_(*(and_(_ROW.subject == bindparam(of), _ROW.holder == bindparam(by)) for of, by in (("one", "two"), ("two", "one"))))
    )
    .with_for_update()
)
_PAST = select(relationship).where(_IS_LIVE, _ROW.until_day < bindparam("today")).with_for_update()
_NEXT_LAST_DAY = select(func.min(_ROW.until_day)).where(_IS_LIVE)
_UNCHANGED = ("id", "subject", "holder", "kind", "scopes", "from_day", "until_day", "recorded_by", "recorded_at")

_to_relationship = row_mapper(Relationship)


async def add(work: UnitOfWork, new: Relationship) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def find_live(work: UnitOfWork, subject: UUID, holder: UUID, kind: RelationshipKind) -> Relationship | None:
    """The one of this kind between the two that has not ended; there is at most one."""
    row = (await work.connection.execute(_FIND_LIVE, {"of": subject, "by": holder, "called": kind.value})).first()
    return _to_relationship(row) if row else None


async def lock(work: UnitOfWork, relationship_id: UUID) -> Relationship | None:
    """As far as the caller may see it, locked until the transaction ends."""
    row = (await work.connection.execute(_LOCK, {"wanted": relationship_id})).first()
    return _to_relationship(row) if row else None


async def lock_of_former_member(work: UnitOfWork, person: UUID, recorded_by: datetime) -> list[Relationship]:
    """Those that the person holds and that were there by then."""
    return list(map(_to_relationship, await work.connection.execute(_LEFT, {"who": person, "recorded_by_then": recorded_by})))


async def lock_of_dead(work: UnitOfWork, person: UUID, recorded_by: datetime) -> list[Relationship]:
    """Those that the person holds, and those by which others act for them."""
    return list(map(_to_relationship, await work.connection.execute(_DIED, {"who": person, "recorded_by_then": recorded_by})))


async def lock_between(work: UnitOfWork, one: UUID, two: UUID) -> list[Relationship]:
    """Those by which one of the two acts for the other, whichever way round."""
    return list(map(_to_relationship, await work.connection.execute(_BETWEEN, {"one": one, "two": two})))


async def lock_past(work: UnitOfWork, today: date) -> list[Relationship]:
    """Those whose last day is over."""
    return list(map(_to_relationship, await work.connection.execute(_PAST, {"today": today})))


async def next_last_day(work: UnitOfWork) -> date | None:
    last_day: date | None = (await work.connection.execute(_NEXT_LAST_DAY)).scalar()
    return last_day


async def save(work: UnitOfWork, changed: Relationship) -> None:
    """What it says never changes; its state does."""
    await work.connection.execute(update(relationship).where(_ROW.id == changed.id).values(values_of(changed, *_UNCHANGED)))


class Listed(StrEnum):
    """Which relationships are listed."""

    LIVE = "live"
    ALL = "all"
    """Also those that have ended."""
    UNCONFIRMED = "unconfirmed"
    """Those whose evidence waits for a second look."""


_LISTED: Mapping[Listed, ColumnElement[bool]] = {
    Listed.LIVE: _IS_LIVE,
    Listed.ALL: true(),
    Listed.UNCONFIRMED: _ROW.state == RelationshipState.RECORDED.value,
}


async def list_page(work: UnitOfWork, person: UUID | None, page: PageRequest, listed: Listed) -> Page[Relationship]:
    """Those of one person in both directions, or everybody's; the latest first."""
    statement, name = select(relationship).where(_LISTED[listed]), f"list_relationships {person or ''} {listed}"
    if person is not None:
        statement = statement.where(or_(_ROW.subject == person, _ROW.holder == person))
    return (await paginate(work, statement, page, by=(_ROW.recorded_at, _ROW.id), name=name, descending=True)).map(_to_relationship)
