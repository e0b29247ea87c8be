"""Grants: a person lets somebody see a field of their record. They are never deleted; an ended one keeps the time of its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, func, insert, or_, select, update

from libs.access.access_tables import access_grant
from libs.access.reading import AudienceKind, holds_grant, may_read, reader_values
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.identity.storage.tables import access_grant_origin, record_field

_GRANT = access_grant.c
_OPEN = _GRANT.revoked_at.is_(None) & or_(_GRANT.valid_until.is_(None), _GRANT.valid_until > bindparam("at"))
_ADD = insert(access_grant)
_ADD_ORIGIN = insert(access_grant_origin)
_END = update(access_grant).where(_OPEN).values(revoked_at=bindparam("at")).returning(_GRANT.id, _GRANT.subject)
_END_ONE = _END.where(_GRANT.id == bindparam("grant"), _GRANT.subject == bindparam("of"))
_END_SAME = _END.where(
    _GRANT.subject == bindparam("of"),
    _GRANT.field == bindparam("of_field"),
    _GRANT.audience_kind == bindparam("kind"),
    _GRANT.audience == bindparam("who"),
)
_END_NAMING = _END.where(
    _GRANT.audience_kind == AudienceKind.PERSON.value,
    _GRANT.audience == bindparam("who"),
    _GRANT.id.in_(select(access_grant_origin.c.id).where(access_grant_origin.c.given_at <= bindparam("given_until"))),
)
_END_OF_SUBJECT = _END.where(_GRANT.subject == bindparam("of"))
_END_OF_FIELD = _END_OF_SUBJECT.where(_GRANT.field == bindparam("of_field"))
_END_OF_TEAM = _END_OF_SUBJECT.where(_GRANT.audience_kind == AudienceKind.TEAM.value)
_EXISTS = select(_GRANT.id).where(_GRANT.id == bindparam("grant"), _GRANT.subject == bindparam("of"))
_OWN = select(access_grant, access_grant_origin.c.given_at).join_from(
    access_grant, access_grant_origin, _GRANT.id == access_grant_origin.c.id
)
_IS_FILLED_IN = (
    select(1)
    .where(record_field.c.person == _GRANT.subject, record_field.c.field == _GRANT.field, record_field.c.sealed.is_not(None))
    .exists()
)
_WITH_CALLER = (
    select(
        _GRANT.subject,
        _GRANT.field,
        func.bool_or(_GRANT.valid_until.is_(None)).label("open_ended"),
        func.max(_GRANT.valid_until).label("valid_until"),
    )
    .where(holds_grant(), may_read(_GRANT.subject, _GRANT.field), _IS_FILLED_IN, _GRANT.subject != bindparam("reader", type_=Uuid))
    .group_by(_GRANT.subject, _GRANT.field)
)


@dataclass(frozen=True)
class AccessGrant:
    """One grant. `audience` is a person's id, a hat, or empty for all members and for the person's team."""

    id: UUID
    subject: UUID
    field: str
    audience_kind: AudienceKind
    audience: str
    valid_from: datetime
    valid_until: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OwnGrant(AccessGrant):
    """A grant as the person who gave it sees it."""

    given_at: datetime


@dataclass(frozen=True)
class SharedField:
    """A field that somebody lets the caller see, and until when."""

    subject: UUID
    field: str
    valid_until: datetime | None


_to_own = row_mapper(OwnGrant)


async def add(work: UnitOfWork, grant: AccessGrant) -> None:
    await work.connection.execute(_ADD, values_of(grant))
    await work.connection.execute(_ADD_ORIGIN, {"id": grant.id, "person": grant.subject, "given_at": work.now})


async def end(work: UnitOfWork, person: UUID, grant: UUID) -> bool:
    """Returns False when it has ended already, or is not this person's."""
    return (await work.connection.execute(_END_ONE, {"of": person, "grant": grant, "at": work.now})).first() is not None


async def end_same(work: UnitOfWork, grant: AccessGrant) -> list[UUID]:
    """Ends what this audience had of this field."""
    values = {"of": grant.subject, "of_field": grant.field, "kind": grant.audience_kind.value, "who": grant.audience, "at": work.now}
    return [row.id for row in await work.connection.execute(_END_SAME, values)]


async def end_naming(work: UnitOfWork, person: UUID, given_until: datetime) -> list[tuple[UUID, UUID]]:
    """Ends the grants that name this person and were given until then; returns each with the person who gave it."""
    rows = await work.connection.execute(_END_NAMING, {"who": str(person), "given_until": given_until, "at": work.now})
    return [(row.id, row.subject) for row in rows]


async def end_of_subject(work: UnitOfWork, person: UUID) -> list[UUID]:
    """Ends all that this person gave."""
    return [row.id for row in await work.connection.execute(_END_OF_SUBJECT, {"of": person, "at": work.now})]


async def end_of_field(work: UnitOfWork, person: UUID, field: str) -> list[UUID]:
    """Ends all that this person gave of one field."""
    return [row.id for row in await work.connection.execute(_END_OF_FIELD, {"of": person, "of_field": field, "at": work.now})]


async def end_of_team(work: UnitOfWork, person: UUID) -> list[UUID]:
    """Ends all that this person gave to their team."""
    return [row.id for row in await work.connection.execute(_END_OF_TEAM, {"of": person, "at": work.now})]


async def exists(work: UnitOfWork, person: UUID, grant: UUID) -> bool:
    """Whether this person gave it."""
    return (await work.connection.execute(_EXISTS, {"of": person, "grant": grant})).first() is not None


async def list_own(work: UnitOfWork, person: UUID, field: str, page: PageRequest, *, only_open: bool) -> Page[OwnGrant]:
    """The person's grants, the latest first: of one field or of all, those that hold now or will, or ended ones too."""
    narrowed: Sequence[ColumnElement[bool]] = [*([_GRANT.field == field] if field else []), *([_OPEN] if only_open else [])]
    statement = _OWN.where(_GRANT.subject == person, *narrowed).params({"at": work.now} if only_open else {})
    name = f"list_access {person} {field} {only_open}"
    return (await paginate(work, statement, page, by=(_GRANT.id,), name=name, descending=True)).map(_to_own)


async def list_shared_with_caller(work: UnitOfWork, page: PageRequest) -> Page[SharedField]:
    """Fields of others that are filled in and that the caller may read by a grant, by person and field."""
    statement = _WITH_CALLER.params(reader_values(work))
    rows = await paginate(work, statement, page, by=(_GRANT.subject, _GRANT.field), name="list_shared_with_me")
    return rows.map(lambda row: SharedField(row.subject, row.field, None if row.open_ended else row.valid_until))
